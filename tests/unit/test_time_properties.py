"""What holds for every start, span, pause and calendar (workflow.md §4, Properties)."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from gridgov.domain.calendar import Calendar
from gridgov.domain.deadline import explain
from gridgov.domain.durations import Span
from gridgov.domain.working_time import (
    add_span,
    add_working_time,
    due_after_pause,
    elapsed,
    remaining,
    working_seconds_between,
)
from tests.unit.time_world import DATES, MOMENTS, PROPERTY, SPANS, WORK_SPANS, calendars, closed_too

PAUSES = st.lists(st.tuples(MOMENTS, MOMENTS).map(lambda pair: (min(pair), max(pair))), max_size=3)


def _is_open(moment: datetime, calendar: Calendar) -> bool:
    return any(start <= moment <= end for start, end in calendar.intervals(calendar.local_date(moment)))


@PROPERTY
@given(MOMENTS, SPANS, calendars(), DATES)
def test_a_holiday_never_shortens_a_deadline(start: datetime, span: Span, calendar: Calendar, holiday: date) -> None:
    assert add_span(start, span, closed_too(calendar, holiday)) >= add_span(start, span, calendar)


@PROPERTY
@given(MOMENTS, MOMENTS, SPANS, calendars())
def test_a_later_start_never_falls_due_earlier(one: datetime, other: datetime, span: Span, calendar: Calendar) -> None:
    earlier, later = sorted((one, other))
    assert add_span(earlier, span, calendar) <= add_span(later, span, calendar)


@PROPERTY
@given(MOMENTS, SPANS, st.fractions(0, 1), calendars())
def test_a_shorter_span_never_falls_due_later(start: datetime, span: Span, part: Fraction, calendar: Calendar) -> None:
    assert add_span(start, span.scaled(part), calendar) <= add_span(start, span, calendar)


@PROPERTY
@given(MOMENTS, WORK_SPANS, WORK_SPANS, calendars())
def test_two_spans_in_a_row_end_where_their_sum_does(
    start: datetime, first: timedelta, second: timedelta, calendar: Calendar
) -> None:
    in_a_row = add_working_time(add_working_time(start, first, calendar), second, calendar)
    assert in_a_row == add_working_time(start, first + second, calendar)


@PROPERTY
@given(MOMENTS, WORK_SPANS, calendars())
def test_the_result_lies_in_working_time(start: datetime, span: timedelta, calendar: Calendar) -> None:
    assert _is_open(add_working_time(start, span, calendar), calendar)


@PROPERTY
@given(MOMENTS, WORK_SPANS, calendars())
def test_what_was_added_is_what_has_passed(start: datetime, span: timedelta, calendar: Calendar) -> None:
    due = add_working_time(start, span, calendar)
    assert timedelta(seconds=working_seconds_between(start, due, calendar)) == span


@PROPERTY
@given(MOMENTS, MOMENTS, calendars())
def test_working_time_is_the_sum_of_the_open_intervals(one: datetime, other: datetime, calendar: Calendar) -> None:
    start, end = sorted((one, other))
    first, last = calendar.local_date(start), calendar.local_date(end)
    days = [first + timedelta(days=nth) for nth in range((last - first).days + 1)]
    intervals = [interval for on in days for interval in calendar.intervals(on)]
    overlaps = [min(closing, end) - max(opening, start) for opening, closing in intervals]
    expected = sum((max(overlap, timedelta(0)) for overlap in overlaps), timedelta(0))
    assert timedelta(seconds=working_seconds_between(start, end, calendar)) == expected


@PROPERTY
@given(MOMENTS, SPANS, st.floats(0, 1), st.timedeltas(timedelta(0), timedelta(days=20)), calendars())
def test_a_pause_shifts_the_due_moment_by_exactly_what_was_paused(
    start: datetime, span: Span, part: float, length: timedelta, calendar: Calendar
) -> None:
    due, begin = add_span(start, span, calendar), start.astimezone(UTC)
    begin += (due - begin) * part
    assume(begin < due)
    shifted = due_after_pause(start, span, [(begin, begin + length)], calendar)
    paused = elapsed(span.counted_in, begin, begin + length, calendar)
    assert timedelta(seconds=elapsed(span.counted_in, due, shifted, calendar)) == timedelta(seconds=paused)
    assert remaining(start, span, [(begin, begin + length)], shifted, calendar) == 0


@PROPERTY
@given(MOMENTS, SPANS, PAUSES, calendars())
def test_every_pause_of_a_clock_is_taken_into_account_in_any_order(
    start: datetime, span: Span, pauses: list[tuple[datetime, datetime]], calendar: Calendar
) -> None:
    due = due_after_pause(start, span, pauses, calendar)
    assert due == due_after_pause(start, span, pauses[::-1], calendar) >= add_span(start, span, calendar)
    assert remaining(start, span, pauses, due, calendar) == 0


@PROPERTY
@given(MOMENTS, SPANS, PAUSES, calendars())
def test_an_explanation_has_no_gap_and_adds_up_to_the_span(
    start: datetime, span: Span, pauses: list[tuple[datetime, datetime]], calendar: Calendar
) -> None:
    explained = explain(start, span, pauses, calendar)
    assert explained.due_at == due_after_pause(start, span, pauses, calendar)
    edges = [(segment.begins_at, segment.ends_at) for segment in explained.segments]
    assert [start, *(end for _, end in edges)] == [*(begin for begin, _ in edges), explained.due_at]
    counted = sum(segment.counted_seconds for segment in explained.segments)
    assert timedelta(seconds=counted) == timedelta(seconds=span.seconds(calendar))
