"""Law: one resource a file; a view parses, calls one service and presents. This is the list of what is served."""

from flask import Flask

from gridgov.api import (
    actions,
    cases,
    categories,
    health,
    history,
    inbox,
    me,
    metrics,
    notifications,
    sessions,
    tokens,
    units,
    whistles,
    workflows,
)
from gridgov.http.openapi import Api

CONTRACT = (
    sessions.blueprint,
    tokens.blueprint,
    me.blueprint,
    units.blueprint,
    categories.blueprint,
    cases.blueprint,
    actions.blueprint,
    history.blueprint,
    whistles.blueprint,
    inbox.blueprint,
    notifications.blueprint,
    workflows.blueprint,
)
"""The resources of /api/v1, in the order of the specification."""

BESIDE = (health.blueprint, metrics.blueprint)
"""What machines ask outside the contract."""


def register(app: Flask, contract: Api) -> None:
    """Serve all of it from `app`."""
    for blueprint in CONTRACT:
        contract.register_blueprint(blueprint)
    for plain in BESIDE:
        app.register_blueprint(plain)
