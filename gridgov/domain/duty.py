"""Duty time: nights, weekends and holidays, when one person of a unit is rung instead of all of them."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta

from gridgov.domain.calendar import Calendar
from gridgov.domain.org import Shift

NIGHT_BEGINS, NIGHT_ENDS = time(22), time(6)
EDGES = (NIGHT_ENDS, NIGHT_BEGINS)

Stretch = tuple[datetime, datetime]


def is_duty_time(moment: datetime, calendar: Calendar) -> bool:
    """True from 22:00 to 06:00 of the city's clocks, and on every day that is no working day (make-up days are)."""
    local = moment.astimezone(calendar.zone)
    return not NIGHT_ENDS <= local.time() < NIGHT_BEGINS or not calendar.is_workday(local.date())


def first_hole(begins: datetime, ends: datetime, shifts: Iterable[Shift], calendar: Calendar) -> Stretch | None:
    """The first stretch of duty time between the two moments that no shift covers (UTC); None: the roster is whole."""
    return next(
        (
            piece
            for gap in _uncovered(begins, ends, shifts)
            for piece in _pieces(gap, calendar)
            if is_duty_time(piece[0], calendar)
        ),
        None,
    )


def _uncovered(begins: datetime, ends: datetime, shifts: Iterable[Shift]) -> Iterator[Stretch]:
    reached = begins
    for shift in sorted(shifts, key=lambda each: each.begins_at):
        if reached < min(shift.begins_at, ends):
            yield reached, min(shift.begins_at, ends)
        reached = max(reached, shift.ends_at)
    if reached < ends:
        yield reached, ends


def _pieces(gap: Stretch, calendar: Calendar) -> Iterator[Stretch]:
    """The gap cut where a night or a day begins or ends: each piece is duty time wholly or not at all."""
    begin, end = gap
    day = begin.astimezone(calendar.zone).date()
    while begin < end:
        for edge in EDGES:
            moment = datetime.combine(day, edge, calendar.zone).astimezone(UTC)
            if begin < moment < end:
                yield begin, moment
                begin = moment
        day += timedelta(days=1)
        midnight = datetime.combine(day, time(0), calendar.zone).astimezone(UTC)
        yield begin, min(midnight, end)
        begin = midnight
