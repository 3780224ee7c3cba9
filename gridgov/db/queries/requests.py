"""Requests with the numbers of their cases. Whoever decides sees the case: deciders stand above it."""

from collections.abc import Iterable

from sqlalchemy import Select, or_, select

from gridgov.db.models import Case, RequestRow
from gridgov.db.paging import By, Order
from gridgov.domain.requests import OPEN

NEWEST_FIRST = Order((By(RequestRow.id, descending=True),))

Requests = Select[RequestRow, str]


def with_case() -> Requests:
    """Every request with its case's number."""
    return select(RequestRow, Case.number).join(Case, Case.id == RequestRow.case_id)


def requests_of(units: Iterable[int], state: str | None, kind: str | None, number: str | None) -> Requests:
    """The requests that the units asked or decide, of a state, a kind and a case where those are given."""
    ids = list(units)
    rows = with_case().where(or_(RequestRow.decider_id.in_(ids), RequestRow.asker_id.in_(ids)))
    wanted = {RequestRow.state: state, RequestRow.kind: kind, Case.number: number}
    return rows.where(*(column == value for column, value in wanted.items() if value is not None))


def one_request(request_id: int) -> Requests:
    """The request of that id; read again even where the session knows it."""
    return with_case().where(RequestRow.id == request_id).execution_options(populate_existing=True)


def last_request(case_id: int) -> Requests:
    """The newest request of a case."""
    return with_case().where(RequestRow.case_id == case_id).order_by(RequestRow.number.desc()).limit(1)


def waits_for(units: Iterable[int]) -> Select[int]:
    """The ids of the cases with a request that one of the units has to answer."""
    return select(RequestRow.case_id).where(RequestRow.state == OPEN, RequestRow.decider_id.in_(list(units)))
