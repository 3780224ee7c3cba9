"""What the calendar says about a date, and what the real holiday tables know."""

from datetime import UTC, date, datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from gridgov.adapters.holiday_tables import DayRow, build_calendar, official_until, seed_rows
from gridgov.domain.calendar import Calendar, Day, DayKind, DayReason, DaySource, HourProfile
from gridgov.domain.errors import CalendarExhausted, DefinitionError, Text
from tests.unit.time_world import CALENDAR, ROWS, SHANGHAI, STANDARD, at

HOLIDAYS_2026 = "01-01 01-02 02-16 02-17 02-18 02-19 02-20 02-23 04-06 05-01 05-04 05-05 06-19 09-25"
HOLIDAYS_2026 += " 10-01 10-02 10-05 10-06 10-07"


def test_the_plan_of_2026_is_the_published_one() -> None:
    rows = [row for row in ROWS if row.on.year == 2026]
    weekdays = [row.on for row in rows if row.kind is DayKind.HOLIDAY and row.on.weekday() < 5]
    assert [f"{on:%m-%d}" for on in weekdays] == HOLIDAYS_2026.split()
    make_up = [f"{row.on:%m-%d}" for row in rows if row.kind is DayKind.WORKDAY]
    assert make_up == ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]
    assert all(row.official for row in rows)


def test_beyond_the_last_plan_the_statutory_days_are_known_and_marked() -> None:
    after = [row for row in seed_rows(2099, 2099) if row.name_zh == "元旦"]
    assert after == [DayRow(date(2099, 1, 1), DayKind.HOLIDAY, "元旦", "New Year's Day", DaySource.STATUTORY)]
    assert not after[0].official
    assert official_until(after) == date.min
    assert official_until(seed_rows(2025, 2026) + after) == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("on", "kind", "en", "zh"),
    [
        (date(2026, 11, 20), DayReason.WORKDAY, "Working day", "工作日"),
        (date(2026, 11, 21), DayReason.WEEKEND, "Weekend", "周末"),
        (date(2026, 10, 4), DayReason.HOLIDAY, "Holiday: National Day", "放假：国庆节"),
        (date(2026, 10, 10), DayReason.MAKE_UP, "Make-up working day: National Day", "调休上班：国庆节"),
    ],
)
def test_a_date_says_why_it_is_open_or_closed(on: date, kind: DayReason, en: str, zh: str) -> None:
    why = CALENDAR.why(on)
    assert (why.kind, why.text, why.text.zh, why.official) == (kind, en, zh, True)
    assert CALENDAR.is_workday(on) is (kind in {DayReason.WORKDAY, DayReason.MAKE_UP})


def test_beyond_the_plan_a_date_says_so_and_counts_monday_to_friday() -> None:
    beyond = build_calendar(seed_rows(2026, 2026), [STANDARD], SHANGHAI, date(2026, 12, 31))
    monday, sunday = date(2031, 3, 3), date(2031, 3, 2)
    assert (beyond.is_workday(monday), beyond.is_workday(sunday)) == (True, False)
    assert beyond.is_unofficial(monday)
    assert beyond.why(monday).text == "Working day (no official plan yet)"
    assert beyond.why(sunday).text.zh == "周末（尚无官方放假安排）"
    assert beyond.is_unofficial(date(2025, 12, 31))
    assert not beyond.is_unofficial(date(2026, 1, 1))


def test_the_administrator_overrides_the_plan_and_the_statute_in_any_order() -> None:
    flood = DayRow(date(2026, 11, 20), DayKind.HOLIDAY, "防汛停工", "Flood closure", DaySource.ADMIN)
    plan = DayRow(date(2026, 11, 20), DayKind.WORKDAY, "某日", "Some day", DaySource.PLAN)
    early = DayRow(date(2027, 1, 4), DayKind.WORKDAY, "照常上班", "Open as usual", DaySource.ADMIN)
    city = build_calendar([flood, early, plan, *ROWS], [STANDARD], SHANGHAI, date(2026, 12, 31))
    assert not city.is_workday(flood.on)
    assert city.why(flood.on).text == "Holiday: Flood closure, set by the city"
    assert city.why(flood.on).text.zh == "放假：防汛停工，本市设定"
    assert city.why(early.on).kind is DayReason.WORKDAY
    assert not city.is_unofficial(early.on)


def test_opening_intervals_are_utc_moments() -> None:
    morning, afternoon = CALENDAR.intervals(date(2026, 11, 20))
    assert morning == (datetime(2026, 11, 20, 0, tzinfo=UTC), datetime(2026, 11, 20, 4, tzinfo=UTC))
    assert afternoon == (at("11-20 14:00"), at("11-20 18:00"))
    assert CALENDAR.intervals(date(2026, 11, 21)) == ()
    assert len(CALENDAR.intervals(date(2026, 12, 31))) == 2


