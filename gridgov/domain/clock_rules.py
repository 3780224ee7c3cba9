"""Which clocks an event arms, pauses, resumes and ends (workflow.md §4, "Clocks, who arms and ends them")."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from gridgov.domain.calls import AWAITED, UNANSWERED
from gridgov.domain.case import Facts
from gridgov.domain.clock import (
    Clock,
    ClockKind,
    ClockState,
    Stage,
    arm,
    before_limit,
    end,
    next_rung,
    pause,
    relimit,
    resume,
)
from gridgov.domain.durations import Span
from gridgov.domain.limits import pick, promise_spans, span_of
from gridgov.domain.org import Level
from gridgov.domain.rules import Rules
from gridgov.domain.whistles import call_clocks, call_of, call_span, progress_span, worker_of
from gridgov.domain.workflow import ClockRule
from gridgov.domain.working_time import add_span

QUIET_FROM_DAYS = 5
OF_CALLS = frozenset({ClockKind.ANSWER, ClockKind.ARRIVAL})


@dataclass(frozen=True, slots=True)
class Change:
    """What the clocks must know of an event: the facts around it, the action, its number and its moment.

    `limit` is the way's own limit name, `by_holder` whether the holder acted; `order` is a supervision's
    (due moment or None, level and unit of the orderer); `public` marks what everybody may read.
    """

    rules: Rules
    before: Facts | None
    after: Facts
    action: str
    seq: int
    now: datetime
    limit: str | None = None
    by_holder: bool = False
    order: tuple[datetime | None, int, int | None] | None = None
    reported_at: datetime | None = None
    public: bool = False

    @property
    def entered(self) -> bool:
        """True when a state begins: another one, or the same anew (redispatch, designate)."""
        if self.before is None or self.before.state != self.after.state:
            return True
        return self.before.handler_id != self.after.handler_id


def changed_clocks(clocks: Iterable[Clock], change: Change) -> tuple[Clock, ...]:
    """Every clock of the case after the event: those it had, changed where need be, and the fresh ones."""
    kept = [_kept(clock, change) for clock in clocks]
    fresh = [clock for rule in change.rules.definition.clocks.values() for clock in _armed(rule, kept, change)]
    return tuple(kept + fresh)


def _kept(clock: Clock, change: Change) -> Clock:
    if not clock.running:
        return clock
    rule = change.rules.definition.clocks[clock.kind]
    # What ends the clock of one call leaves those of the others: each looks at its own call.
    ended = change.action in rule.ended_by and clock.kind not in OF_CALLS
    if change.after.state not in rule.within or ended:
        return end(clock, ClockState.OBSOLETE)
    return KEPT.get(clock.kind, _unchanged)(clock, change)


def _unchanged(clock: Clock, change: Change) -> Clock:
    return clock


def _kept_state(clock: Clock, change: Change) -> Clock:
    """The state clock ends with its state, stands aside for a question, and goes on with the answer."""
    now, calendar = change.now, change.rules.calendar
    state = change.rules.definition.states[change.after.state]
    if not change.entered:
        return _adjusted(clock, change)
    if clock.state is ClockState.PAUSED:
        back = change.after.state == _asked_from(change)
        return _going_on(resume(clock, now, calendar), change) if back else end(clock)
    asks = change.before is not None and state.pauses == change.before.state
    return pause(clock, now) if asks else end(clock)


def _asked_from(change: Change) -> str | None:
    before = change.before
    return change.rules.definition.states[before.state].pauses if before is not None else None


def _adjusted(clock: Clock, change: Change) -> Clock:
    """The running clock after a change of priority (other limit, same start) or of level (other rung next)."""
    before, after = change.before, change.after
    if before is None:
        return clock
    if before.holder_id != after.holder_id:
        clock = replace(clock, holder_id=after.holder_id)
    if (before.priority, before.category) != (after.priority, after.category):
        clock = _relimited(clock, before, change)
    if clock.next_at is not None and (before.level, before.priority) != (after.level, after.priority):
        clock = _going_on(clock, change)
    return clock


def _relimited(clock: Clock, before: Facts, change: Change) -> Clock:
    states = change.rules.definition.states
    state = states[change.after.state]
    waited = states[state.pauses or state.code] if clock.state is ClockState.PAUSED else state
    fresh = span_of(waited.limit or "", change.after, change.rules)
    raised = change.after.priority <= before.priority
    chosen = pick(clock.limit, fresh, raised, clock.started_at, change.rules)
    return relimit(clock, chosen, change.rules.calendar)


def _going_on(clock: Clock, change: Change) -> Clock:
    """The clock with its next stage set for the present level; before the limit the level does not matter."""
    if clock.stage < Stage.LIMIT:
        return replace(clock, next_at=before_limit(clock, change.rules.calendar))
    ladder = change.rules.ladder(change.after.priority)
    rung = next_rung(clock.due_at, change.after.level, ladder, change.now, change.rules.calendar)
    return replace(clock, next_at=rung)


def _kept_quiet(clock: Clock, change: Change) -> Clock:
    return end(clock) if change.entered or change.by_holder else clock


def _kept_promise(clock: Clock, change: Change) -> Clock:
    """Moved once, at the first freeze: accept + acknowledge + handle + verify, counted from the report."""
    before = change.before
    if before is None or before.promised or not change.after.promised:
        return clock
    moment = clock.started_at
    for span in promise_spans(change.after, change.rules):
        moment = add_span(moment, span, change.rules.calendar)
    fired = clock.stage >= Stage.LIMIT
    return replace(clock, due_at=moment, next_at=clock.next_at if fired else moment)


def _kept_supervision(clock: Clock, change: Change) -> Clock:
    return end(clock, ClockState.DONE) if change.entered else clock


def _kept_contact(clock: Clock, change: Change) -> Clock:
    """It belongs to one handler, or to the lead from its call on; a re-frozen limit holds from the same start."""
    before, after = change.before, change.after
    if before is None:
        return clock
    if worker_of(before) != worker_of(after):
        return end(clock)
    if before.limits == after.limits:
        return clock
    return relimit(clock, span_of("contact", after, change.rules), change.rules.calendar)


def _kept_call(clock: Clock, change: Change) -> Clock:
    """It ends with what it waits for, and a raised priority gives it the shorter time from the same start."""
    before, after = change.before, change.after
    call = call_of(clock.key, after)
    if call.state not in (UNANSWERED if clock.kind is ClockKind.ANSWER else AWAITED):
        return end(clock)
    if before is None or before.priority <= after.priority:
        return clock
    span = pick(clock.limit, call_span(clock.kind, call, after, change.rules.definition), True,
                clock.started_at, change.rules)  # fmt: skip
    return relimit(clock, span, change.rules.calendar)


def _kept_progress(clock: Clock, change: Change) -> Clock:
    """Restarted by a public word of the holder, over with the state that asks for it."""
    return end(clock) if change.entered or (change.by_holder and change.public) else clock


KEPT = {
    ClockKind.STATE: _kept_state,
    ClockKind.CONTACT: _kept_contact,
    ClockKind.PROMISE: _kept_promise,
    ClockKind.QUIET: _kept_quiet,
    ClockKind.SUPERVISION: _kept_supervision,
    ClockKind.ANSWER: _kept_call,
    ClockKind.ARRIVAL: _kept_call,
    ClockKind.PROGRESS: _kept_progress,
}


def _armed(rule: ClockRule, kept: list[Clock], change: Change) -> list[Clock]:
    kind = ClockKind(rule.kind)
    if kind in OF_CALLS:
        return _armed_for_calls(kind, rule, change)
    running = any(clock.state is ClockState.PENDING and clock.kind == kind for clock in kept)
    by_entry = "entry" in rule.armed_by and (change.entered or (kind is ClockKind.QUIET and change.by_holder))
    told = kind is ClockKind.PROGRESS and change.by_holder and change.public
    wanted = change.action in rule.armed_by or by_entry or told
    if change.after.state not in rule.within or not wanted or (running and kind is not ClockKind.SUPERVISION):
        return []
    span = _span(kind, rule, kept, change)
    return [_fresh(kind, span, change)] if span is not None else []


def _armed_for_calls(kind: ClockKind, rule: ClockRule, change: Change) -> list[Clock]:
    """A clock for each unit that the action has called; at its limit it tells who blew."""
    if change.after.state not in rule.within or change.action not in rule.armed_by:
        return []
    wanted = call_clocks(kind, change.before, change.after, change.rules.definition)
    calendar = change.rules.calendar
    return [replace(arm(kind, each.key, each.unit_id, each.span, change.now, calendar), orderer_id=each.blown_by)
            for each in wanted]  # fmt: skip


def _span(kind: ClockKind, rule: ClockRule, kept: list[Clock], change: Change) -> Span | None:
    definition, after = change.rules.definition, change.after
    if kind is ClockKind.STATE:
        return span_of(change.limit or definition.states[after.state].limit or "", after, change.rules)
    if kind is ClockKind.SUPERVISION:
        return change.rules.ladder(after.priority)["again"] if change.order is not None else None
    if kind is ClockKind.QUIET and not _is_long(kept, change):
        return None
    if kind is ClockKind.CONTACT:
        return span_of("contact", after, change.rules)
    if kind is ClockKind.PROGRESS and ((span := progress_span(after, definition)) is not None or rule.limit is None):
        return span
    return definition.limit(rule.limit or "", after.priority)


def _is_long(kept: list[Clock], change: Change) -> bool:
    """The quiet rule stands beside every state clock over five working days (workflow.md §4)."""
    name = change.limit or change.rules.definition.states[change.after.state].limit or ""
    goes_on = (clock.limit for clock in kept if clock.kind is ClockKind.STATE and clock.state is ClockState.PENDING)
    span = next(goes_on, None) or span_of(name, change.after, change.rules)
    full_days = QUIET_FROM_DAYS * change.rules.calendar.full_day.total_seconds()
    return not span.is_continuous and span.seconds(change.rules.calendar) > full_days


def _fresh(kind: ClockKind, span: Span, change: Change) -> Clock:
    key, holder = f"{kind.value}:{change.seq}", change.after.holder_id
    holder = worker_of(change.after) if kind is ClockKind.CONTACT else holder
    clock = arm(kind, key, holder, span, change.now, change.rules.calendar)
    if kind is not ClockKind.SUPERVISION or change.order is None:
        return clock
    due, level, unit = change.order
    moment = due or clock.due_at
    return replace(clock, due_at=moment, next_at=moment, order_level=level, orderer_id=unit)


def top_level(facts: Facts) -> bool:
    """True when the city already knows: there is no higher rung."""
    return facts.level >= Level.CITY
