"""Rows become the values that the rules work with: a case's facts and clocks, locked, many at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from gridgov.db.models import Case, ClockRow
from gridgov.domain.case import from_plain
from gridgov.domain.clock import Clock, ClockKind, ClockState, Stage
from gridgov.domain.durations import Span
from gridgov.domain.steps import Situation

CASE_COLUMNS = (
    Case.id,
    Case.number,
    Case.definition_name,
    Case.definition_version,
    Case.facts,
    Case.version,
    Case.last_hash,
    Case.last_event_at,
    Case.state_since,
)


@dataclass(frozen=True, slots=True)
class Present:
    """A locked case as it stands: what a step starts from and what the chain goes on from."""

    case_id: int
    number: str
    definition: tuple[str, int]
    last_hash: bytes
    situation: Situation


def lock_cases(session: Session, case_ids: Sequence[int]) -> dict[int, Present]:
    """The cases of those ids, locked in the order of their ids, with the clocks that still run."""
    query = select(*CASE_COLUMNS).where(Case.id.in_(case_ids)).order_by(Case.id).with_for_update()
    rows = session.execute(query).all()
    clocks = running_clocks(session, [row.id for row in rows])
    return {row.id: _present(row, clocks.get(row.id, ())) for row in rows}


def running_clocks(session: Session, case_ids: Sequence[int]) -> dict[int, tuple[Clock, ...]]:
    """The pending and paused clocks of each case, in the order in which they were armed."""
    query = select(*CLOCK_COLUMNS).where(ClockRow.case_id.in_(case_ids), ClockRow.state < ClockState.DONE)
    found: dict[int, list[Clock]] = {}
    for row in session.execute(query.order_by(ClockRow.id)):
        found.setdefault(row.case_id, []).append(clock_of(row))
    return {case_id: tuple(clocks) for case_id, clocks in found.items()}


CLOCK_COLUMNS = (
    ClockRow.case_id,
    ClockRow.kind,
    ClockRow.key,
    ClockRow.holder_id,
    ClockRow.started_at,
    ClockRow.span,
    ClockRow.due_at,
    ClockRow.next_at,
    ClockRow.stage,
    ClockRow.state,
    ClockRow.pauses,
    ClockRow.paused_at,
    ClockRow.order_level,
    ClockRow.orderer_id,
)


def clock_of(row: Row[Any] | ClockRow) -> Clock:
    """The value of a clock row."""
    return Clock(
        kind=ClockKind(row.kind),
        key=row.key,
        holder_id=row.holder_id,
        started_at=row.started_at,
        limit=Span.parse(row.span),
        due_at=row.due_at,
        next_at=row.next_at,
        stage=Stage(row.stage),
        state=ClockState(row.state),
        pauses=tuple((_moment(begin), _moment(end)) for begin, end in row.pauses),
        paused_at=row.paused_at,
        order_level=row.order_level,
        orderer_id=row.orderer_id,
    )


def pauses_as_json(pauses: Iterable[tuple[datetime, datetime]]) -> list[list[str]]:
    """The pauses of a clock as they are kept in its row."""
    return [[begin.isoformat(), end.isoformat()] for begin, end in pauses]


def _present(row: Row[Any], clocks: tuple[Clock, ...]) -> Present:
    situation = Situation(from_plain(row.facts), clocks, row.version, row.last_event_at, row.state_since)
    definition = (row.definition_name, row.definition_version)
    return Present(row.id, row.number, definition, bytes(row.last_hash), situation)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
