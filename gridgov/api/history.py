"""What happened to a case, and why it is due when it is due."""

from typing import Any

from flask import Response, jsonify
from sqlalchemy import select

from gridgov.db.models import CaseEvent
from gridgov.db.paging import By, Order
from gridgov.domain.actors import Actor
from gridgov.domain.rights import Permission
from gridgov.http.access import requires
from gridgov.http.blueprint import Blueprint
from gridgov.http.cases import view_of, visible_case
from gridgov.http.context import work
from gridgov.http.lists import answer_list
from gridgov.schemas.case_views import DeadlineView, EventPage
from gridgov.schemas.paging import PageQuery
from gridgov.services.deadlines import deadline_of
from gridgov.services.portraits import history

blueprint = Blueprint("history", __name__, url_prefix="/api/v1/cases", description="What happened, and by when.")

ORDER = Order((By(CaseEvent.seq),))


@blueprint.get("/<number>/events")
@requires(Permission.CASE_READ)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, EventPage)
def list_events(query: dict[str, Any], number: str, actor: Actor) -> Response:
    """The append-only history, the first event first."""
    case = visible_case(number, actor)
    rows = select(CaseEvent).where(CaseEvent.case_id == case.id)
    return answer_list(rows, query, "seq", ORDER, lambda found: history(case, found, view_of(actor)))


@blueprint.get("/<number>/deadline")
@requires(Permission.CASE_READ)
@blueprint.response(200, DeadlineView)
def explain_deadline(number: str, actor: Actor) -> Response:
    """The present deadline and the promise, segment by segment: hours, holidays, pauses."""
    here, case = work(), visible_case(number, actor)
    return jsonify(deadline_of(here.session, here.snapshot, case.id, here.now))
