"""What an event does to the clocks that run: leaves, moves, pauses, resumes or ends them (workflow.md §4)."""

from dataclasses import replace

from gridgov.domain.calls import AWAITED, UNANSWERED
from gridgov.domain.case import Facts
from gridgov.domain.clock import (
    Clock,
    ClockKind,
    ClockState,
    Stage,
    before_limit,
    end,
    next_rung,
    pause,
    relimit,
    resume,
)
from gridgov.domain.clock_change import Change
from gridgov.domain.limits import pick, promise_spans, span_of
from gridgov.domain.request_clocks import (
    extended,
    is_over,
    just_extended,
    paused_promise,
    promise_extended,
    resumed_work,
)
from gridgov.domain.whistles import call_of, call_span, worker_of
from gridgov.domain.working_time import add_span

UNMERGES = "unmerges"
OF_ROWS = frozenset({ClockKind.ANSWER, ClockKind.ARRIVAL, ClockKind.REQUEST})


def kept(clock: Clock, change: Change) -> Clock:
    """The clock after the event."""
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
