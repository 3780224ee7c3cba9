"""One clock as a value: when it began, how long it runs, which stage fires next. Who arms it: clock_rules.

The stages of a state clock: a reminder at 50 %, yellow at 80 %, red at the limit, then the ladder
up to the city and the repeated supervision there (workflow.md §4).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum, StrEnum
from fractions import Fraction

from gridgov.domain.calendar import Calendar
from gridgov.domain.durations import Span
from gridgov.domain.org import Level
from gridgov.domain.working_time import Pause, add_span, due_after_pause


class ClockKind(StrEnum):
    """What a clock measures."""

    STATE = "state"
    CONTACT = "contact"
    PROMISE = "promise"
    QUIET = "quiet"
    SUPERVISION = "supervision"
    REQUEST = "request"
    ANSWER = "answer"
    ARRIVAL = "arrival"
    PROGRESS = "progress"


class ClockState(IntEnum):
    """Where a clock row stands; only pending rows are swept."""

    PENDING = 0
    PAUSED = 1
    DONE = 2
    OBSOLETE = 3
    DEAD = 4


class Stage(IntEnum):
    """The stages of one row; a row keeps the last that fired. BEYOND repeats: a rung of the ladder or the top."""

    NONE = 0
    HALF = 1
    WARN = 2
    LIMIT = 3
    BEYOND = 4


HALF, WARN = Fraction(1, 2), Fraction(4, 5)
REMINDED = frozenset({ClockKind.STATE, ClockKind.CONTACT})


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock of one case. `key` is unique in the case: the kind and the event that armed it.

    `next_at` is when the next stage fires, None while paused or over; `order_level` is the orderer's
    level of a supervision, `orderer_id` whom its limit tells: who ordered it, or who blew the whistle of a call.
    """

    kind: ClockKind
    key: str
    holder_id: int | None
    started_at: datetime
    limit: Span
    due_at: datetime
    next_at: datetime | None
    stage: Stage = Stage.NONE
    state: ClockState = ClockState.PENDING
    pauses: tuple[Pause, ...] = ()
    paused_at: datetime | None = None
    order_level: int | None = None
    orderer_id: int | None = None

    @property
    def pending(self) -> bool:
        """True while it runs and fires."""
        return self.state is ClockState.PENDING

    @property
    def running(self) -> bool:
        """True while it is pending or paused: it still belongs to the case's present."""
        return self.state in {ClockState.PENDING, ClockState.PAUSED}


def arm(kind: ClockKind, key: str, holder_id: int | None, limit: Span, now: datetime, calendar: Calendar) -> Clock:
    """A fresh clock that starts at `now`; its first stage is the reminder where the kind has one."""
    due = add_span(now, limit, calendar)
    first = add_span(now, limit.scaled(HALF), calendar) if kind in REMINDED else due
    return Clock(kind, key, holder_id, now, limit, due, first)


def stage_at(clock: Clock, stage: Stage, calendar: Calendar) -> datetime:
    """When a stage up to the limit fires; pauses are left out of the count."""
    part = {Stage.HALF: HALF, Stage.WARN: WARN}.get(stage, Fraction(1))
    return due_after_pause(clock.started_at, clock.limit.scaled(part), clock.pauses, calendar)


def stage_reached(clock: Clock, now: datetime, calendar: Calendar) -> Stage:
    """The stage that fires now: of several that were missed together, the last before the ladder."""
    if clock.stage >= Stage.LIMIT:
        return Stage.BEYOND
    if now >= clock.due_at:
        return Stage.LIMIT
    return Stage.WARN if now >= stage_at(clock, Stage.WARN, calendar) else Stage.HALF


def after_stage(clock: Clock, stage: Stage, next_at: datetime | None) -> Clock:
    """The clock once `stage` has fired; without a next moment it is done."""
    state = ClockState.PENDING if next_at is not None else ClockState.DONE
    return replace(clock, stage=stage, next_at=next_at, state=state)


def before_limit(clock: Clock, calendar: Calendar) -> datetime:
    """When the next stage of a clock fires whose limit has not fired yet."""
    if clock.kind not in REMINDED or clock.stage >= Stage.WARN:
        return clock.due_at
    return stage_at(clock, Stage(clock.stage + 1), calendar)


def pause(clock: Clock, now: datetime) -> Clock:
    """The clock set aside at `now`: it keeps what was used and fires nothing."""
    return replace(clock, state=ClockState.PAUSED, paused_at=now, next_at=None)


def resume(clock: Clock, now: datetime, calendar: Calendar) -> Clock:
    """The clock going on at `now` where it stood (workflow.md §2, needs_info)."""
    pauses = (*clock.pauses, (clock.paused_at or now, now))
    due = due_after_pause(clock.started_at, clock.limit, pauses, calendar)
    going = replace(clock, state=ClockState.PENDING, paused_at=None, pauses=pauses, due_at=due)
    return replace(going, next_at=before_limit(going, calendar))


def relimit(clock: Clock, limit: Span, calendar: Calendar) -> Clock:
    """The clock with another limit from the same start and with the same pauses."""
    due = due_after_pause(clock.started_at, limit, clock.pauses, calendar)
    changed = replace(clock, limit=limit, due_at=due)
    if clock.state is ClockState.PAUSED or clock.stage >= Stage.LIMIT:
        return changed
    return replace(changed, next_at=before_limit(changed, calendar))


def end(clock: Clock, state: ClockState = ClockState.OBSOLETE) -> Clock:
    """The clock when it is no longer needed."""
    return replace(clock, state=state, next_at=None, paused_at=None)


def next_rung(due_at: datetime, level: int, ladder: Mapping[str, Span], now: datetime, calendar: Calendar) -> datetime:
    """When the ladder goes on after the limit: the next level's step, counted from the missed limit,
    or at the city the next supervision, counted from now: a long outage is not repeated step by step."""
    if level >= Level.CITY:
        return add_span(now, ladder["again"], calendar)
    return add_span(due_at, ladder[Level(level + 1).name.lower()], calendar)
