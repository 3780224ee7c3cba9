"""The specification, OpenAPI 3.1. What feeds it: blueprint.py; the readable page of it: docs_page.py."""

from http import HTTPStatus
from typing import Any

import flask_smorest
from flask import Flask, Response
from marshmallow import INCLUDE, Schema, fields
from werkzeug.exceptions import HTTPException

from gridgov.http import docs_page
from gridgov.http.errors import answer_http_exception
from gridgov.http.problems import MEDIA_TYPE
from gridgov.schemas.fields import Flag, Line, Moment, RealNumber, WholeNumber

PREFIX = "/api/v1"
SESSION_COOKIE = "gridgov_session"

DESCRIPTION = """Grid governance: a report is acknowledged or it escalates, is resolved, checked, rated and closed.
Every refusal is `application/problem+json` with a stable `code`. Times are RFC 3339 in UTC; what is sent has to
carry an offset. Lists are paged by `cursor`."""

PROBLEM_HEADERS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}}},
    429: {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}},
    503: {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}},
}


class Problem(Schema):
    """One refusal, RFC 9457; some codes carry facts beside these members."""

    class Meta:
        """Facts such as `current` or `who_may` stand beside the standard members."""

        unknown = INCLUDE

    type = fields.String(required=True, metadata={"format": "uri-reference"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True)
    request_id = fields.String(required=True)
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "Dotted field path to sentences; `body` is the whole."},
    )


class Api(flask_smorest.Api):  # type: ignore[misc]  # flask-smorest has no types
    """flask-smorest with our problems in place of its own errors, at /api/v1/openapi.json and /api/v1/docs."""

    ERROR_SCHEMA = Problem
    # Every operation lists what it answers, so there is no catch-all.
    DEFAULT_ERROR_RESPONSE_NAME = None

    def init_app(self, app: Flask, *, spec_kwargs: dict[str, Any] | None = None) -> None:
        """Serve the specification of `app` and its page."""
        app.config.setdefault("API_TITLE", "gridgov")
        app.config.setdefault("API_VERSION", "1")
        app.config.setdefault("OPENAPI_VERSION", "3.1.0")
        app.config.setdefault("OPENAPI_URL_PREFIX", PREFIX)
        security: list[dict[str, list[str]]] = [{"bearerAuth": []}, {"sessionCookie": []}]
        options = {"info": {"description": DESCRIPTION}, "servers": [{"url": "/"}], "security": security}
        super().init_app(app, spec_kwargs={**options, **(spec_kwargs or {})})
        self._describe_credentials()
        app.register_blueprint(docs_page.blueprint(self.spec.to_dict), url_prefix=PREFIX)

    def handle_http_exception(self, error: HTTPException) -> Response:
        """The problem that says `error`."""
        return answer_http_exception(error)

    def _init_spec(self, **options: Any) -> None:
        super()._init_spec(**options)
        for field, kind, form in (
            (Moment, "string", "date-time"),
            (Line, "string", None),
            (WholeNumber, "integer", None),
            (RealNumber, "number", None),
            (Flag, "boolean", None),
        ):
            self.register_field(field, kind, form)

    def _register_responses(self) -> None:
        """Name a problem for each status that an operation may refer to (overrides flask-smorest's JSON ones)."""
        for status in HTTPStatus:
            response: dict[str, Any] = {"description": status.phrase}
            if status >= 400:
                response["content"] = {MEDIA_TYPE: {"schema": Problem}}
                response["headers"] = {
                    "X-Request-ID": {"schema": {"type": "string"}},
                    **PROBLEM_HEADERS.get(status, {}),
                }
            self.spec.components.response(status.name, response, lazy=True)

    def _describe_credentials(self) -> None:
        schemes = self.spec.components
        schemes.security_scheme("bearerAuth", {"type": "http", "scheme": "bearer", "description": "For programs."})
        cookie = {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE, "description": "For the pages."}
        schemes.security_scheme("sessionCookie", cookie)
