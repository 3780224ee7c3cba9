"""Limits of running cases worked out again after an edit of the catalogue: only when somebody asks, dry run first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from gridgov.db.queries.rules import cases_with_frozen_limits
from gridgov.domain.actors import Signature
from gridgov.domain.errors import Conflict, NotFound, Text
from gridgov.domain.recalculation import Moved, recalculated
from gridgov.domain.steps import Step
from gridgov.services import ledger
from gridgov.services.definitions import note_change
from gridgov.services.situations import Present, lock_cases, see_cases
from gridgov.services.world import Snapshot

BATCH = 500


@dataclass(frozen=True)
class Line:
    """One case that changes: each limit as (name, old, new), and the clocks that end elsewhere."""

    number: str
    category: str
    state: str
    limits: tuple[tuple[str, str | None, str], ...]
    moved: tuple[Moved, ...]


@dataclass
class Outcome:
    """What was, or with `dry_run` would be, worked out again; `left` are cases that cannot be, with the reason."""

    dry_run: bool
    looked_at: int = 0
    lines: list[Line] = field(default_factory=list)
    left: list[tuple[str, Text]] = field(default_factory=list)


@dataclass(frozen=True)
class Order:
    """Which cases (of one category, or all), under whose name, and how many at most."""

    category: str | None
    signature: Signature
    dry_run: bool
    most: int | None = None


def recalculate(session: Session, snapshot: Snapshot, order: Order, now: datetime) -> Outcome:
    """Give every open case the limits that it would freeze today, or with `dry_run` only say which would change.

    Raises NotFound for an unknown category, Conflict for more than `order.most` cases; then nothing has changed.
    """
    if order.category is not None:
        snapshot.catalogue.get(order.category)
    outcome = Outcome(order.dry_run)
    for ids in _batches(session, order):
        presents = (see_cases if order.dry_run else lock_cases)(session, ids)
        outcome.looked_at += len(presents)
        entries = [
            entry
            for present in presents.values()
            if (entry := _entry(session, snapshot, present, order, outcome, now)) is not None
        ]
        if entries and not order.dry_run:
            ledger.write(session, entries, snapshot.email_on)
    if not order.dry_run and outcome.lines:
        data = {"category": order.category, "cases": len(outcome.lines), "catalogue": snapshot.catalogue.version}
        note_change(session, "recalculate", None, None, order.signature.person_id, data)
    return outcome


def _batches(session: Session, order: Order) -> Iterator[list[int]]:
    ids: Sequence[int] = session.execute(cases_with_frozen_limits(order.category)).scalars().all()
    if order.most is not None and len(ids) > order.most:
        raise Conflict(
            f"{len(ids)} cases are too many for one request: name a category, or use gridgov recalculate.",
            f"共 {len(ids)} 个案件，超出单次请求上限，请指定类别或使用 gridgov recalculate。",
        )
    rest = iter(ids)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _entry(
    session: Session, snapshot: Snapshot, present: Present, order: Order, outcome: Outcome, now: datetime
) -> ledger.Entry | None:
    rules = snapshot.rules(session, *present.definition)
    try:
        found = recalculated(rules, snapshot.tree, present.situation, order.signature, now)
    except NotFound as error:
        outcome.left.append((present.number, error.sentence))
        return None
    if found is None:
        return None
    step, moved = found
    outcome.lines.append(_line(present, step, moved))
    return ledger.Entry(present, rules, (step,))


def _line(present: Present, step: Step, moved: tuple[Moved, ...]) -> Line:
    facts = present.situation.facts
    limits = tuple((name, each["from"], each["to"]) for name, each in step.event.data["limits"].items())
    return Line(present.number, facts.category, facts.state, limits, moved)


def as_dict(outcome: Outcome) -> dict[str, Any]:
    """The outcome for JSON, cases in the order of their report."""
    return {
        "dry_run": outcome.dry_run,
        "looked_at": outcome.looked_at,
        "changed": len(outcome.lines),
        "cases": [_line_as_dict(line) for line in outcome.lines],
        "left": [{"number": number, "reason": {"zh": why.zh, "en": str(why)}} for number, why in outcome.left],
    }


def _line_as_dict(line: Line) -> dict[str, Any]:
    return {
        "number": line.number,
        "category": line.category,
        "state": line.state,
        "limits": [{"limit": name, "from": old, "to": new} for name, old, new in line.limits],
        "clocks": [{"clock": each.kind, "was_due": _utc(each.was_due), "due": _utc(each.due)} for each in line.moved],
    }


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
