"""The clocks beside requests and suspensions: an answer's time, a pause of the work and what is left after it."""

from dataclasses import replace
from datetime import datetime
from fractions import Fraction

from gridgov.domain.calendar import Calendar
from gridgov.domain.case import Facts
from gridgov.domain.clock import Clock, ClockKind, ClockState, Stage, arm, end, pause, relimit, resume
from gridgov.domain.durations import Span
from gridgov.domain.limits import FOUR_HOURS
from gridgov.domain.requests import GRANTED, WHISTLE, Request, RequestRule, of_kind, open_requests
from gridgov.domain.rules import Rules
from gridgov.domain.working_time import add_span, elapsed, remaining

HALF = Fraction(1, 2)
EXTENSION = "extension"


def number_of(clock: Clock) -> int:
    """The number of the request that a clock belongs to: its key says it."""
    return int(clock.key.split(":")[1])


def is_over(clock: Clock, after: Facts) -> bool:
    """True when nobody has to answer by this clock any more: the request is over, or another unit has it now."""
    request = next((each for each in after.requests if each.number == number_of(clock)), None)
    return request is None or not request.open or request.decider_id != clock.holder_id


def armed_requests(kept: list[Clock], after: Facts, rules: Rules, seq: int, now: datetime) -> list[Clock]:
    """A clock for each open request whose decider has none."""
    known = {(number_of(clock), clock.holder_id) for clock in kept if _asks(clock)}
    fresh = [each for each in open_requests(after.requests) if (each.number, each.decider_id) not in known]
    return [_for(request, kept, after, rules, seq, now) for request in fresh]


def _asks(clock: Clock) -> bool:
    return clock.kind is ClockKind.REQUEST and clock.running


def _for(request: Request, kept: list[Clock], after: Facts, rules: Rules, seq: int, now: datetime) -> Clock:
    """The answer's clock; an extension is answered within half of what the work has left at the latest."""
    rule = rules.definition.requests[request.kind]
    span = _answer_time(request, rule, after, rules)
    clock = arm(ClockKind.REQUEST, f"request:{request.number}:{seq}", request.decider_id, span, now, rules.calendar)
    work = next((each for each in kept if each.kind is ClockKind.STATE and each.pending), None)
    if request.kind != EXTENSION or work is None:
        return clock
    left = max(elapsed(work.limit.counted_in, now, work.due_at, rules.calendar), 0.0)
    half = add_span(now, Span.of_seconds(left, work.limit.counted_in).scaled(HALF), rules.calendar)
    due = min(clock.due_at, half)
    return replace(clock, due_at=due, next_at=due)


def _answer_time(request: Request, rule: RequestRule, after: Facts, rules: Rules) -> Span:
    if rule.answer == WHISTLE and request.wanted is not None:
        return rules.definition.whistles[request.wanted["kind"]].answer
    return rules.definition.limits[rule.answer][after.priority]


def just_extended(before: Facts | None, after: Facts) -> bool:
    """True when an extension was granted by this event."""
    return before is not None and _granted(after) > _granted(before)


def _granted(facts: Facts) -> int:
    return sum(1 for each in of_kind(facts.requests, EXTENSION) if each.state == GRANTED)


def extended(clock: Clock, original: Span, calendar: Calendar) -> Clock:
    """The work's clock with one original limit more."""
    seconds = clock.limit.seconds(calendar) + original.seconds(calendar)
    return relimit(clock, Span.of_seconds(seconds, clock.limit.counted_in), calendar)


def promise_extended(clock: Clock, original: Span, calendar: Calendar) -> Clock:
    """The promise moved by as much; one that has passed already stays passed."""
    due = add_span(clock.due_at, original, calendar)
    return replace(clock, due_at=due, next_at=due if clock.stage < Stage.LIMIT and clock.pending else clock.next_at)


def resumed_work(clock: Clock, now: datetime, calendar: Calendar) -> Clock:
    """The work's clock after a suspension: what was left, but at least four hours of its own clock.

    A clock that was over before is done: the work begins a fresh one of four hours (limit `leftover`).
    """
    if clock.stage >= Stage.LIMIT:
        return end(clock)
    going = resume(clock, now, calendar)
    left = remaining(going.started_at, going.limit, going.pauses, now, calendar)
    if left >= FOUR_HOURS:
        return going
    seconds = going.limit.seconds(calendar) + FOUR_HOURS - left
    return relimit(going, Span.of_seconds(seconds, going.limit.counted_in), calendar)


def paused_promise(clock: Clock, stands_aside: bool, now: datetime, calendar: Calendar) -> Clock:
    """The promise stands aside while the case is suspended; then its day moves by what was paused, counted its way."""
    if stands_aside:
        return pause(clock, now) if clock.state is ClockState.PENDING else clock
    if clock.state is not ClockState.PAUSED or clock.paused_at is None:
        return clock
    counted = clock.limit.counted_in
    pauses = (*clock.pauses, (clock.paused_at, now))
    going = replace(clock, state=ClockState.PENDING, paused_at=None, pauses=pauses)
    if clock.stage >= Stage.LIMIT:
        return replace(going, next_at=now)
    left = max(elapsed(counted, clock.paused_at, clock.due_at, calendar), 0.0)
    due = add_span(now, Span.of_seconds(left, counted), calendar)
    return replace(going, due_at=due, next_at=due)
