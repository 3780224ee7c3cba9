"""Is it alive, is it ready? Asked by machines, outside /api/v1. Numbers: metrics.py."""

import socket
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Blueprint, Response, jsonify

from gridgov.db.queries.readiness import seconds_since_sweep
from gridgov.http.access import public
from gridgov.http.context import edge
from gridgov.http.database_errors import KINDS

blueprint = Blueprint("health", __name__)
log = structlog.get_logger(__name__)

SWEEP_WITHIN_S = 30
BROKER_WITHIN_S = 0.3


@blueprint.get("/healthz")
@public
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@blueprint.get("/readyz")
@public
def readyz() -> Response:
    """200 when the database answers and a sweeper was alive within 30 s, else 503; the broker is only reported."""
    database, sweeper = _database_and_sweeper()
    ready = database and sweeper
    parts = {"database": _said(database), "sweeper": _said(sweeper), "broker": _broker()}
    response = jsonify({"status": "ok" if ready else "not_ready", **parts})
    response.status_code = 200 if ready else 503
    response.headers["Cache-Control"] = "no-store"
    return response


def _database_and_sweeper() -> tuple[bool, bool]:
    try:
        with edge().runtime.transaction() as session:
            age = session.execute(seconds_since_sweep()).scalar()
    except KINDS as error:
        log.warning("database_away", error=type(error).__name__)
        return False, False
    return True, age is not None and float(age) <= SWEEP_WITHIN_S


def _broker() -> str:
    """Whether somebody listens where the broker should be. Reports do not need it: the sweep finds the rows."""
    url = edge().runtime.settings.redis_url
    if url is None:
        return "unknown"
    try:
        _connect(url)
    except OSError:
        return "away"
    return "ok"


def _connect(url: str) -> None:
    parts = urlsplit(url)
    with socket.socket(socket.AF_INET if parts.hostname else socket.AF_UNIX) as one:
        one.settimeout(BROKER_WITHIN_S)
        address: Any = (parts.hostname, parts.port or 6379) if parts.hostname else parts.path
        one.connect(address)


def _said(well: bool) -> str:
    return "ok" if well else "away"
