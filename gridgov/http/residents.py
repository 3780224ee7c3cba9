"""What every view about a resident's case does first and last: find it by its code, answer with what the link shows."""

from typing import Any

from flask import Response, jsonify

from gridgov.db.queries.merging import way_up
from gridgov.domain.secret_codes import QR_LENGTH, TRACKING_LENGTH, read_code
from gridgov.http.cases import locked_case, view_of, visible_case
from gridgov.http.context import edge, work
from gridgov.schemas.public import PublicCaseView, PublicReportView
from gridgov.services.portraits import CaseRow, after
from gridgov.services.public_portraits import public_case
from gridgov.services.residents import reporter_of, respond
from gridgov.services.tracking import case_behind, mark_of

CASE_VIEW, REPORT_VIEW = PublicCaseView(), PublicReportView()


def tracked_case(code: str) -> Response:
    """The case that a tracking code opens, as its reporter sees it. Raises UnknownCode."""
    case_id, number = _opened(code)
    return answer_resident(visible_case(number, reporter_of(case_id)), case_id)


def responded(code: str, action: str, inputs: dict[str, Any]) -> Response:
    """That case after its reporter has done `action`; raises what the workflow refuses, and UnknownCode."""
    here = work()
    case_id, number = _opened(code)
    row, present = locked_case(number, reporter_of(case_id))
    entry = respond(here.session, here.snapshot, present, action, inputs, here.now)
    return answer_resident(after(row._asdict(), entry), case_id)


def _opened(code: str) -> tuple[int, str]:
    """Id and number of the case behind a code: of a merged one the master, whose result its reporters may dispute."""
    own, _ = case_behind(work().session, edge().runtime.sealer, code)
    master = way_up(work().session, own)[-1]
    return master.id, master.number


def answer_resident(case: CaseRow, case_id: int) -> Response:
    """What the link shows of a case, as an answer."""
    return jsonify(CASE_VIEW.dump(public_case(case, view_of(reporter_of(case_id)))))


def answer_report(case: CaseRow, case_id: int, code: str | None) -> Response:
    """The same for a case that was just reported, with its tracking code."""
    shown = public_case(case, view_of(reporter_of(case_id)))
    response = jsonify(REPORT_VIEW.dump({**shown, "tracking_code": code}))
    response.status_code = 201
    return response


def tracking_scope(*args: Any, code: str) -> str:
    """Whose idempotency key it is: a mark of the tracking code, never the code."""
    return f"tracking:{mark_of(edge().runtime.sealer, code).hex()}"


def wall_scope(body: dict[str, Any]) -> str:
    """Whose idempotency key it is: the code on the wall, which everybody may read."""
    return f"qr:{wall_code(body)}"


def wall_code(body: dict[str, Any]) -> str:
    """The code on the wall in one spelling."""
    return read_code(body["qr"], QR_LENGTH) or "?"


def tracking_code(*args: Any, code: str) -> str:
    """The tracking code of the path in one spelling."""
    return read_code(code, TRACKING_LENGTH) or "?"
