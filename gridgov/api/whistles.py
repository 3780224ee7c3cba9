"""Whistles (吹哨报到): the calls of one's units, and what both sides do to a call."""

from dataclasses import replace
from typing import Any

from flask import Response, jsonify
from sqlalchemy import Row

from gridgov.db.models import WhistleRow
from gridgov.db.queries.cases import visible
from gridgov.db.queries.inbox import acting_units
from gridgov.db.queries.whistles import NEWEST_FIRST, Calls, calls, calls_of
from gridgov.domain.actors import Actor
from gridgov.domain.calls import Call
from gridgov.domain.case import Facts
from gridgov.domain.errors import NotFound, TransitionNotAllowed
from gridgov.domain.rights import Permission
from gridgov.domain.whistles import lead_call
from gridgov.http.access import requires
from gridgov.http.blueprint import Blueprint
from gridgov.http.cases import locked_case, view_of
from gridgov.http.concurrency import etag_of, expected_version, takes_if_match
from gridgov.http.context import work
from gridgov.http.idempotency import idempotent
from gridgov.http.lists import answer_list
from gridgov.schemas.whistles import CallInput, CallPage, CallRatingInput, CallView, WhistleQuery
from gridgov.services.transitions import act
from gridgov.services.whistle_views import call_shape, call_shapes

blueprint = Blueprint("whistles", __name__, url_prefix="/api/v1/whistles", description="Units that were called.")

PLAIN = {"answer": "answer", "finish": "finish", "refuse": "refuse_call"}


def _again(kept: Any, inputs: dict[str, Any], whistle_id: int, actor: Actor, action: str = "") -> Response:
    return _answer(work().session.execute(calls().where(WhistleRow.id == whistle_id)).one(), actor)


@blueprint.get("")
@requires(Permission.CASE_READ)
@blueprint.arguments(WhistleQuery, location="query")
@blueprint.response(200, CallPage)
def list_whistles(query: dict[str, Any], actor: Actor) -> Response:
    """The calls for your units, by them and within them, the newest first, of the cases that you see."""
    tree = work().snapshot.tree
    rows: Calls = calls_of(acting_units(actor, tree), tree, query.get("side")).where(visible(actor, tree))
    for name, column in (("state", WhistleRow.state), ("kind", WhistleRow.kind)):
        if name in query:
            rows = rows.where(column == query[name])
    return answer_list(rows, query, "newest", NEWEST_FIRST, lambda found: call_shapes(found, view_of(actor)))


@blueprint.get("/<int:whistle_id>")
@requires(Permission.CASE_READ)
@blueprint.response(200, CallView)
def get_whistle(whistle_id: int, actor: Actor) -> Response:
    """One call of a case that you see."""
    return _answer(_visible_call(whistle_id, actor), actor)


@blueprint.post("/<int:whistle_id>/actions/<action>")
@requires(Permission.CASE_ACT)
@blueprint.arguments(CallInput)
@blueprint.response(200, CallView)
@takes_if_match
@idempotent(200, _again)
def act_on_whistle(inputs: dict[str, Any], whistle_id: int, action: str, actor: Actor) -> Response:
    """answer, arrive, finish or refuse for the unit; call_off or change_lead for who blew and the subdistrict."""
    return _acted(whistle_id, action, inputs, actor)


@blueprint.post("/<int:whistle_id>/ratings")
@requires(Permission.CASE_ACT)
@blueprint.arguments(CallRatingInput)
@blueprint.response(200, CallView)
@takes_if_match
@idempotent(200, _again)
def rate_whistle(inputs: dict[str, Any], whistle_id: int, actor: Actor) -> Response:
    """Rate the other side of the call, 1 to 5, once (一事双评)."""
    return _acted(whistle_id, "rate", inputs, actor)


def _acted(whistle_id: int, wanted: str, inputs: dict[str, Any], actor: Actor) -> Response:
    here, expected = work(), expected_version(inputs.pop("expected_version", None))
    row = _visible_call(whistle_id, actor)
    _, present = locked_case(row.case_number, actor)
    facts = present.situation.facts
    action, given = _meant(wanted, facts.calls[row.number - 1], facts)
    speaker = _speaking_for(actor, row.unit_id)
    act(here.session, here.snapshot, present, action, speaker, {**inputs, **given}, here.now, expected)
    # Who called a unit off may still see the case; who left it by this act was answered all the same.
    return _again(None, {}, whistle_id, actor)


def _meant(wanted: str, call: Call, facts: Facts) -> tuple[str, dict[str, int]]:
    """The action of the workflow that this is: a lead and a helper arrive, and are called off, in different ways."""
    given = {"call": call.number}
    if wanted in PLAIN:
        return PLAIN[wanted], given
    if wanted == "rate":
        return "rate_call", given
    leads = call == lead_call(facts)
    if wanted == "arrive":
        return ("arrive", {}) if leads else ("join", given)
    if wanted == "call_off":
        return ("call_off", {}) if leads else ("dismiss", given)
    if wanted != "change_lead":
        raise NotFound(f"A call has no action {wanted!r}.", f"吹哨没有“{wanted}”操作。")
    if not leads:
        raise TransitionNotAllowed("Only a lead that is awaited is changed.", "只能更换尚未到场的牵头单位。")
    return "change_lead", {}


def _speaking_for(actor: Actor, unit_id: int) -> Actor:
    """Whoever has posts on several sides acts under the one in the called unit first."""
    return replace(actor, posts=tuple(sorted(actor.posts, key=lambda post: post.unit_id != unit_id)))


def _visible_call(whistle_id: int, actor: Actor) -> Row[Any]:
    rows = calls().where(WhistleRow.id == whistle_id, visible(actor, work().snapshot.tree))
    found = work().session.execute(rows).one_or_none()
    if found is None:
        raise NotFound(f"There is no whistle {whistle_id} for you.", f"没有您可以查看的吹哨 {whistle_id}。")
    return found


def _answer(row: Row[Any], actor: Actor) -> Response:
    response = jsonify(call_shape(row, view_of(actor)))
    response.headers.update(etag_of(row.version))
    return response
