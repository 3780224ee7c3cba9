"""Cases: report one, list them, look at one."""

from typing import Any

from flask import Response
from sqlalchemy import Select

from gridgov.api.contacts import contact_in
from gridgov.api.reports import report_of
from gridgov.db.models import Case
from gridgov.db.paging import By, Order
from gridgov.db.queries.case_filters import filtered
from gridgov.db.queries.cases import BRIEF, visible_cases
from gridgov.domain.actors import Actor
from gridgov.domain.rights import Permission
from gridgov.http.access import requires
from gridgov.http.blueprint import Blueprint
from gridgov.http.cases import answer_with, case_once_shown, reread, view_of, visible_case
from gridgov.http.context import edge, work
from gridgov.http.idempotency import idempotent
from gridgov.http.lists import answer_list
from gridgov.schemas.case_inputs import CaseQuery, CaseReport
from gridgov.schemas.case_views import CasePage, CaseView
from gridgov.services.intake import report_case as take_in
from gridgov.services.portraits import after, brief

blueprint = Blueprint("cases", __name__, url_prefix="/api/v1/cases", description="Reports and what becomes of them.")

ORDERS = {
    "-reported_at": Order((By(Case.reported_at, descending=True), By(Case.id, descending=True))),
    "due_at": Order((By(Case.due_at, nullable=True), By(Case.id))),
}


def _shown_again(kept: Any, report: dict[str, Any], actor: Actor) -> Response:
    return answer_with(case_once_shown(kept["case"]), actor, 201)


@blueprint.post("")
@requires(Permission.CASE_REPORT)
@blueprint.arguments(CaseReport)
@blueprint.response(201, CaseView)
@idempotent(lambda response: {"case": response.json["number"]}, _shown_again)
def report_case(report: dict[str, Any], actor: Actor) -> Response:
    """Report an incident; answers with the case and its promise. A client's repeat is the same case."""
    here = work()
    taken = take_in(here.session, here.snapshot, edge().runtime.sealer, actor, report_of(report), here.now)
    entry = None if report.get("attachments") else taken.entry
    case = reread(taken.case_id) if entry is None else after(taken.columns, entry)
    return answer_with(case, actor, 201)


@blueprint.get("")
@requires(Permission.CASE_READ)
@blueprint.arguments(CaseQuery, location="query")
@blueprint.response(200, CasePage)
def list_cases(query: dict[str, Any], actor: Actor) -> Response:
    """The cases that you may see, filtered and sorted."""
    here = work()
    rows = filtered(visible_cases(actor, here.snapshot.tree), query, here.snapshot.tree, here.now)
    return paged(rows, query, query["sort"], actor)


@blueprint.get("/<number>")
@requires(Permission.CASE_READ)
@blueprint.response(200, CaseView)
def get_case(number: str, actor: Actor) -> Response:
    """One case: what stands, who holds it until when, what you may do and why not more."""
    case = visible_case(number, actor)
    return answer_with(case, actor, reporter_contact=contact_in(case, actor))


def paged(rows: Select[Case], query: dict[str, Any], sort: str, actor: Actor) -> Response:
    """A page of cases as an answer."""
    view = view_of(actor)
    return answer_list(
        rows.with_only_columns(*BRIEF), query, sort, ORDERS[sort], lambda found: [brief(case, view) for case in found]
    )
