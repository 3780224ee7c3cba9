"""Which clocks an event arms (workflow.md §4). What it does to those that run already: kept_clocks."""

from collections.abc import Iterable
from dataclasses import replace

from gridgov.domain.case import Facts
from gridgov.domain.clock import (
    Clock,
    ClockKind,
    ClockState,
    arm,
)
from gridgov.domain.clock_change import Change
from gridgov.domain.durations import Span, shorter
from gridgov.domain.kept_clocks import kept
from gridgov.domain.limits import promise_after_unmerge, span_of
from gridgov.domain.org import Level
from gridgov.domain.request_clocks import (
    armed_requests,
)
from gridgov.domain.whistles import call_clocks, progress_span, worker_of
from gridgov.domain.workflow import ClockRule
from gridgov.domain.working_time import elapsed

QUIET_FROM_DAYS = 5
OF_CALLS = frozenset({ClockKind.ANSWER, ClockKind.ARRIVAL})


def changed_clocks(clocks: Iterable[Clock], change: Change) -> tuple[Clock, ...]:
    """Every clock of the case after the event: those it had, changed where need be, and the fresh ones."""
    still = [kept(clock, change) for clock in clocks]
    fresh = [clock for rule in change.rules.definition.clocks.values() for clock in _armed(rule, still, change)]
    return tuple(still + fresh)


def _armed(rule: ClockRule, still: list[Clock], change: Change) -> list[Clock]:
    kind = ClockKind(rule.kind)
    if kind in OF_CALLS:
        return _armed_for_calls(kind, rule, change)
    if kind is ClockKind.REQUEST:
        within = change.after.state in rule.within
        return armed_requests(still, change.after, change.rules, change.seq, change.now) if within else []
    running = any(clock.state is ClockState.PENDING and clock.kind == kind for clock in still)
    by_entry = "entry" in rule.armed_by and (change.entered or _written(kind, change))
    wanted = change.action in rule.armed_by or by_entry
    if change.after.state not in rule.within or not wanted or (running and kind is not ClockKind.SUPERVISION):
        return []
    span = _span(kind, rule, still, change)
    return [_fresh(kind, span, change)] if span is not None else []


def _written(kind: ClockKind, change: Change) -> bool:
    """What the holder writes begins the quiet rule anew, and in public also the time until the next progress."""
    return change.by_holder and (kind is ClockKind.QUIET or (kind is ClockKind.PROGRESS and change.public))


def _armed_for_calls(kind: ClockKind, rule: ClockRule, change: Change) -> list[Clock]:
    """A clock for each unit that the action has called; at its limit it tells who blew."""
    if change.after.state not in rule.within or change.action not in rule.armed_by:
        return []
    wanted = call_clocks(kind, change.before, change.after, change.rules.definition)
    calendar = change.rules.calendar
    return [replace(arm(kind, each.key, each.unit_id, each.span, change.now, calendar), orderer_id=each.blown_by)
            for each in wanted]  # fmt: skip


def _span(kind: ClockKind, rule: ClockRule, still: list[Clock], change: Change) -> Span | None:
    definition, after = change.rules.definition, change.after
    if kind is ClockKind.STATE:
        return span_of(change.limit or definition.states[after.state].limit or "", after, change.rules)
    if kind is ClockKind.SUPERVISION:
        return change.rules.ladder(after.priority)["again"] if change.order is not None else None
    if kind is ClockKind.PROMISE and change.before is not None and change.before.merged_into is not None:
        return promise_after_unmerge(change.before, after, change.now, change.rules)
    if kind is ClockKind.QUIET and not _is_long(still, change):
        return None
    if kind is ClockKind.CONTACT:
        return span_of("contact", after, change.rules)
    if kind is ClockKind.PROGRESS and not definition.states[after.state].until:
        return progress_span(after, definition)
    return definition.limit(rule.limit or "", after.priority)


def _is_long(still: list[Clock], change: Change) -> bool:
    """The quiet rule stands beside every state clock over five working days (workflow.md §4)."""
    name = change.limit or change.rules.definition.states[change.after.state].limit or ""
    goes_on = (clock.limit for clock in still if clock.kind is ClockKind.STATE and clock.state is ClockState.PENDING)
    span = next(goes_on, None) or span_of(name, change.after, change.rules)
    full_days = QUIET_FROM_DAYS * change.rules.calendar.full_day.total_seconds()
    return not span.is_continuous and span.seconds(change.rules.calendar) > full_days


def _fresh(kind: ClockKind, span: Span, change: Change) -> Clock:
    key, holder = f"{kind.value}:{change.seq}", change.after.holder_id
    holder = worker_of(change.after) if kind is ClockKind.CONTACT else holder
    clock = arm(kind, key, holder, _granted_span(kind, span, change), change.now, change.rules.calendar)
    if kind is not ClockKind.SUPERVISION or change.order is None:
        return clock
    due, level, unit = change.order
    moment = due or clock.due_at
    return replace(clock, due_at=moment, next_at=moment, order_level=level, orderer_id=unit)


def _granted_span(kind: ClockKind, most: Span, change: Change) -> Span:
    """The span of a state that ends at a granted moment; its limit is only the most that may be granted."""
    if kind is not ClockKind.STATE or change.until is None:
        return most
    seconds = elapsed(most.counted_in, change.now, change.until, change.rules.calendar)
    return shorter(Span.of_seconds(max(seconds, 0.0), most.counted_in), most, change.rules.calendar)


def top_level(facts: Facts) -> bool:
    """True when the city already knows: there is no higher rung."""
    return facts.level >= Level.CITY
