"""Workflow definitions: which there are, what they say, and whether a new one could be used."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, request

from gridgov.db.queries.rules import definitions
from gridgov.domain.actors import Actor
from gridgov.domain.definition_file import load_definition
from gridgov.domain.drawing import as_markdown, as_mermaid
from gridgov.domain.drawing_svg import as_svg
from gridgov.domain.errors import Text
from gridgov.domain.rights import Permission
from gridgov.domain.verifier import verify
from gridgov.domain.workflow import Action, Definition
from gridgov.http.access import requires
from gridgov.http.blueprint import Blueprint
from gridgov.http.context import work
from gridgov.http.language import preferred
from gridgov.schemas.workflows import CheckForm, WorkflowList, WorkflowQuery, WorkflowView

blueprint = Blueprint("workflows", __name__, url_prefix="/api/v1/workflows", description="Workflow definitions")

DRAWN: Mapping[str, tuple[str, Callable[[Definition, str], str]]] = {
    "md": ("text/markdown", as_markdown),
    "mermaid": ("text/plain", as_mermaid),
    "svg": ("image/svg+xml", as_svg),
}


@blueprint.get("")
@requires(Permission.CITY_READ)
@blueprint.response(200, WorkflowList)
def list_workflows(actor: Actor) -> dict[str, Any]:
    """Every definition of this city; new cases are pinned to the active one."""
    return {"items": work().session.execute(definitions()).scalars().all(), "next_cursor": None}


@blueprint.get("/<name>/<int:version>")
@requires(Permission.CITY_READ)
@blueprint.arguments(WorkflowQuery, location="query")
@blueprint.response(200, WorkflowView)
def get_workflow(query: dict[str, Any], name: str, version: int, actor: Actor) -> dict[str, Any] | Response:
    """One definition: as JSON, or drawn with format=mermaid, svg or md in the caller's language."""
    here = work()
    definition = here.snapshot.rules(here.session, name, version).definition
    if query["format"] == "json":
        return _view(definition)
    media_type, draw = DRAWN[query["format"]]
    return Response(draw(definition, preferred(request)), content_type=f"{media_type}; charset=utf-8")


@blueprint.post("/check")
@requires(Permission.WORKFLOW_CHECK)
@blueprint.arguments(CheckForm)
@blueprint.response(200, description="The verifier's report: ok, findings with counter-examples, the silence bound.")
def check_workflow(form: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """Prove a definition against this city's catalogue and calendar, with `on_city` against its units and people too.

    Changes nothing. A file that does not parse is 422 `definition_error` with line and column.
    """
    snapshot = work().snapshot
    tree = snapshot.tree if form["on_city"] else None
    return verify(load_definition(form["definition"]), snapshot.catalogue, snapshot.calendar, tree).as_dict()


def _view(definition: Definition) -> dict[str, Any]:
    return {
        **{name: getattr(definition, name) for name in ("name", "version", "digest", "start", "priorities")},
        "title": _both(definition.title),
        "stages": {code: _both(title) for code, title in definition.stages.items()},
        "who": {code: _both(title) for code, title in definition.who.items()},
        "limits": {
            name: {priority: str(span) for priority, span in row.items()} for name, row in definition.limits.items()
        },
        "states": [
            {name: getattr(state, name) for name in ("code", "stage", "final", "holder", "limit", "at_limit")}
            | {"title": _both(state.title)}
            for state in definition.states.values()
        ],
        "actions": [_action(action) for action in definition.actions.values()],
        "source": definition.text,
    }


def _action(action: Action) -> dict[str, Any]:
    return {
        "code": action.code,
        "title": _both(action.title),
        "needs": action.needs,
        "tell": action.tell,
        "ways": action.ways,
    }


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": str(text)}
