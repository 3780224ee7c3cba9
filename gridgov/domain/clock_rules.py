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
from gridgov.domain.durations import Span, shorter
from gridgov.domain.limits import pick, promise_after_unmerge, promise_spans, span_of
from gridgov.domain.org import Level
from gridgov.domain.request_clocks import (
    armed_requests,
    extended,
    is_over,
    just_extended,
    paused_promise,
    promise_extended,
    resumed_work,
)
from gridgov.domain.rules import Rules
from gridgov.domain.whistles import call_clocks, call_of, call_span, progress_span, worker_of
from gridgov.domain.workflow import ClockRule
from gridgov.domain.working_time import add_span, elapsed

QUIET_FROM_DAYS = 5
UNMERGES = "unmerges"
OF_CALLS = frozenset({ClockKind.ANSWER, ClockKind.ARRIVAL})
OF_ROWS = OF_CALLS | {ClockKind.REQUEST}


@dataclass(frozen=True, slots=True)
class Change:
    """What the clocks must know of an event: the facts around it, the action, its number and its moment.

    `limit` is the way's own limit name, `by_holder` whether the holder acted; `order` is a supervision's
    (due moment or None, level and unit of the orderer); `until` is the end that was granted to a suspension, and
    `public` says that everybody may read what was written.
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
    until: datetime | None = None
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
    # What ends the clock of one call or request leaves those of the others: each looks at its own.
    ended = change.action in rule.ended_by and clock.kind not in OF_ROWS
    if change.after.state not in rule.within or ended:
        return end(clock, ClockState.OBSOLETE)
    return KEPT.get(clock.kind, _unchanged)(clock, change)


def _unchanged(clock: Clock, change: Change) -> Clock:
    return clock


def _kept_state(clock: Clock, change: Change) -> Clock:
    """The state clock ends with its state, stands aside for a question, and goes on with the answer."""
    now = change.now
    state = change.rules.definition.states[change.after.state]
    if not change.entered:
        return _adjusted(clock, change)
    if clock.state is ClockState.PAUSED:
        return _resumed(clock, change) if change.after.state == _asked_from(change) else end(clock)
    asks = change.before is not None and state.pauses == change.before.state
    return pause(clock, now) if asks else end(clock)


def _resumed(clock: Clock, change: Change) -> Clock:
    before, calendar = change.before, change.rules.calendar
    suspended = before is not None and change.rules.definition.states[before.state].until
    going = (resumed_work if suspended else resume)(clock, change.now, calendar)
    return _going_on(going, change) if going.running else going


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
    if just_extended(before, after):
        clock = extended(clock, span_of("handle", after, change.rules), change.rules.calendar)
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
    """Moved at the first freeze: accept + acknowledge + handle + verify, counted from the report.

    Else only a granted extension moves it, and a suspension pauses it. After an unmerge what was left at the merge is
    the promise.
    """
    before, calendar = change.before, change.rules.calendar
    aside = change.after.state in change.rules.definition.clocks[ClockKind.PROMISE].paused_in
    clock = paused_promise(clock, aside, change.now, calendar)
    if just_extended(before, change.after):
        return promise_extended(clock, span_of("handle", change.after, change.rules), calendar)
    if before is None or before.promised or not change.after.promised or before.count(UNMERGES):
        return clock
    moment = clock.started_at
    for span in promise_spans(change.after, change.rules):
        moment = add_span(moment, span, change.rules.calendar)
    fired = clock.stage >= Stage.LIMIT
    return replace(clock, due_at=moment, next_at=clock.next_at if fired else moment)


def _kept_progress(clock: Clock, change: Change) -> Clock:
    """A line that everybody may read, written by the holder, is the progress that was asked for."""
    return end(clock) if change.entered or (change.by_holder and change.public) else clock


def _kept_request(clock: Clock, change: Change) -> Clock:
    return end(clock, ClockState.DONE) if is_over(clock, change.after) else clock


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


KEPT = {
    ClockKind.STATE: _kept_state,
    ClockKind.CONTACT: _kept_contact,
    ClockKind.PROMISE: _kept_promise,
    ClockKind.PROGRESS: _kept_progress,
    ClockKind.QUIET: _kept_quiet,
    ClockKind.REQUEST: _kept_request,
    ClockKind.SUPERVISION: _kept_supervision,
    ClockKind.ANSWER: _kept_call,
    ClockKind.ARRIVAL: _kept_call,
}


def _armed(rule: ClockRule, kept: list[Clock], change: Change) -> list[Clock]:
    kind = ClockKind(rule.kind)
    if kind in OF_CALLS:
        return _armed_for_calls(kind, rule, change)
    if kind is ClockKind.REQUEST:
        within = change.after.state in rule.within
        return armed_requests(kept, change.after, change.rules, change.seq, change.now) if within else []
    running = any(clock.state is ClockState.PENDING and clock.kind == kind for clock in kept)
    by_entry = "entry" in rule.armed_by and (change.entered or _written(kind, change))
    wanted = change.action in rule.armed_by or by_entry
    if change.after.state not in rule.within or not wanted or (running and kind is not ClockKind.SUPERVISION):
        return []
    span = _span(kind, rule, kept, change)
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


def _span(kind: ClockKind, rule: ClockRule, kept: list[Clock], change: Change) -> Span | None:
    definition, after = change.rules.definition, change.after
    if kind is ClockKind.STATE:
        return span_of(change.limit or definition.states[after.state].limit or "", after, change.rules)
    if kind is ClockKind.SUPERVISION:
        return change.rules.ladder(after.priority)["again"] if change.order is not None else None
    if kind is ClockKind.PROMISE and change.before is not None and change.before.merged_into is not None:
        return promise_after_unmerge(change.before, after, change.now, change.rules)
    if kind is ClockKind.QUIET and not _is_long(kept, change):
        return None
    if kind is ClockKind.CONTACT:
        return span_of("contact", after, change.rules)
    if kind is ClockKind.PROGRESS and not definition.states[after.state].until:
        return progress_span(after, definition)
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