def test_a_half_day_is_the_morning_unless_it_has_hours_of_its_own() -> None:
    name = Text("New Year's Eve", "除夕")
    days = {
        date(2026, 11, 19): Day(DayKind.HALF, name),
        date(2026, 11, 20): Day(DayKind.HALF, name, hours=((time(9), time(11, 30)),)),
    }
    city = Calendar(SHANGHAI, (STANDARD,), days, date(2026, 12, 31))
    assert city.intervals(date(2026, 11, 19)) == ((at("11-19 08:00"), at("11-19 12:00")),)
    assert city.intervals(date(2026, 11, 20)) == ((at("11-20 09:00"), at("11-20 11:30")),)
    assert city.why(date(2026, 11, 20)).kind is DayReason.HALF_DAY
    assert city.why(date(2026, 11, 20)).text.zh == "半天：除夕"


def test_hours_follow_the_season_and_a_working_day_keeps_its_length() -> None:
    summer = HourProfile(date(2026, 6, 1), ((time(8), time(12)), (time(15), time(18))))
    city = build_calendar([], [summer, STANDARD], SHANGHAI, date(2026, 12, 31))
    assert city.hours(date(2026, 5, 29)) == STANDARD.hours
    assert city.hours(date(2026, 6, 1)) == summer.hours
    assert city.hours(date(1999, 1, 4)) == STANDARD.hours
    assert city.full_day.total_seconds() == 8 * 3600


@pytest.mark.parametrize(
    "hours",
    [(), ((time(12), time(8)),), ((time(8), time(8)),), ((time(8), time(12)), (time(11), time(18)))],
)
def test_hours_that_cannot_be_are_refused(hours: tuple[tuple[time, time], ...]) -> None:
    with pytest.raises(DefinitionError, match="Opening hours"):
        HourProfile(date(2026, 1, 1), hours)
    with pytest.raises(DefinitionError, match="Opening hours"):
        Day(DayKind.HALF, Text("x", "某日"), hours=hours)


def test_a_calendar_without_hours_is_refused() -> None:
    with pytest.raises(DefinitionError, match="at least one"):
        Calendar(SHANGHAI, (), {}, date(2026, 12, 31))


def test_a_calendar_is_a_value_that_nobody_changes_from_outside() -> None:
    given = {date(2026, 11, 20): Day(DayKind.HOLIDAY, Text("x", "某日"))}
    city = Calendar(SHANGHAI, (STANDARD,), given, date(2026, 12, 31))
    given.clear()
    assert not city.is_workday(date(2026, 11, 20))
    with pytest.raises(TypeError):
        city.days[date(2026, 11, 23)] = given  # type: ignore[index]
    twin = Calendar(SHANGHAI, (STANDARD,), city.days, date(2026, 12, 31))
    assert len({city, twin}) == 2


@pytest.mark.parametrize("year", [1899, 2200, 9999])
def test_only_absurd_years_are_refused(year: int) -> None:
    with pytest.raises(CalendarExhausted, match=f"1900 to 2199, not {year}") as refused:
        CALENDAR.intervals(date(year, 6, 1))
    assert str(year) in refused.value.sentence.zh


@pytest.mark.parametrize(
    ("zone", "on", "hours", "expected"),
    [
        ("Europe/London", date(2019, 3, 31), ((time(0), time(6)),), 5),
        ("Europe/London", date(2019, 10, 27), ((time(0), time(6)),), 7),
        ("Europe/London", date(2019, 3, 31), ((time(0), time(1, 30)), (time(2), time(4))), 3),
        ("Europe/London", date(2019, 3, 31), ((time(1, 15), time(1, 45)), (time(3), time(4))), 1.5),
        ("Europe/London", date(2019, 3, 31), ((time(1, 30), time(2)), (time(3), time(4))), 1),
        ("America/Sao_Paulo", date(2018, 11, 4), ((time(0), time(6)),), 5),
        ("America/Sao_Paulo", date(2018, 2, 17), ((time(20), time(23, 59)),), 4 - 1 / 60),
    ],
)
def test_where_clocks_change_no_moment_is_counted_twice(
    zone: str, on: date, hours: tuple[tuple[time, time], ...], expected: float
) -> None:
    days = {on: Day(DayKind.WORKDAY, Text("Duty", "值班"), DaySource.ADMIN, hours)}
    city = Calendar(ZoneInfo(zone), (STANDARD,), days, date(2030, 12, 31))
    found = city.intervals(on)
    assert sum((end - start).total_seconds() for start, end in found) == pytest.approx(expected * 3600)
    assert all(first[1] <= second[0] for first, second in pairwise(found))
