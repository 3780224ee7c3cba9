"""Running cases follow their workflow to another version: looked at first, then all in one transaction or none.

What becomes of one case is domain.case_migration's affair; the ledger writes it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from gridgov.db.queries.rules import open_cases, open_cases_by_state
from gridgov.domain.actors import Actor, Signature
from gridgov.domain.case_migration import Plan, Unmovable, goes_on, migrated
from gridgov.domain.clock import ClockKind, ClockState
from gridgov.domain.errors import Conflict, Invalid, Text
from gridgov.domain.org import Role
from gridgov.domain.steps import Situation, Step
from gridgov.services import ledger
from gridgov.services.definitions import note_change, require_proved, stored
from gridgov.services.situations import Present, lock_cases, see_cases
from gridgov.services.world import Snapshot

BATCH = 500
SHOWN = 100


@dataclass(frozen=True)
class Stuck:
    """A case that cannot be moved, and why."""

    number: str
    state: str
    sentence: Text


@dataclass
class StateLine:
    """What becomes of the cases of one state. `limits` counts their clocks by priority and span as they run then."""

    state: str
    target: str
    clock_goes_on: bool
    cases: int = 0
    limits: Counter[tuple[str, str]] = field(default_factory=Counter)
    earliest_due: datetime | None = None

    def add(self, situation: Situation) -> None:
        """Count a case that stands there after the move."""
        self.cases += 1
        for clock in situation.clocks:
            if clock.kind is ClockKind.STATE and clock.state is ClockState.PENDING:
                self.limits[situation.facts.priority, str(clock.limit)] += 1
                self.earliest_due = min(clock.due_at, self.earliest_due or clock.due_at)


@dataclass
class Outcome:
    """What a migration did, or with `dry_run` would do: per state, and the cases that it cannot move."""

    name: str
    old: int
    new: int
    dry_run: bool
    states: dict[str, StateLine] = field(default_factory=dict)
    stuck: list[Stuck] = field(default_factory=list)

    @property
    def moved(self) -> int:
        """How many cases go on by the new version."""
        return sum(line.cases for line in self.states.values())


@dataclass(frozen=True)
class Order:
    """Whose cases go from which version to which, where each state leads, and under whose name."""

    name: str
    old: int
    new: int
    mapping: Mapping[str, str]
    signature: Signature
    dry_run: bool
    most: int | None = None


def signature_of(actor: Actor) -> Signature:
    """Under which post somebody changes the rules: as administrator where they are one."""
    posts = sorted(actor.posts, key=lambda post: post.role is not Role.ADMIN)
    role, unit = (posts[0].role.value, posts[0].unit_id) if posts else (None, None)
    return Signature("person", actor.person_id, role, unit)


def migrate_cases(session: Session, snapshot: Snapshot, order: Order, now: datetime) -> Outcome:
    """Move every open case of the old version, or with `dry_run` only say what would become of each.

    Raises NotFound for a version that is not there; Invalid for a mapping that is wrong or leaves out a state in
    which cases stand, with their number; DefinitionRefused when the new version does not hold on this city; and
    Conflict when a case cannot be moved or there are more than `order.most`. Then nothing has changed.
    """
    plan = _plan(session, snapshot, order)
    outcome = Outcome(order.name, order.old, order.new, order.dry_run)
    for ids in _batches(session, order):
        presents = (see_cases if order.dry_run else lock_cases)(session, ids)
        entries = list(_entries(plan, snapshot, presents, order, outcome, now))
        if entries and not order.dry_run and not outcome.stuck:
            ledger.write_moved(session, entries, snapshot.email_on)
    if not order.dry_run:
        _require_all_moved(outcome)
        data = {"from": order.old, "cases": outcome.moved, "mapping": dict(order.mapping)}
        note_change(session, "migrate", order.name, order.new, order.signature.person_id, data)
    return outcome


def _plan(session: Session, snapshot: Snapshot, order: Order) -> Plan:
    for version in (order.old, order.new):
        stored(session, order.name, version)
    if order.old == order.new:
        raise Invalid({"to": [Text("This is the version that the cases have.", "案件已在该版本。")]})
    old, new = (snapshot.rules(session, order.name, version) for version in (order.old, order.new))
    plan = Plan(old, new, order.mapping)
    counted = session.execute(open_cases_by_state(order.name, order.old)).all()
    _require_complete(plan, dict(counted))
    if not order.dry_run:
        require_proved(session, new.definition, snapshot)
    return plan


def _require_complete(plan: Plan, waiting: Mapping[str, int]) -> None:
    fields = {f"mapping.{state}": [sentence] for state, sentence in plan.faults().items()}
    for state in sorted(plan.missing() & waiting.keys()):
        count = waiting[state]
        fields[f"mapping.{state}"] = [
            Text(
                f"{count} open cases stand in {state}, which the new version changes: say where they go.",
                f"有 {count} 个未结案件处于“{state}”，新版本有变化，请指明去向。",
            )
        ]
    if fields:
        raise Invalid(fields)


def _batches(session: Session, order: Order) -> Iterator[list[int]]:
    ids: Sequence[int] = session.execute(open_cases(order.name, order.old)).scalars().all()
    if order.most is not None and len(ids) > order.most:
        raise Conflict(
            f"{len(ids)} cases are too many for one request: use gridgov workflow migrate.",
            f"共 {len(ids)} 个案件，超出单次请求上限，请使用 gridgov workflow migrate。",
        )
    rest = iter(ids)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _entries(
    plan: Plan, snapshot: Snapshot, presents: Mapping[int, Present], order: Order, outcome: Outcome, now: datetime
) -> Iterator[ledger.Entry]:
    """The step of each case that is still there to be moved: one may have ended or gone since it was listed."""
    for present in presents.values():
        state = present.situation.facts.state
        if present.definition != (order.name, order.old) or plan.old.definition.states[state].final:
            continue
        step = _step(plan, snapshot, present, order, outcome, now)
        if step is not None:
            line = outcome.states.setdefault(state, StateLine(state, plan.target(state), goes_on(plan, state)))
            line.add(step.situation)
            yield ledger.Entry(present, plan.new, (step,))


def _step(
    plan: Plan, snapshot: Snapshot, present: Present, order: Order, outcome: Outcome, now: datetime
) -> Step | None:
    try:
        return migrated(plan, snapshot.tree, present.situation, order.signature, now)
    except Unmovable as error:
        outcome.stuck.append(Stuck(present.number, present.situation.facts.state, error.sentence))
        return None


def _require_all_moved(outcome: Outcome) -> None:
    if not outcome.stuck:
        return
    count, first = len(outcome.stuck), outcome.stuck[0]
    raise Conflict(
        f"{count} cases cannot be moved, so none was; {first.number}: {first.sentence}",
        f"有 {count} 个案件无法迁移，已全部取消；{first.number}：{first.sentence.zh}",
        stuck=[stuck_as_dict(each) for each in outcome.stuck[:SHOWN]],
    )


def stuck_as_dict(stuck: Stuck) -> dict[str, Any]:
    """A case that cannot be moved, for JSON."""
    reason = {"zh": stuck.sentence.zh, "en": str(stuck.sentence)}
    return {"number": stuck.number, "state": stuck.state, "reason": reason}


def as_dict(outcome: Outcome) -> dict[str, Any]:
    """The outcome for JSON, states by name."""
    lines = sorted(outcome.states.values(), key=lambda line: line.state)
    return {
        "name": outcome.name,
        "from": outcome.old,
        "to": outcome.new,
        "dry_run": outcome.dry_run,
        "cases": outcome.moved,
        "states": [_line(line) for line in lines],
        "stuck": [stuck_as_dict(each) for each in outcome.stuck[:SHOWN]],
        "stuck_count": len(outcome.stuck),
    }


def _line(line: StateLine) -> dict[str, Any]:
    limits = [
        {"priority": priority, "limit": span, "cases": count} for (priority, span), count in sorted(line.limits.items())
    ]
    return {
        "state": line.state,
        "to": line.target,
        "cases": line.cases,
        "clock": "goes_on" if line.clock_goes_on else "begins_anew",
        "limits": limits,
        "earliest_due": line.earliest_due and line.earliest_due.astimezone(UTC).isoformat(),
    }
