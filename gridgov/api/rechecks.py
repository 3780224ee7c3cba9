"""Second looks at closed cases: those of one's own units, and their verdicts."""

from collections.abc import Sequence
from typing import Any

from flask import Response, jsonify

from gridgov.db.models import Recheck
from gridgov.db.queries.rechecks import NEWEST_FIRST, rechecks_of, units_of
from gridgov.domain.actors import Actor
from gridgov.domain.rechecks import Verdict
from gridgov.domain.rights import Permission
from gridgov.http.access import requires
from gridgov.http.blueprint import Blueprint
from gridgov.http.cases import view_of
from gridgov.http.context import work
from gridgov.http.idempotency import idempotent
from gridgov.http.lists import answer_list
from gridgov.schemas.rechecks import RecheckPage, RecheckQuery, RecheckView, VerdictInput
from gridgov.services.attachments import shown
from gridgov.services.portraits import place
from gridgov.services.rechecks import give_verdict, not_yours
from gridgov.services.views import View

blueprint = Blueprint("rechecks", __name__, url_prefix="/api/v1/rechecks", description="Second looks at closed cases.")

OWN = ("id", "picked_at", "due_at", "done_at", "verdict", "note", "category", "title", "description", "done")


def _again(kept: Any, form: dict[str, Any], recheck_id: int, actor: Actor) -> Response:
    return _one(recheck_id, actor)


@blueprint.get("")
@requires(Permission.CASE_READ)
@blueprint.arguments(RecheckQuery, location="query")
@blueprint.response(200, RecheckPage)
def list_rechecks(query: dict[str, Any], actor: Actor) -> Response:
    """The second looks of the units that you act for."""
    rows = rechecks_of(units_of(actor, work().snapshot.tree), query["open"])
    return answer_list(rows, query, "newest", NEWEST_FIRST, lambda found: _views(found, actor))


@blueprint.post("/<int:recheck_id>/verdict")
@requires(Permission.CASE_ACT)
@blueprint.arguments(VerdictInput)
@blueprint.response(200, RecheckView)
@idempotent(200, _again)
def judge_recheck(form: dict[str, Any], recheck_id: int, actor: Actor) -> Response:
    """Say what you found. The case stays closed; its community hears of a `not_ok`."""
    here, verdict = work(), Verdict(form["verdict"])
    give_verdict(here.session, here.snapshot, actor, recheck_id, verdict, form.get("note"), here.now)
    return _one(recheck_id, actor)


def _one(recheck_id: int, actor: Actor) -> Response:
    here = work()
    rows = rechecks_of(units_of(actor, here.snapshot.tree), open_only=False).where(Recheck.id == recheck_id)
    row = here.session.execute(rows).one_or_none()
    if row is None:
        raise not_yours(recheck_id)
    return jsonify(_view(row, view_of(actor)))


def _views(rows: Sequence[Any], actor: Actor) -> list[dict[str, Any]]:
    view = view_of(actor)
    return [_view(row, view) for row in rows]


def _view(row: Any, view: View) -> dict[str, Any]:
    category = view.snapshot.catalogue.get(row.category)
    said = {"category_title": view.word(category.title), "closing": view.word(category.closing)}
    return {
        **{name: getattr(row, name) for name in OWN},
        **said,
        "unit": view.unit(row.unit_id),
        "case": row.number,
        "place": place(row, view),
        "closed_at": row.closed_at,
        "attachments": shown(row.attachments or ()),
    }
