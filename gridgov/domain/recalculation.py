"""Frozen limits worked out again, on purpose: after the catalogue was edited, from the same start, never by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from gridgov.domain.actors import Signature
from gridgov.domain.bookkeeping import RECALCULATE, entry
from gridgov.domain.case import Facts
from gridgov.domain.clock import Clock, ClockKind, ClockState, Stage, arm, end, relimit
from gridgov.domain.durations import Span
from gridgov.domain.limits import REWORK, frozen_limits, span_of
from gridgov.domain.org import Tree
from gridgov.domain.rules import Rules
from gridgov.domain.steps import Situation, Step


@dataclass(frozen=True, slots=True)
class Moved:
    """A clock that ends elsewhere now: its kind, and when it was and is due (aware UTC)."""

    kind: str
    was_due: datetime
    due: datetime


def recalculated(
    rules: Rules, tree: Tree, situation: Situation, signature: Signature, now: datetime
) -> tuple[Step, tuple[Moved, ...]] | None:
    """The step that gives the case today's limits, and the clocks it moves; None where nothing changes.

    Only frozen limits are worked out again, by the definition that the case is pinned to. The promise stays:
    only a suspension or a granted extension moves it (workflow.md §4). A clock whose limit somebody has set
    otherwise keeps it. Raises NotFound when the catalogue does not have the category any more.
    """
    before, now = situation.facts, max(now, situation.last_at)
    if not before.limits or rules.definition.states[before.state].final:
        return None
    after = replace(before, limits=frozen_limits(before, rules))
    if dict(after.limits) == dict(before.limits):
        return None
    clocks, moved = _clocks(situation, after, rules, now)
    return entry(rules, tree, situation, after, clocks, RECALCULATE, signature, _data(before, after, moved), now), moved


def _data(before: Facts, after: Facts, moved: tuple[Moved, ...]) -> Mapping[str, Any]:
    names = [name for name in after.limits if before.limits.get(name) != after.limits[name]]
    limits = {name: {"from": before.limits.get(name), "to": after.limits[name]} for name in names}
    due = {each.kind: {"from": each.was_due.isoformat(), "to": each.due.isoformat()} for each in moved}
    return {"limits": limits, **({"due_at": due} if due else {})}


def _clocks(
    situation: Situation, after: Facts, rules: Rules, now: datetime
) -> tuple[tuple[Clock, ...], tuple[Moved, ...]]:
    clocks: list[Clock] = []
    moved: list[Moved] = []
    for clock in situation.clocks:
        span = _new_span(clock, situation.facts, after, rules)
        if span is None:
            clocks.append(clock)
            continue
        found = _with_limit(clock, span, rules, situation.seq + 1, now)
        clocks.extend(found)
        moved.append(Moved(clock.kind.value, clock.due_at, found[-1].due_at))
    return tuple(clocks), tuple(each for each in moved if each.was_due != each.due)


def _new_span(clock: Clock, before: Facts, after: Facts, rules: Rules) -> Span | None:
    """The clock's new limit, None where it keeps the one it has."""
    for name in _names(clock, before, rules):
        if clock.running and clock.limit == span_of(name, before, rules):
            fresh = span_of(name, after, rules)
            return fresh if fresh != clock.limit else None
    return None


def _names(clock: Clock, facts: Facts, rules: Rules) -> tuple[str, ...]:
    """The frozen limits that a clock may have been armed with: work sent back has a shorter one."""
    if clock.kind is ClockKind.CONTACT:
        return (ClockKind.CONTACT.value,)
    name = rules.definition.states[facts.state].limit or ""
    if clock.kind is not ClockKind.STATE or name not in facts.limits:
        return ()
    return (name, REWORK) if name == "handle" else (name,)


def _with_limit(clock: Clock, span: Span, rules: Rules, seq: int, now: datetime) -> tuple[Clock, ...]:
    """The clock with its new limit; where a missed one now lies ahead, a fresh clock of the same start."""
    changed = relimit(clock, span, rules.calendar)
    if clock.stage < Stage.LIMIT or clock.state is ClockState.PAUSED or changed.due_at <= now:
        return (changed,)
    fresh = arm(clock.kind, f"{clock.kind.value}:{seq}", clock.holder_id, span, clock.started_at, rules.calendar)
    return end(clock), relimit(replace(fresh, pauses=clock.pauses), span, rules.calendar)
