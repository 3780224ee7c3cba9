"""The calendar of 2026 as the real tables give it, and short ways to write moments. For the tests of time only."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st

from gridgov.adapters.holiday_tables import build_calendar, official_until, seed_rows
from gridgov.domain.calendar import Calendar, Day, DayKind, DaySource, HourProfile
from gridgov.domain.durations import CountedIn, Span
from gridgov.domain.errors import Text

SHANGHAI = ZoneInfo("Asia/Shanghai")
ROWS = seed_rows(2025, 2028)
STANDARD = HourProfile(date(2000, 1, 1))
CALENDAR = build_calendar(ROWS, [STANDARD], SHANGHAI, official_until(ROWS))
SUMMER = HourProfile(date(2026, 6, 1), ((time(7, 30), time(11, 30)), (time(15), time(18))))
WINTER = HourProfile(date(2026, 10, 5), STANDARD.hours)
SEASONS = build_calendar(ROWS, [STANDARD, SUMMER, WINTER], SHANGHAI, official_until(ROWS))
PROPERTY = settings(max_examples=100, derandomize=True, deadline=None)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    """The moment "2026-11-20 17:00" (of 2026 when the year is left out) in `zone`, as UTC."""
    written = text if text[4] == "-" else f"2026-{text}"
    return datetime.fromisoformat(written).replace(tzinfo=zone).astimezone(UTC)


def closed_too(calendar: Calendar, *dates: date, kind: DayKind = DayKind.HOLIDAY) -> Calendar:
    """The calendar with more holidays (or half days) that an administrator entered."""
    days = {on: Day(kind, Text("Flood closure", "防汛停工"), DaySource.ADMIN) for on in dates}
    return replace(calendar, days={**calendar.days, **days})


DATES = st.dates(date(2026, 8, 1), date(2027, 3, 1))
MOMENTS = st.datetimes(datetime(2026, 8, 1), datetime(2027, 1, 31), timezones=st.just(SHANGHAI))  # noqa: DTZ001
WORK_SPANS = st.timedeltas(timedelta(0), timedelta(hours=130))
SPANS = st.builds(lambda n, kind: Span(Fraction(n, 4), kind), st.integers(0, 120), st.sampled_from(CountedIn))


@st.composite
def calendars(draw: Callable[..., set[date]]) -> Calendar:
    """The real calendar with two seasons and some more holidays and half days."""
    halves = closed_too(SEASONS, *draw(st.sets(DATES, max_size=5)), kind=DayKind.HALF)
    return closed_too(halves, *draw(st.sets(DATES, max_size=8)))
