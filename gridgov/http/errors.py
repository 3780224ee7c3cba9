"""Which error becomes which problem. No rule is judged here, and nothing of an unexpected error leaves the process."""

from collections.abc import Mapping
from math import ceil
from typing import Any

import marshmallow
import structlog
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, InternalServerError

from gridgov.domain.errors import (
    BrokenRule,
    Conflict,
    DefinitionError,
    Forbidden,
    GridgovError,
    Invalid,
    NotFound,
    PayloadTooLarge,
    RateLimited,
    Text,
    Unauthenticated,
    UnsupportedMediaType,
)
from gridgov.http import database_errors
from gridgov.http.http_errors import CHALLENGE, WAIT_S, problem_of_http
from gridgov.http.problems import Problem, answer
from gridgov.http.validation import field_errors

log = structlog.get_logger(__name__)

# The first class that fits decides, so a subclass stands before its parent.
STATUSES: tuple[tuple[type[GridgovError], int], ...] = (
    (NotFound, 404),
    (Unauthenticated, 401),
    (Forbidden, 403),
    (Invalid, 422),
    (PayloadTooLarge, 413),
    (UnsupportedMediaType, 415),
    (Conflict, 409),
    (RateLimited, 429),
    (DefinitionError, 422),
    (BrokenRule, 500),
    (GridgovError, 500),
)
BROKEN = Text(
    "Something broke on our side. It is written down under the request id.", "系统内部错误，已按请求编号记录。"
)


def install(app: Flask) -> None:
    """Answer every error of `app` as problem+json: our own, werkzeug's, the database's and the unexpected."""
    app.register_error_handler(GridgovError, answer_gridgov_error)
    app.register_error_handler(HTTPException, answer_http_exception)
    app.register_error_handler(marshmallow.ValidationError, answer_validation_error)
    for kind in database_errors.KINDS:
        app.register_error_handler(kind, answer_database_error)
    app.register_error_handler(Exception, answer_unexpected)


def status_of(error: GridgovError) -> int:
    """The HTTP status of `error`; 500 for a kind that nobody has placed."""
    return next(status for kind, status in STATUSES if isinstance(error, kind))


def answer_gridgov_error(error: GridgovError) -> Response:
    """What the domain refused, with its own code, sentence and facts; a broken rule is logged and shows no facts."""
    status = status_of(error)
    if status == 500:
        log.error("broken_rule", code=error.code, sentence=str(error.sentence), facts=error.facts, exc_info=error)
    return answer(
        Problem(
            status,
            error.code,
            error.sentence,
            errors=field_errors(error.fields) if isinstance(error, Invalid) else None,
            facts={} if status == 500 else error.facts,
            headers=_headers(error),
        )
    )


def answer_validation_error(error: marshmallow.ValidationError) -> Response:
    """What a schema refused when it was loaded by hand: the same 422 as `blueprint.arguments` gives."""
    return answer_gridgov_error(Invalid(field_errors(error.messages)))


def answer_http_exception(error: HTTPException) -> Response:
    """What werkzeug refused, with its own headers kept: Allow of a 405, Retry-After of a 429."""
    if isinstance(error.response, Response):
        return error.response
    if isinstance(error, InternalServerError) and error.original_exception is not None:
        return answer_unexpected(error.original_exception)
    return answer(problem_of_http(error, request.environ))


def answer_database_error(error: Exception) -> Response:
    """503 with Retry-After when the server is away or the row is taken; 500 for any other database error."""
    problem = database_errors.problem_of_database(error)
    if problem is None:
        return answer_unexpected(error)
    log.warning("database_refused", code=problem.code, error=type(error).__name__)
    return answer(problem)


def answer_unexpected(error: BaseException) -> Response:
    """500 that says the request id and no more; what happened goes to the log."""
    log.error("unexpected_error", method=request.method, path=request.path, exc_info=error)
    return answer(Problem(500, "internal_error", BROKEN))


def _headers(error: GridgovError) -> Mapping[str, str]:
    if isinstance(error, Unauthenticated):
        return CHALLENGE
    if isinstance(error, RateLimited):
        return {"Retry-After": str(max(1, ceil(_seconds(error.facts.get("retry_after")))))}
    return {}


def _seconds(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else WAIT_S
