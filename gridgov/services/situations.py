"""Rows become the values that the rules work with: a case's facts and clocks, locked, many at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Select, text
from sqlalchemy.orm import Session

from gridgov.domain.case import from_plain
from gridgov.domain.clock import Clock, ClockKind, ClockState, Stage
from gridgov.domain.durations import Span
from gridgov.domain.steps import Situation

LOCKED_CASES = text("""
SELECT id, number, definition_name, definition_version, facts, version, last_hash, last_event_at, state_since
FROM cases WHERE id = ANY(:ids) ORDER BY id FOR UPDATE
""")
SEEN_CASES = text(LOCKED_CASES.text.replace(" FOR UPDATE", ""))
CLOCK_COLUMNS = (
    *("kind", "key", "holder_id", "started_at", "span", "due_at", "next_at", "stage", "state"),
    *("pauses", "paused_at", "order_level", "orderer_id"),
)
RUNNING_CLOCKS = text(f"""
SELECT case_id, {", ".join(CLOCK_COLUMNS)} FROM clocks WHERE case_id = ANY(:ids) AND state < 2 ORDER BY id
""")


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
    rows = session.connection().execute(LOCKED_CASES, {"ids": list(case_ids)}).all()
    # A second statement, after the lock: the first may have seen the clocks as they were before a wait.
    clocks = running_clocks(session, [row.id for row in rows])
    return {row.id: _present(row, clocks.get(row.id, ())) for row in rows}


def see_cases(session: Session, case_ids: Sequence[int]) -> dict[int, Present]:
    """The same without a lock, for whoever only wants to know."""
    rows = session.connection().execute(SEEN_CASES, {"ids": list(case_ids)}).all()
    clocks = running_clocks(session, [row.id for row in rows])
    return {row.id: _present(row, clocks.get(row.id, ())) for row in rows}


def lock_case(
    session: Session, statement: Select[*tuple[Any, ...]], values: Mapping[str, Any]
) -> tuple[Row[Any], Present] | None:
    """The one case that a select of db.queries.cases.LOCKED FOR UPDATE finds, as row and as value; None: there is none.

    Its clocks come in the same statement. PostgreSQL reads a row anew that it had to wait for, but what stands beside
    it in the select is as it was before the wait: then the version beside it is an old one, and they are asked again.
    """
    row = session.connection().execute(statement, values).one_or_none()
    if row is None:
        return None
    if row.version == row.seen_version:
        clocks = tuple(clock_from_json(kept) for kept in row.running or ())
    else:
        clocks = running_clocks(session, [row.id]).get(row.id, ())
    return row, _present(row, clocks)


def running_clocks(session: Session, case_ids: Sequence[int]) -> dict[int, tuple[Clock, ...]]:
    """The pending and paused clocks of each case, in the order in which they were armed."""
    found: dict[int, list[Clock]] = {}
    for case_id, *columns in session.connection().execute(RUNNING_CLOCKS, {"ids": list(case_ids)}):
        found.setdefault(case_id, []).append(_clock(*columns))
    return {case_id: tuple(clocks) for case_id, clocks in found.items()}


def _clock(
    kind: str,
    key: str,
    holder_id: int | None,
    started_at: datetime,
    span: str,
    due_at: datetime,
    next_at: datetime | None,
    stage: int,
    state: int,
    pauses: list[tuple[str, str]],
    paused_at: datetime | None,
    order_level: int | None,
    orderer_id: int | None,
) -> Clock:
    return Clock(
        ClockKind(kind),
        key,
        holder_id,
        started_at,
        Span.parse(span),
        due_at,
        next_at,
        Stage(stage),
        ClockState(state),
        tuple((_moment(begin), _moment(end)) for begin, end in pauses),
        paused_at,
        order_level,
        orderer_id,
    )


def clock_from_json(kept: Mapping[str, Any]) -> Clock:
    """The clock of a row that came as JSON, its times as ISO text."""
    moments = {name: kept[name] and _moment(kept[name]) for name in ("started_at", "due_at", "next_at", "paused_at")}
    return _clock(**{name: value for name, value in {**kept, **moments}.items() if name in CLOCK_COLUMNS})


def pauses_as_json(pauses: Iterable[tuple[datetime, datetime]]) -> list[list[str]]:
    """The pauses of a clock as they are kept in its row."""
    return [[begin.isoformat(), end.isoformat()] for begin, end in pauses]


def _present(row: Row[Any], clocks: tuple[Clock, ...]) -> Present:
    situation = Situation(from_plain(row.facts), clocks, row.version, row.last_event_at, row.state_since)
    definition = (row.definition_name, row.definition_version)
    return Present(row.id, row.number, definition, bytes(row.last_hash), situation)


def _moment(written: str) -> datetime:
    return datetime.fromisoformat(written).astimezone(UTC)
