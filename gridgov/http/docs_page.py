"""The readable page of the specification: our own, small and without a script. What it shows: openapi.py."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template

from gridgov.http.problems import TITLES

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    """One method at one path, as the page shows it; `parameters` hold those of the path too."""

    method: str
    path: str
    anchor: str
    summary: str
    description: str
    open_to_all: bool
    parameters: list[dict[str, Any]]
    bodies: dict[str, Any]
    answers: dict[str, dict[str, Any]]


def blueprint(specification: Callable[[], dict[str, Any]]) -> Blueprint:
    """A Flask blueprint with the page at `/docs` and its one stylesheet at `/docs/assets/docs.css`."""
    docs = Blueprint(
        "docs", __name__, template_folder="templates", static_folder="static", static_url_path="/docs/assets"
    )

    @docs.get("/docs")
    def page() -> str:
        """The page, printed from the specification as it stands."""
        spec = specification()
        return render_template(
            "docs.html",
            info=spec["info"],
            groups=groups(spec),
            schemas=spec.get("components", {}).get("schemas", {}),
            problems=TITLES,
        )

    return docs


def groups(spec: dict[str, Any]) -> dict[str, list[Operation]]:
    """The operations of `spec` by their first tag, in the order of the specification."""
    found: dict[str, list[Operation]] = {}
    for tag, operation in _operations(spec):
        found.setdefault(tag, []).append(operation)
    return found


def _operations(spec: dict[str, Any]) -> Iterator[tuple[str, Operation]]:
    for path, item in spec.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                said = item[method]
                yield (said.get("tags") or ["other"])[0], _operation(spec, path, method, item, said)


def _operation(spec: dict[str, Any], path: str, method: str, item: dict[str, Any], said: dict[str, Any]) -> Operation:
    answers = {str(status): _resolved(spec, one) for status, one in said.get("responses", {}).items()}
    return Operation(
        method=method.upper(),
        path=path,
        anchor=f"{method}-{path}".replace("/", "-").replace("{", "").replace("}", ""),
        summary=said.get("summary", ""),
        description=said.get("description", ""),
        open_to_all=said.get("security") == [],
        parameters=[_resolved(spec, one) for one in [*item.get("parameters", []), *said.get("parameters", [])]],
        bodies=_resolved(spec, said.get("requestBody", {})).get("content", {}),
        answers=dict(sorted(answers.items())),
    )


def _resolved(spec: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    """What `value` refers to, or `value` itself."""
    if "$ref" not in value:
        return value
    found: Any = spec
    for name in value["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return dict(found)
