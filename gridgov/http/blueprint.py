"""The blueprint that every resource of the API is made with. The specification itself: openapi.py."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeAlias

import flask_smorest

from gridgov.http.body import StrictParser
from gridgov.http.described import add_headers

View: TypeAlias = Callable[..., Any]
Decorator: TypeAlias = Callable[[View], View]

# What any operation can answer, because the edge itself may refuse before the view is reached.
READING = (401, 403, 404, 422, 429, 500, 503)
WRITING = (400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503)
FOR_KNOWN_CALLERS = frozenset({401, 403})


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # flask-smorest has no types
    """A blueprint of the API: strict bodies, and every problem that an operation can answer in the specification.

    `@blueprint.doc(security=[])` marks an operation that needs no credential. The decorators are
    flask-smorest's own, given types here so that a view stays typed.
    """

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As flask_smorest.Blueprint."""
        super().__init__(*args, **kwargs)
        self._prepare_doc_cbks.extend((_add_problems, add_headers))

    def get(self, rule: str, **options: Any) -> Decorator:
        """Serve GET at `rule`."""
        return _typed(super().get(rule, **options))

    def post(self, rule: str, **options: Any) -> Decorator:
        """Serve POST at `rule`."""
        return _typed(super().post(rule, **options))

    def put(self, rule: str, **options: Any) -> Decorator:
        """Serve PUT at `rule`."""
        return _typed(super().put(rule, **options))

    def patch(self, rule: str, **options: Any) -> Decorator:
        """Serve PATCH at `rule`."""
        return _typed(super().patch(rule, **options))

    def delete(self, rule: str, **options: Any) -> Decorator:
        """Serve DELETE at `rule`."""
        return _typed(super().delete(rule, **options))

    def arguments(self, schema: Any, **options: Any) -> Decorator:
        """Load the body (or `location="query"`) by `schema` and hand it to the view.

        A class is made an instance here, once: webargs would copy its fields anew for every request.
        """
        return _typed(super().arguments(schema() if isinstance(schema, type) else schema, **options))

    def response(self, status_code: int, schema: Any = None, **options: Any) -> Decorator:
        """Answer with `status_code` what the view gives back, dumped by `schema`."""
        return _typed(super().response(status_code, schema, **options))

    def alt_response(self, status_code: int, response: str | None = None, **options: Any) -> Decorator:
        """Say in the specification that the view may answer `status_code` too."""
        return _typed(super().alt_response(status_code, response, **options))

    @staticmethod
    def doc(**members: Any) -> Decorator:
        """Put `members` into the specification of the operation."""
        return _typed(flask_smorest.Blueprint.doc(**members))


def _typed(decorator: Any) -> Decorator:
    typed: Decorator = decorator
    return typed


def _add_problems(doc: dict[str, Any], doc_info: dict[str, Any], *, method: str, **_context: Any) -> dict[str, Any]:
    """`doc` of one operation with the problems that it can answer; what it documents itself is kept."""
    anybody = doc_info.get("manual_doc", {}).get("security") == []
    responses = doc.setdefault("responses", {})
    for status in READING if method in {"get", "head"} else WRITING:
        if not (anybody and status in FOR_KNOWN_CALLERS):
            responses.setdefault(status, HTTPStatus(status).name)
    return doc
