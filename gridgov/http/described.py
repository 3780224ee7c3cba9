"""Headers in the specification: those that a view names, and those that every operation knows."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])

_KEY = "headers"
REQUEST_ID = {"X-Request-ID": "A name for this request, up to 64 of A-Z a-z 0-9 . _ -; made here when you send none."}
CSRF = {"X-CSRF-Token": "With the session cookie only: the csrf of GET /api/v1/sessions/current."}
ANSWERED = {"X-Request-ID": {"schema": {"type": "string"}, "description": "The name of this request."}}
ETAG = {"ETag": {"schema": {"type": "string"}, "description": 'The version shown, such as "v7".'}}


def describe_headers(view: View, headers: Mapping[str, str]) -> View:
    """Say in the specification that `view` reads these request headers, each with what it means."""
    documented: Any = view
    documented._apidoc = deepcopy(getattr(view, "_apidoc", {}))
    documented._apidoc[_KEY] = {**documented._apidoc.get(_KEY, {}), **headers}
    return view


def add_headers(doc: dict[str, Any], doc_info: dict[str, Any], *, method: str, **_context: Any) -> dict[str, Any]:
    """`doc` of one operation with its header parameters, and X-Request-ID on what it answers."""
    named = {**doc_info.get(_KEY, {}), **REQUEST_ID}
    open_to_all = doc_info.get("manual_doc", {}).get("security") == []
    if method not in {"get", "head"} and not open_to_all:
        named.update(CSRF)
    doc.setdefault("parameters", []).extend(
        {"in": "header", "name": name, "schema": {"type": "string"}, "description": meaning}
        for name, meaning in named.items()
    )
    for response in doc.get("responses", {}).values():
        if isinstance(response, dict):
            response["headers"] = {**response.get("headers", {}), **ANSWERED}
    return doc
