"""What every view about one case does first and last: find it among what the caller sees, answer with its portrait."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, jsonify, request
from sqlalchemy import ColumnElement, Row, Select, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute

from gridgov.db.models import Case
from gridgov.db.queries.cases import LOCKED, SHOWN, WHOLE, reach_of, visible_by_name
from gridgov.domain.actors import Actor
from gridgov.domain.case_number import format_case_number, parse_case_number
from gridgov.domain.errors import Invalid, NotFound
from gridgov.http.concurrency import etag_of
from gridgov.http.context import Work, work
from gridgov.http.language import preferred
from gridgov.services.portraits import CaseRow, detail
from gridgov.services.situations import Present, lock_case
from gridgov.services.views import View

Columns = Sequence[ColumnElement[Any] | InstrumentedAttribute[Any]]

BY_ID = select(*WHOLE).where(Case.id == bindparam("id"))
BY_NUMBER = select(*WHOLE).where(Case.number == bindparam("number"))


def visible_case(number: str, actor: Actor) -> Row[Any]:
    """The case of that number, said or typed in any way, if the caller sees it; else NotFound, whatever the reason."""
    statement, seen = _statement(actor, SHOWN)
    values = {**seen, "number": canonical(number)}
    found = work().session.connection().execute(statement, values).one_or_none()
    if found is None:
        raise _not_found(number)
    return found


def locked_case(number: str, actor: Actor) -> tuple[Row[Any], Present]:
    """That case, locked, for whoever is about to act on it. Raises NotFound as `visible_case` does."""
    statement, seen = _statement(actor, LOCKED)
    found = lock_case(work().session, statement, {**seen, "number": canonical(number)})
    if found is None:
        raise _not_found(number)
    return found


def _not_found(number: str) -> NotFound:
    return NotFound(f"There is no case {number} for you.", f"没有您可以查看的案件 {number}。")


def _statement(actor: Actor, columns: Columns) -> tuple[Select[*tuple[Any, ...]], Mapping[str, list[int]]]:
    """The statement for one case that people of such posts share, and whose cases this person sees by it.

    Building it takes longer than running it, so each snapshot keeps it.
    """
    snapshot, lock = work().snapshot, columns is LOCKED
    kept, reach = snapshot.kept, reach_of(actor, snapshot.tree)
    key = ("one case", None if reach is None else tuple(reach), lock)
    if key not in kept:
        by_number = select(*columns).where(Case.number == bindparam("number"), visible_by_name(reach))
        kept[key] = by_number.with_for_update(of=Case) if lock else by_number
    return kept[key], reach or {}


def case_once_shown(number: str) -> Row[Any]:
    """The case of an answer that is given again: who declined it may not see it any more, but was answered then."""
    return work().session.connection().execute(BY_NUMBER, {"number": canonical(number)}).one()


def view_of(actor: Actor, here: Work | None = None) -> View:
    """Through whose eyes this request looks."""
    here = here or work()
    return View(here.session, here.snapshot, actor, here.now, preferred(request))


def answer_with(case: CaseRow, actor: Actor, status: int = 200, **more: Any) -> Response:
    """The portrait of the case as it stands now, with its version as ETag; `more` is what one view adds."""
    response = jsonify(detail(case, view_of(actor)) | more)
    response.status_code = status
    response.headers.update(etag_of(case.version))
    if status == 201:
        response.headers["Location"] = f"/api/v1/cases/{case.number}"
    return response


def reread(case_id: int) -> Row[Any]:
    """The case as the transaction has just left it."""
    return work().session.connection().execute(BY_ID, {"id": case_id}).one()


def canonical(number: str) -> str:
    """The number as it is kept, however it was said or typed; what is none stays as it came."""
    try:
        parsed = parse_case_number(number)
    except Invalid:
        return number
    return format_case_number(parsed.day, parsed.sequence)
