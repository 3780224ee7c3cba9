"""What every view about one case does first and last: find it among what the caller sees, answer with its portrait."""

from flask import Response, jsonify, request
from sqlalchemy import select

from gridgov.db.models import Case
from gridgov.db.queries.cases import visible_cases
from gridgov.domain.actors import Actor
from gridgov.domain.case_number import format_case_number, parse_case_number
from gridgov.domain.errors import Invalid, NotFound
from gridgov.http.concurrency import etag_of
from gridgov.http.context import Work, work
from gridgov.http.language import preferred
from gridgov.services.portraits import View, detail


def visible_case(number: str, actor: Actor) -> Case:
    """The case of that number, said or typed in any way, if the caller sees it; else NotFound, whatever the reason."""
    here = work()
    query = visible_cases(actor, here.snapshot.tree).where(Case.number == _canonical(number))
    case = here.session.execute(query).scalar()
    if case is None:
        raise NotFound(f"There is no case {number} for you.", f"没有您可以查看的案件 {number}。")
    return case


def case_once_shown(number: str) -> Case:
    """The case of an answer that is given again: who declined it may not see it any more, but was answered then."""
    return work().session.execute(select(Case).where(Case.number == _canonical(number))).scalar_one()


def view_of(actor: Actor, here: Work | None = None) -> View:
    """Through whose eyes this request looks."""
    here = here or work()
    return View(here.session, here.snapshot, actor, here.now, preferred(request))


def answer_with(case: Case, actor: Actor, status: int = 200) -> Response:
    """The portrait of the case as it stands now, with its version as ETag."""
    response = jsonify(detail(case, view_of(actor)))
    response.status_code = status
    response.headers.update(etag_of(case.version))
    if status == 201:
        response.headers["Location"] = f"/api/v1/cases/{case.number}"
    return response


def reread(case_id: int) -> Case:
    """The case as the transaction has just left it."""
    return work().session.get_one(Case, case_id, populate_existing=True)


def _canonical(number: str) -> str:
    try:
        parsed = parse_case_number(number)
    except Invalid:
        return number
    return format_case_number(parsed.day, parsed.sequence)
