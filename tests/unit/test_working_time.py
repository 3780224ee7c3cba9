"""When a span ends: the vectors of the design, clock changes and the edges of what a calendar knows."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from gridgov.domain.calendar import Calendar, DayKind, HourProfile
from gridgov.domain.durations import CountedIn, Span
from gridgov.domain.errors import CalendarExhausted
from gridgov.domain.working_time import (
    add_span,
    add_working_time,
    due_after_pause,
    elapsed,
    remaining,
    working_seconds_between,
)
from tests.unit.time_world import CALENDAR, SEASONS, SHANGHAI, STANDARD, at, closed_too


@pytest.mark.parametrize(
    ("start", "span", "due"),
    [
        ("11-20 17:00", "4 h w", "11-23 11:00"),
        ("11-20 12:30", "4 h w", "11-20 18:00"),
        ("11-21 10:00", "2 h w", "11-23 10:00"),
        ("11-20 09:30", "1 wd", "11-23 09:30"),
        ("09-30 16:00", "3 wd", "10-10 16:00"),
        ("10-09 17:30", "1 wd", "10-10 17:30"),
        ("11-23 18:00", "4 h w", "11-24 12:00"),
        ("11-21 23:30", "2 h u", "11-22 01:30"),
        ("10-01 03:00", "15 min u", "10-01 03:15"),
        ("09-30 16:00", "3 nd", "10-03 16:00"),
    ],
)
def test_the_vectors_of_the_design_hold(start: str, span: str, due: str) -> None:
    result = add_span(at(start), Span.parse(span), CALENDAR)
    assert result == at(due)
    assert result.tzinfo is UTC


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("11-20 09:00", "11-20 09:00"),
        ("11-20 12:00", "11-20 12:00"),
        ("11-20 12:01", "11-20 14:00"),
        ("11-20 18:00", "11-20 18:00"),
        ("11-20 19:00", "11-23 08:00"),
        ("10-01 00:00", "10-08 08:00"),
    ],
)
def test_a_zero_span_is_the_start_or_the_next_opening(start: str, due: str) -> None:
    assert add_span(at(start), Span.parse("0 h w"), CALENDAR) == at(due)


def test_a_zero_span_waits_for_the_next_year() -> None:
    assert add_working_time(at("2025-12-31 18:01"), timedelta(0), CALENDAR) == at("2026-01-04 08:00")


def test_what_ends_with_the_last_interval_of_a_year_stays_in_it() -> None:
    assert add_span(at("2025-12-31 08:00"), Span.parse("1 wd"), CALENDAR) == at("2025-12-31 18:00")
    assert add_span(at("2025-12-31 08:00"), Span.parse("9 h w"), CALENDAR) == at("2026-01-04 09:00")


def test_the_start_may_be_in_any_zone() -> None:
    in_london = at("11-20 17:00").astimezone(ZoneInfo("Europe/London"))
    assert add_span(in_london, Span.parse("4 h w"), CALENDAR) == at("11-23 11:00")


def test_a_half_day_counts_its_morning() -> None:
    half = closed_too(CALENDAR, date(2026, 11, 20), kind=DayKind.HALF)
    assert add_span(at("11-20 11:00"), Span.parse("2 h w"), half) == at("11-23 09:00")


def test_each_season_counts_its_own_hours() -> None:
    assert add_span(at("06-01 07:30"), Span.parse("7 h w"), SEASONS) == at("06-01 18:00")
    assert add_span(at("06-01 07:30"), Span.parse("1 wd"), SEASONS) == at("06-02 08:30")
    assert add_span(at("09-30 17:00"), Span.parse("2 h w"), SEASONS) == at("10-08 09:00")


def test_a_leap_day_is_a_day_like_any_other() -> None:
    assert add_span(at("2028-02-28 17:00"), Span.parse("1 wd"), CALENDAR) == at("2028-02-29 17:00")
    assert add_span(at("2028-02-29 17:00"), Span.parse("2 h w"), CALENDAR) == at("2028-03-01 09:00")
    assert add_span(at("2028-02-28 17:00"), Span.parse("1 nd"), CALENDAR) == at("2028-02-29 17:00")


def test_a_deadline_beyond_the_last_plan_is_computed_all_the_same() -> None:
    bare = Calendar(SHANGHAI, (STANDARD,), {}, date(2026, 12, 31))
    assert add_span(at("2026-12-31 17:00"), Span.parse("2 h w"), bare) == at("2027-01-01 09:00")
    assert add_span(at("2090-01-02 09:00"), Span.parse("15 wd"), bare) == at("2090-01-23 09:00")


@pytest.mark.parametrize(
    ("zone", "start", "span", "due"),
    [
        ("Europe/London", "2019-03-30 12:00", "1 nd", "2019-03-31 13:00"),
        ("Europe/London", "2019-10-26 12:00", "24 h u", "2019-10-27 11:00"),
        ("Europe/London", "2019-03-29 17:00", "2 h w", "2019-04-01 09:00"),
        ("Europe/London", "2019-10-25 17:00", "1 wd", "2019-10-28 17:00"),
        ("America/Sao_Paulo", "2018-11-03 12:00", "1 nd", "2018-11-04 13:00"),
        ("America/Sao_Paulo", "2018-11-03 23:30", "1 h u", "2018-11-04 01:30"),
        ("America/Sao_Paulo", "2018-11-02 17:00", "1 wd", "2018-11-05 17:00"),
        ("America/Sao_Paulo", "2018-02-16 17:00", "2 h w", "2018-02-19 09:00"),
    ],
)
def test_a_change_of_clocks_moves_no_opening_hour_and_shortens_no_natural_day(
    zone: str, start: str, span: str, due: str
) -> None:
    city = Calendar(ZoneInfo(zone), (STANDARD,), {}, date(2030, 12, 31))
    assert add_span(at(start, city.zone), Span.parse(span), city) == at(due, city.zone)


def test_work_through_the_night_of_a_clock_change_is_counted_as_it_passes() -> None:
    night = HourProfile(date(2000, 1, 1), ((time(0), time(6)),))
    cairo = Calendar(ZoneInfo("Africa/Cairo"), (night,), {}, date(2030, 12, 31))
    # On Friday 2024-04-26 Cairo's clocks jumped from 00:00 to 01:00.
    assert add_span(at("2024-04-26 01:00", cairo.zone), Span.parse("5 h w"), cairo) == at(
        "2024-04-26 06:00", cairo.zone
    )
    assert working_seconds_between(at("2024-04-25 12:00", cairo.zone), at("2024-04-26 12:00", cairo.zone), cairo) == (
        5 * 3600
    )


def test_elapsed_counts_by_the_clock_and_backwards_is_negative() -> None:
    friday, monday = at("11-20 17:00"), at("11-23 11:00")
    assert elapsed(CountedIn.WORK_DAY, friday, monday, CALENDAR) == 4 * 3600
    assert elapsed(CountedIn.WORK_HOUR, monday, friday, CALENDAR) == -4 * 3600
    assert elapsed(CountedIn.NATURAL_DAY, friday, monday, CALENDAR) == 66 * 3600
    assert working_seconds_between(at("2025-01-01 00:00"), at("2027-01-01 00:00"), CALENDAR) == 496 * 8 * 3600


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        ([], "11-20 16:00"),
        ([("11-20 10:00", "11-20 11:00")], "11-20 17:00"),
        ([("11-20 11:00", "11-20 13:00")], "11-20 17:00"),
        ([("11-20 15:00", "11-23 09:00")], "11-23 10:00"),
        ([("11-20 10:00", "11-20 11:00"), ("11-20 10:30", "11-20 11:30")], "11-20 17:30"),
        ([("11-20 10:00", "11-20 11:30"), ("11-20 10:30", "11-20 11:00")], "11-20 17:30"),
        ([("11-20 16:30", "11-20 17:00"), ("11-20 09:00", "11-20 10:00")], "11-20 17:30"),
        ([("11-20 12:00", "11-20 14:00")], "11-20 16:00"),
        ([("11-20 16:00", "11-20 17:00")], "11-20 16:00"),
        ([("11-19 08:00", "11-20 09:00")], "11-20 17:00"),
        ([("11-01 08:00", "11-02 09:00")], "11-20 16:00"),
    ],
)
def test_a_pause_shifts_by_its_working_time_only(pauses: list[tuple[str, str]], due: str) -> None:
    given = [(at(begin), at(end)) for begin, end in pauses]
    assert due_after_pause(at("11-20 08:00"), Span.parse("6 h w"), given, CALENDAR) == at(due)


def test_a_pause_of_a_continuous_clock_counts_the_night() -> None:
    pause = [(at("11-20 20:00"), at("11-21 06:00"))]
    assert due_after_pause(at("11-20 08:00"), Span.parse("24 h u"), pause, CALENDAR) == at("11-21 18:00")


def test_what_is_left_stands_still_in_a_pause_and_turns_negative_when_it_is_over() -> None:
    start, span, pause = at("11-20 08:00"), Span.parse("6 h w"), [(at("11-20 10:00"), at("11-23 10:00"))]
    moments = ("11-20 10:00", "11-21 12:00", "11-23 10:00", "11-23 16:00", "11-23 17:00")
    left = [remaining(start, span, pause, at(moment), CALENDAR) / 3600 for moment in moments]
    assert left == [4, 4, 4, 0, -1]


def test_a_pause_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot end before it begins"):
        due_after_pause(at("11-20 08:00"), Span.parse("1 wd"), [(at("11-21 08:00"), at("11-20 09:00"))], CALENDAR)


@pytest.mark.parametrize("span", ["1 h u", "1 nd", "1 h w", "1 wd"])
def test_a_moment_without_a_zone_is_refused(span: str) -> None:
    naive = datetime(2026, 11, 20, 17)  # noqa: DTZ001
    with pytest.raises(ValueError, match="needs its time zone"):
        add_span(naive, Span.parse(span), CALENDAR)
    with pytest.raises(ValueError, match="needs its time zone"):
        elapsed(Span.parse(span).counted_in, at("11-20 17:00"), naive, CALENDAR)


def test_working_time_is_not_taken_away() -> None:
    with pytest.raises(ValueError, match="negative"):
        add_working_time(at("11-20 17:00"), timedelta(hours=-1), CALENDAR)


@pytest.mark.parametrize("span", ["9000000000 h u", "99999999999 nd", "9000000 h w", "99999999999 wd"])
def test_a_span_that_no_case_can_reach_is_refused(span: str) -> None:
    with pytest.raises(CalendarExhausted, match="1900 to 2199"):
        add_span(at("11-20 17:00"), Span.parse(span), CALENDAR)


def test_a_start_at_the_end_of_time_is_refused() -> None:
    with pytest.raises(CalendarExhausted):
        add_span(datetime.max.replace(tzinfo=UTC), Span.parse("1 h w"), CALENDAR)
