"""The silence bound, a part of proof 13: after how much silence of a holder does somebody higher hear of it?"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache

from gridgov.domain.calendar import Calendar
from gridgov.domain.catalogue import LimitKind, limit_for
from gridgov.domain.clock import ClockKind
from gridgov.domain.clock_rules import QUIET_FROM_DAYS
from gridgov.domain.durations import Span, shorter
from gridgov.domain.errors import Text
from gridgov.domain.limits import BY_CATEGORY, rows_of
from gridgov.domain.rules import Rules
from gridgov.domain.verifier.report import Answer, Finding, SilenceRow
from gridgov.domain.verifier.waiting import AT_THE_TOP, REMIND, priorities_of, system_ways
from gridgov.domain.whistles import ARRIVE, arrive_spans
from gridgov.domain.workflow import Definition, State
from gridgov.domain.working_time import add_span

ALLOWED = {"P1": Span.parse("2 h u"), "P2": Span.parse("24 h u")}
ALLOWED_OTHERS = Span.parse("40 h w")
APART_CALENDAR_DAYS, APART_WORK_DAYS, APART_PAUSE = Span.parse("7 nd"), Span.parse("3 wd"), Span.parse("30 nd")
HIGHER = frozenset({"told_level"})
HIGHER_BY_CLOCK = frozenset({"owner", "community", "told_level"})


def silence_is_bounded(rules: Rules, rows: tuple[SilenceRow, ...]) -> Iterator[Answer]:
    """Proof 13: every row within what is allowed, and somebody higher told at every limit that leaves the state."""
    for row in rows:
        held = row.clock.seconds(rules.calendar) <= row.allowed.seconds(rules.calendar)
        sentence = Text(
            f"In {row.state} a {row.priority} can be silent for {row.clock}; {row.allowed} are allowed.",
            f"{row.priority} 案件在“{row.state}”可沉默{row.clock.text.zh}，最多允许{row.allowed.text.zh}。",
        )
        yield None if held else Finding(13, sentence, (row.state, row.priority))
    for code in rules.definition.waiting:
        state = rules.definition.states[code]
        for action in (state.at_limit or "", AT_THE_TOP):
            sentence = Text(f"At the limit of {code} {action} tells no higher level.", f"“{code}”到期时未告知上级。")
            yield None if _tells_higher(rules.definition, state, action) else Finding(13, sentence, (code, action))


def silence_rows(rules: Rules) -> tuple[SilenceRow, ...]:
    """The bound of each waiting state at each of its priorities, in the order of the file.

    It is the longest stretch, up to the limit, without somebody higher being told: by the limit itself, or
    before by the quiet rule, which stands beside clocks of more than five working days.
    """
    definition = rules.definition
    return tuple(
        _row(rules, definition.states[code], priority)
        for code in definition.waiting
        for priority in priorities_of(definition, definition.states[code])
        if priority in rows_of(definition, definition.states[code].limit or "")
    )


def _row(rules: Rules, state: State, priority: str) -> SilenceRow:
    calendar = rules.calendar
    bounds = (_bound(rules, state, priority, limit) for limit in _limits(rules, state.limit or "", priority))
    clock = max(bounds, key=lambda span: span.seconds(calendar))
    apart = _waits_for_reporter(rules.definition, state)
    allowed = _apart(state, clock) if apart else ALLOWED.get(priority, ALLOWED_OTHERS)
    return SilenceRow(state.code, priority, clock, worst_wall(clock, calendar), allowed, apart)


def _limits(rules: Rules, name: str, priority: str) -> tuple[Span, ...]:
    """Every span that the limit can have at that priority, with the catalogue's own numbers."""
    if name == ARRIVE:
        return arrive_spans(rules.definition, priority)
    row = rules.definition.limits[name][priority]
    if name not in BY_CATEGORY:
        return (row,)
    return tuple({limit_for(LimitKind(name), category, priority, row) for category in rules.catalogue})


def _bound(rules: Rules, state: State, priority: str, limit: Span) -> Span:
    if state.until:
        return _until_progress(rules, state, priority, limit)
    clock = rules.definition.clocks.get(ClockKind.QUIET)
    quiet = rules.definition.limits.get(clock.limit or "", {}).get(priority) if clock else None
    told = {word.removesuffix("!") for word in clock.tell} if clock else set()
    calendar = rules.calendar
    long = not limit.is_continuous and limit.seconds(calendar) > QUIET_FROM_DAYS * calendar.full_day.total_seconds()
    heard = clock is not None and state.code in clock.within and bool(told & HIGHER_BY_CLOCK)
    if clock is None or quiet is None or not (long and heard and system_ways(rules.definition, REMIND, state.code)):
        return limit
    again = rules.definition.limits.get(clock.again or "", {}).get(priority)
    rest = Span.of_seconds(limit.seconds(calendar) - quiet.seconds(calendar), limit.counted_in)
    return max(quiet, again if again is not None else rest, key=lambda span: span.seconds(calendar))


def _until_progress(rules: Rules, state: State, priority: str, limit: Span) -> Span:
    """While a case is suspended somebody higher hears of it by the progress that is owed."""
    clock = rules.definition.clocks.get(ClockKind.PROGRESS)
    row = rules.definition.limits.get(clock.limit or "", {}) if clock else {}
    told = {word.removesuffix("!") for word in clock.tell} if clock else set()
    if clock is None or priority not in row or state.code not in clock.within or not told & HIGHER_BY_CLOCK:
        return limit
    return shorter(limit, row[priority], rules.calendar)


def _waits_for_reporter(definition: Definition, state: State) -> bool:
    """True where nobody inside is silent: the next step is the reporter's, or the case stands by."""
    forward = definition.actions.get(state.forward or "")
    ways = forward.ways_from(state.code) if forward else ()
    return state.pauses is not None or any("reporter" in way.by for way in ways)


def _apart(state: State, clock: Span) -> Span:
    if not clock.is_continuous:
        return APART_WORK_DAYS
    return APART_PAUSE if state.pauses else APART_CALENDAR_DAYS


def _tells_higher(definition: Definition, state: State, action: str) -> bool:
    """True when the action leaves the state, or tells the level that the case is lifted to."""
    ways = system_ways(definition, action, state.code)
    leaves = bool(ways) and all(way.target_from(state.code) != state.code for way in ways)
    found = definition.actions.get(action)
    told = {word.removesuffix("!") for word in found.tell} if found else set()
    return leaves or found is None or bool(told & HIGHER)


@lru_cache(maxsize=256)
def worst_wall(span: Span, calendar: Calendar) -> timedelta:
    """The longest wall time that `span` takes from any moment of the last year that a holiday plan covers.

    The worst moment is a closing: later in the same gap less of it is left, and earlier in the open
    hours before it no other gap comes in. Without any plan it is the year of the first hour profile.
    """
    if span.is_continuous:
        return timedelta(seconds=span.seconds(calendar))
    known = calendar.official_until
    year = known.year if known > date.min else calendar.profiles[0].valid_from.year
    return max(add_span(start, span, calendar) - start for start in _closings(year, calendar))


def _closings(year: int, calendar: Calendar) -> Iterator[datetime]:
    first = date(year, 1, 1)
    for nth in range((date(year + 1, 1, 1) - first).days):
        for _, closing in calendar.intervals(first + timedelta(days=nth)):
            yield closing
