"""The life of a workflow definition: stored once proved, compared, activated, followed by running cases."""

from collections.abc import Sequence
from typing import Any

from flask import Response

from gridgov.db.queries.rules import NEWEST_CHANGE_FIRST, changes
from gridgov.domain.actors import Actor
from gridgov.domain.definition_diff import differences
from gridgov.domain.rights import Permission
from gridgov.http.access import requires
from gridgov.http.blueprint import Blueprint
from gridgov.http.context import work
from gridgov.http.idempotency import idempotent
from gridgov.http.lists import answer_list
from gridgov.schemas.fields import rfc3339
from gridgov.schemas.lifecycle import (
    Activation,
    ChangePage,
    ChangeQuery,
    DiffQuery,
    DiffView,
    MigrationOrder,
    MigrationView,
    NewWorkflow,
    RecalculationOrder,
    RecalculationView,
)
from gridgov.schemas.workflows import WorkflowBrief
from gridgov.services import case_migration, recalculation
from gridgov.services.case_migration import signature_of
from gridgov.services.definitions import activate, install, stored

blueprint = Blueprint("lifecycle", __name__, url_prefix="/api/v1/workflows", description="The life of a definition.")

MOST_CASES = 5_000
"""A request moves no more at once: the command line does, and nobody waits at a page for it."""
BRIEF = ("name", "version", "active", "digest", "created_at")
CHANGE = ("id", "kind", "name", "version", "person_id", "data")


@blueprint.post("")
@requires(Permission.WORKFLOW_ADMINISTER)
@blueprint.arguments(NewWorkflow)
@blueprint.response(201, WorkflowBrief)
@idempotent(lambda row: {"name": row["name"], "version": row["version"]},
            lambda kept, _form, actor: _brief(kept["name"], kept["version"]))  # fmt: skip
def install_workflow(form: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """Store a definition as a new version, not active, once every proof holds on this city.

    The same text again is the same version. A proof that does not hold is 422 `definition_refused` with `findings`:
    number, sentence and the path of a counter-example each.
    """
    here = work()
    row, _ = install(here.session, here.snapshot, form["definition"], actor.person_id)
    return _brief(row.name, row.version)


@blueprint.get("/changes")
@requires(Permission.WORKFLOW_CHECK)
@blueprint.arguments(ChangeQuery, location="query")
@blueprint.response(200, ChangePage)
def list_changes(query: dict[str, Any], actor: Actor) -> Response:
    """Who changed the rules of this city, and when."""
    return answer_list(changes(), query, "newest", NEWEST_CHANGE_FIRST, _changes)


@blueprint.get("/<name>/<int:version>/diff")
@requires(Permission.CITY_READ)
@blueprint.arguments(DiffQuery, location="query")
@blueprint.response(200, DiffView)
def compare_workflows(query: dict[str, Any], name: str, version: int, actor: Actor) -> dict[str, Any]:
    """What changes in plain words from this version to the one of `with`."""
    here = work()
    old, new = (here.snapshot.rules(here.session, name, each).definition for each in (version, query["other"]))
    found = [difference.as_dict() for difference in differences(old, new)]
    return {"name": name, "from": version, "to": query["other"], "differences": found}


@blueprint.post("/<name>/<int:version>/activate")
@requires(Permission.WORKFLOW_ADMINISTER)
@blueprint.arguments(Activation)
@blueprint.response(200, WorkflowBrief)
@idempotent(200, lambda _kept, _form, name, version, actor: _brief(name, version))
def activate_workflow(form: dict[str, Any], name: str, version: int, actor: Actor) -> dict[str, Any]:
    """Pin new cases to this version from now on; running ones stay with theirs."""
    here = work()
    activate(here.session, here.snapshot, name, version, actor.person_id)
    return _brief(name, version)


@blueprint.post("/<name>/migrations")
@requires(Permission.WORKFLOW_ADMINISTER)
@blueprint.arguments(MigrationOrder)
@blueprint.response(200, MigrationView)
@idempotent(lambda outcome: outcome, lambda kept, _order, name, actor: kept)
def migrate_cases(form: dict[str, Any], name: str, actor: Actor) -> dict[str, Any]:
    """Move every open case of one version to another, all or none; with `dry_run` only say what would become of them.

    The mapping has to name each state in which cases stand and which the new version lacks or changes.
    """
    here, signature = work(), signature_of(actor)
    order = case_migration.Order(
        name, form["old"], form["new"], form["mapping"], signature, form["dry_run"], MOST_CASES
    )
    return case_migration.as_dict(case_migration.migrate_cases(here.session, here.snapshot, order, here.now))


@blueprint.post("/recalculations")
@requires(Permission.WORKFLOW_ADMINISTER)
@blueprint.arguments(RecalculationOrder)
@blueprint.response(200, RecalculationView)
@idempotent(lambda outcome: outcome, lambda kept, _order, actor: kept)
def recalculate_limits(form: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """Work out the frozen limits of open cases again after an edit of the catalogue, from the same starts."""
    here = work()
    order = recalculation.Order(form["category"], signature_of(actor), form["dry_run"], MOST_CASES)
    return recalculation.as_dict(recalculation.recalculate(here.session, here.snapshot, order, here.now))


def _brief(name: str, version: int) -> dict[str, Any]:
    row = stored(work().session, name, version)
    return {column: getattr(row, column) for column in BRIEF}


def _changes(rows: Sequence[Any]) -> list[dict[str, Any]]:
    return [{**{name: getattr(row, name) for name in CHANGE}, "at": rfc3339(row.at)} for row in rows]
