"""One name for each request, in its answer, its log lines and its problem. Nothing here writes a log."""

import re
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request

HEADER = "X-Request-ID"
_SANE = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


def request_id() -> str:
    """The name of the current request: the caller's own X-Request-ID if it is sane, else one made here."""
    if "request_id" not in g:
        sent = request.headers.get(HEADER, "")
        g.request_id = sent if _SANE.fullmatch(sent) else uuid4().hex
    return str(g.request_id)


def install(app: Flask) -> None:
    """Name every request of `app`, bind the name to structlog's context and echo it on every answer."""
    app.before_request(_bind)
    app.after_request(_echo)
    app.teardown_request(_unbind)


def _bind() -> None:
    structlog.contextvars.bind_contextvars(request_id=request_id())


def _echo(response: Response) -> Response:
    response.headers[HEADER] = request_id()
    return response


def _unbind(_error: BaseException | None) -> None:
    structlog.contextvars.unbind_contextvars("request_id")
