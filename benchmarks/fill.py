"""Ten thousand cases or two hundred thousand: copies of lived cases, at other times and under other numbers."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, text
from sqlalchemy.orm import Session

from gridgov.db.models import Case, CaseEvent, ClockRow
from gridgov.domain.case_number import format_case_number

DAYS = 365
# Most cases of a city that has been at it for a year are over.
SHARES = {"closed": 90, "handling": 4, "dispatched": 3, "reported": 3}
DAYS_OPEN = 15
COPIES = """
CREATE TEMPORARY TABLE copies (id bigint, source bigint, shift interval, number text) ON COMMIT DROP
"""
MOMENTS = {
    "cases": ("reported_at", "state_since", "last_event_at", "due_at", "warn_at", "promised_at", "closed_at"),
    "case_events": ("at",),
    "clocks": ("started_at", "due_at", "next_at", "paused_at"),
}


@dataclass(frozen=True)
class Copy:
    """One copy to make: of which case, and how long before it."""

    source: int
    shift: timedelta


def fill(session: Session, lives: Mapping[str, Sequence[int]], count: int, now: datetime) -> None:
    """Add `count` cases with their events and clocks, spread over a year, the newest last."""
    chance = random.Random(20261123)
    kinds = chance.choices(list(SHARES), weights=list(SHARES.values()), k=count)
    copies = [_copy(chance, kind, lives) for kind in kinds]
    multiply(session, sorted(copies, key=lambda copy: copy.shift, reverse=True), now)


def _copy(chance: random.Random, kind: str, lives: Mapping[str, Sequence[int]]) -> Copy:
    days = DAYS if kind == "closed" else DAYS_OPEN
    return Copy(chance.choice(lives[kind]), timedelta(seconds=chance.uniform(60, days * 86_400)))


def multiply(session: Session, copies: Sequence[Copy], now: datetime) -> None:
    """Write the copies: three statements, whatever their number."""
    session.execute(text(COPIES))
    _send(session, copies, now)
    for model in (Case, CaseEvent, ClockRow):
        session.execute(text(_copying(model.__table__)))  # type: ignore[arg-type]  # a FromClause to the type checker


def _send(session: Session, copies: Sequence[Copy], now: datetime) -> None:
    ids = session.execute(
        text("SELECT nextval('cases_id_seq'), nextval('case_number') FROM generate_series(1, :n)"), {"n": len(copies)}
    ).all()
    cursor: Any = session.connection().connection.cursor()
    with cursor.copy("COPY copies FROM STDIN") as copying:
        for copy, (case_id, sequence) in zip(copies, ids, strict=True):
            number = format_case_number((now - copy.shift).date(), sequence)
            copying.write_row((case_id, copy.source, copy.shift, number))


def _copying(table: Table) -> str:
    """The statement that copies the rows of one table: other key, other number, all times shifted."""
    key = "id" if table.name == "cases" else "case_id"
    given = {key: "c.id", "number": "c.number"}
    given |= {name: f"t.{name} - c.shift" for name in MOMENTS[table.name]}
    names = [column.name for column in table.columns if table.name != "clocks" or column.name != "id"]
    values = ", ".join(given.get(name, f"t.{name}") for name in names)
    return (
        f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {values} FROM copies c JOIN {table.name} t"
        f" ON t.{key} = c.source ORDER BY c.id"
    )
