"""Residents without an account: read a wall's code, report by it, follow the case. What they do then: responses."""

from typing import Any

from flask import Response

from gridgov.http.access import public
from gridgov.http.blueprint import Blueprint
from gridgov.http.cases import case_once_shown, reread, view_of
from gridgov.http.context import edge, work
from gridgov.http.idempotency import idempotent
from gridgov.http.public import LOOK_UPS, PLACES, REPORTS, WRONG_QR, WRONG_TRACKING, transacted, within
from gridgov.http.residents import answer_report, tracked_case, tracking_code, wall_code, wall_scope
from gridgov.schemas.public import PublicCaseView, PublicReportView, WallReportInput, WallView
from gridgov.services.contacts import forget_contact
from gridgov.services.portraits import after
from gridgov.services.public_portraits import public_categories, public_place
from gridgov.services.residents import NOBODY, WallReport, place_of_code, report_by_code
from gridgov.services.tracking import case_behind, code_of

blueprint = Blueprint("public", __name__, url_prefix="/api/v1/public", description="Residents without an account")

COPIED = ("qr", "description", "category", "address", "client_ref", "captured_at")


@blueprint.get("/places/<code>")
@public
@within(PLACES, WRONG_QR, lambda code: code)
@transacted
@blueprint.response(200, WallView)
@blueprint.alt_response(404, description="The code does not hang any more, or never did; the sentence says the way on.")
def get_place(code: str) -> dict[str, Any]:
    """What a scanned code stands for: compound, building, and what can be reported."""
    here, view = work(), view_of(NOBODY)
    place = place_of_code(here.session, here.snapshot.tree, code)
    return {**public_place(place.compound_id, place.building_id, view), "categories": public_categories(view)}


def _reported_again(kept: Any, report: dict[str, Any]) -> Response:
    case = case_once_shown(kept["case"])
    return answer_report(case, case.id, code_of(work().session, edge().runtime.sealer, case.id))


@blueprint.post("/reports")
@public
@blueprint.arguments(WallReportInput)
@within(REPORTS, WRONG_QR, wall_code)
@transacted
@blueprint.response(201, PublicReportView)
@blueprint.alt_response(404, description="The code does not hang any more, or never did; the sentence says the way on.")
@idempotent(lambda response: {"case": response.json["number"]}, _reported_again, wall_scope)
def report_by_wall(body: dict[str, Any]) -> Response:
    """Report by the code on the wall; answers with the number, the promise and the code to follow it by."""
    here = work()
    contact = dict(body.get("contact", {}))
    wish = contact.pop("wants_updates", False)
    report = WallReport(**{name: body[name] for name in COPIED if name in body}, contact=contact, wants_updates=wish)
    followed = report_by_code(here.session, here.snapshot, edge().runtime.sealer, report, here.now)
    taken = followed.reported
    case = reread(taken.case_id) if taken.entry is None else after(taken.columns, taken.entry)
    return answer_report(case, taken.case_id, followed.code)


@blueprint.get("/cases/<code>")
@public
@within(LOOK_UPS, WRONG_TRACKING, tracking_code)
@transacted
@blueprint.response(200, PublicCaseView)
def follow_case(code: str) -> Response:
    """Where the case is, which office has it until when, what was said, and what one may do now."""
    return tracked_case(code)


@blueprint.delete("/cases/<code>/contact")
@public
@within(LOOK_UPS, WRONG_TRACKING, tracking_code)
@transacted
@blueprint.response(204)
def withdraw_contact(code: str) -> str:
    """Withdraw the wish to hear: name, phone and e-mail are deleted at once, the case goes on."""
    case_id, _ = case_behind(work().session, edge().runtime.sealer, code)
    forget_contact(work().session, case_id)
    return ""
