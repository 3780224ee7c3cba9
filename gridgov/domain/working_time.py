"""Adding up time by a calendar: when a span ends, what has passed, what a pause shifts. Values in, values out."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from gridgov.domain.calendar import MICROSECOND, Calendar, exhausted, from_microseconds, to_microseconds
from gridgov.domain.durations import CountedIn, Span

Pause = tuple[datetime, datetime]


def add_working_time(start: datetime, span: timedelta, calendar: Calendar) -> datetime:
    """The moment `span` of working time after `start` (aware, any zone; the result is UTC).

    Closed hours do not count: a four-hour promise made at 17:00 on a Friday that closes
    at 18:00 falls due at 11:00 on Monday, if Monday opens at 8:00. What ends with an interval
    stays at its end. A zero span is the start if that is open (ends included), else the next opening.

    Raises ValueError for a naive start or a negative span, CalendarExhausted when the calendar ends before the span.
    """
    begin, wanted = to_microseconds(start), span // MICROSECOND
    if wanted < 0:
        raise ValueError(f"A span cannot be negative: {span}.")
    year = calendar.local_date(start).year
    table = calendar.open_year(year)
    if not wanted:
        return from_microseconds(_next_open(begin, year, calendar))
    wanted += table.counted_before(begin)
    while wanted > table.total:
        wanted -= table.total
        year += 1
        table = calendar.open_year(year)
    return from_microseconds(table.moment_after(wanted))


def working_seconds_between(start: datetime, end: datetime, calendar: Calendar) -> float:
    """The working seconds from `start` to `end` (aware, any zone), exact to the microsecond; negative if end < start.

    Raises ValueError for a naive moment, CalendarExhausted outside the years of the calendar.
    """
    first, last = to_microseconds(start), to_microseconds(end)
    if last < first:
        return -working_seconds_between(end, start, calendar)
    first_year, last_year = calendar.local_date(start).year, calendar.local_date(end).year
    counted = calendar.open_year(last_year).counted_before(last) - calendar.open_year(first_year).counted_before(first)
    return (counted + sum(calendar.open_year(year).total for year in range(first_year, last_year))) / 1_000_000


def add_span(start: datetime, span: Span, calendar: Calendar) -> datetime:
    """The UTC moment at which a `span` that begins at `start` (aware, any zone) ends, by its own way of counting.

    Hours u and days nd run without a stop (a natural day is 24 hours, also when clocks are changed);
    w and wd count working time (domain.md §1.5).

    Raises ValueError for a naive start, CalendarExhausted when no real date is that far away.
    """
    return _add(start, span.seconds(calendar), span.counted_in, calendar)


def elapsed(counted_in: CountedIn, start: datetime, end: datetime, calendar: Calendar) -> float:
    """The wall or working seconds from `start` to `end`, as `counted_in` counts them; negative if end < start."""
    if counted_in.is_continuous:
        return (to_microseconds(end) - to_microseconds(start)) / 1_000_000
    return working_seconds_between(start, end, calendar)


def due_after_pause(started: datetime, span: Span, pauses: Sequence[Pause], calendar: Calendar) -> datetime:
    """The UTC moment at which `span` ends when its clock stood still during `pauses` (aware pairs, in any order).

    Each pause shifts the due moment by exactly what was paused, counted as the clock counts: a weekend
    inside the pause of a working clock shifts nothing. A pause that begins when the span is over
    changes nothing, two that overlap count once.

    Raises ValueError for a naive moment or a pause that ends before it begins.
    """
    length = span.seconds(calendar)
    due = add_span(started, span, calendar)
    for begin, end in merged_pauses(started, pauses):
        if begin >= due:
            break
        length += elapsed(span.counted_in, begin, end, calendar)
        due = _add(started, length, span.counted_in, calendar)
    return due


def remaining(started: datetime, span: Span, pauses: Sequence[Pause], now: datetime, calendar: Calendar) -> float:
    """The seconds of its own clock that `span` still has at `now`; negative when it is over since then.

    What lies in a pause does not count; `now` inside a pause answers what was left when it began.
    """
    paused = sum(
        elapsed(span.counted_in, begin, min(end, now), calendar)
        for begin, end in merged_pauses(started, pauses)
        if begin < now
    )
    return round(span.seconds(calendar) + paused - elapsed(span.counted_in, started, now, calendar), 6)


def merged_pauses(started: datetime, pauses: Iterable[Pause]) -> list[Pause]:
    """The pauses after `started` in UTC, in order, those that touch or overlap made one.

    Raises ValueError for a naive moment or a pause that ends before it begins.
    """
    merged: list[Pause] = []
    for begin, end in sorted(_clipped(pause, _utc(started)) for pause in pauses):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif begin < end:
            merged.append((begin, end))
    return merged


def _clipped(pause: Pause, started: datetime) -> Pause:
    begin, end = map(_utc, pause)
    if end < begin:
        raise ValueError(f"A pause cannot end before it begins: {begin.isoformat()} to {end.isoformat()}.")
    return max(begin, started), end


def _add(start: datetime, seconds: float, counted_in: CountedIn, calendar: Calendar) -> datetime:
    try:
        length = timedelta(seconds=seconds)
        return _utc(start) + length if counted_in.is_continuous else add_working_time(start, length, calendar)
    except OverflowError:
        raise exhausted(start.year) from None


def _next_open(moment: int, year: int, calendar: Calendar) -> int:
    while (opening := calendar.open_year(year).open_from(moment)) is None:
        year += 1
    return opening


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"A moment needs its time zone, and {moment.isoformat()} has none.")
    return moment.astimezone(UTC)
