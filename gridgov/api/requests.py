"""Requests: one side asks for time, a pause, help or a review, another decides. The rules: domain.asking."""

from collections.abc import Sequence
from typing import Any

from flask import Response, jsonify

from gridgov.db.models import RequestRow
from gridgov.db.queries.inbox import acting_units
from gridgov.db.queries.requests import NEWEST_FIRST, last_request, one_request, requests_of
from gridgov.domain.actors import Actor
from gridgov.domain.errors import NotFound
from gridgov.domain.rights import Permission
from gridgov.http.access import requires
from gridgov.http.blueprint import Blueprint
from gridgov.http.cases import locked_case, view_of
from gridgov.http.concurrency import expected_version, takes_if_match
from gridgov.http.context import work
from gridgov.http.idempotency import idempotent
from gridgov.http.lists import answer_list
from gridgov.schemas.requests import DecisionInput, RequestInput, RequestPage, RequestQuery, RequestView
from gridgov.services.transitions import act
from gridgov.services.views import View

blueprint = Blueprint("requests", __name__, url_prefix="/api/v1", description="Questions that another side decides.")

SHOWN = ("id", "number", "kind", "state", "until", "silent", "asked_at", "due_at", "ended_at")


def _shown_again(kept: Any, *_: Any, actor: Actor, **__: Any) -> Response:
    return _answer(kept["request"], actor)


@blueprint.post("/cases/<number>/requests")
@requires(Permission.CASE_ACT)
@blueprint.arguments(RequestInput)
@blueprint.response(201, RequestView)
@takes_if_match
@idempotent(lambda response: {"request": response.json["id"]}, _shown_again)
def ask(inputs: dict[str, Any], number: str, actor: Actor) -> Response:
    """Ask for an extension, a suspension, help, or a review of an overrun; answers with the request."""
    kind = inputs.pop("kind")
    case_id = _acted(number, f"ask_{kind}", actor, inputs)
    row = work().session.execute(last_request(case_id)).one()
    response = _answer(row[0].id, actor)
    response.status_code = 201
    return response


@blueprint.get("/requests")
@requires(Permission.CASE_READ)
@blueprint.arguments(RequestQuery, location="query")
@blueprint.response(200, RequestPage)
def list_requests(query: dict[str, Any], actor: Actor) -> Response:
    """What your units asked, and what they have to decide."""
    units, view = acting_units(actor, work().snapshot.tree), view_of(actor)
    rows = requests_of(units, query["state"], query["kind"], query["case"])
    return answer_list(rows, query, "newest", NEWEST_FIRST, lambda found: _shown(found, view))


@blueprint.post("/requests/<int:request_id>/decision")
@requires(Permission.CASE_ACT)
@blueprint.arguments(DecisionInput)
@blueprint.response(200, RequestView)
@takes_if_match
@idempotent(200, lambda _kept, _inputs, request_id, actor: _answer(request_id, actor))
def decide(inputs: dict[str, Any], request_id: int, actor: Actor) -> Response:
    """Grant a request, or refuse it with a reason; what was granted happens at once."""
    row, number = _found(request_id)
    action = "grant" if inputs.pop("granted") else "refuse"
    _acted(number, action, actor, {**inputs, "request": row.number})
    return _answer(request_id, actor)


def _acted(number: str, action: str, actor: Actor, inputs: dict[str, Any]) -> int:
    here, expected = work(), expected_version(inputs.pop("expected_version", None))
    _, present = locked_case(number, actor)
    act(here.session, here.snapshot, present, action, actor, inputs, here.now, expected)
    return present.case_id


def _found(request_id: int) -> tuple[RequestRow, str]:
    found = work().session.execute(one_request(request_id)).one_or_none()
    if found is None:
        raise NotFound(f"There is no request {request_id} for you.", f"没有您可以查看的申请 {request_id}。")
    return found[0], found[1]


def _answer(request_id: int, actor: Actor) -> Response:
    (shown,) = _shown([_found(request_id)], view_of(actor))
    return jsonify(shown)


def _shown(rows: Sequence[Any], view: View) -> list[dict[str, Any]]:
    return [_one(row[0], row[1], view) for row in rows]


def _one(row: RequestRow, number: str, view: View) -> dict[str, Any]:
    rules = view.snapshot.present_rules(view.session)
    title = rules.definition.requests[row.kind].title
    sides = {"asked_by": view.unit(row.asker_id), "decided_by": view.unit(row.decider_id)}
    return {**{name: getattr(row, name) for name in SHOWN}, "case": number, "title": view.word(title), **sides}
