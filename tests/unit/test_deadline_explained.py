"""Why is it due then? Every stretch of time, holiday and pause in words."""

import json
from datetime import date

from gridgov.domain.calendar import Calendar
from gridgov.domain.deadline import Explanation, SegmentKind, explain
from gridgov.domain.durations import Span
from tests.unit.time_world import CALENDAR, SHANGHAI, STANDARD, at

OPEN = "08:00–12:00, 14:00–18:00"


def _lines(explained: Explanation) -> list[tuple[str, str, float, str]]:
    return [
        (
            f"{segment.begins_at.astimezone(SHANGHAI):%m-%d %H:%M}",
            f"{segment.ends_at.astimezone(SHANGHAI):%m-%d %H:%M}",
            segment.counted_seconds / 3600,
            segment.kind.value,
        )
        for segment in explained.segments
    ]


def test_a_promise_over_the_national_day_is_explained_day_by_day() -> None:
    explained = explain(at("09-30 16:00"), Span.parse("3 wd"), [], CALENDAR)
    assert _lines(explained) == [
        ("09-30 16:00", "10-01 00:00", 2, "workday"),
        ("10-01 00:00", "10-08 00:00", 0, "holiday"),
        ("10-08 00:00", "10-10 00:00", 16, "workday"),
        ("10-10 00:00", "10-10 16:00", 6, "make_up"),
    ]
    reasons = [segment.reason for segment in explained.segments]
    assert reasons[1:] == [
        "Holiday: National Day",
        f"Working day, {OPEN}",
        f"Make-up working day: National Day, {OPEN}",
    ]
    assert reasons[3].zh == "调休上班：国庆节，08:00–12:00、14:00–18:00"
    assert explained.warnings == ()


def test_time_after_closing_counts_nothing_and_says_so() -> None:
    explained = explain(at("11-20 18:30"), Span.parse("1 h w"), [], CALENDAR)
    assert _lines(explained) == [
        ("11-20 18:30", "11-21 00:00", 0, "closed"),
        ("11-21 00:00", "11-23 00:00", 0, "weekend"),
        ("11-23 00:00", "11-23 09:00", 1, "workday"),
    ]
    assert explained.segments[0].reason == f"Outside opening hours ({OPEN})"
    assert explained.segments[0].reason.zh == "非工作时间（08:00–12:00、14:00–18:00）"


def test_fifteen_working_days_read_as_a_few_lines() -> None:
    explained = explain(at("11-02 09:30"), Span.parse("15 wd"), [], CALENDAR)
    assert explained.due_at == at("11-23 09:30")
    assert len(explained.segments) == 8
    assert [segment.counted_seconds / 3600 for segment in explained.segments] == [6.5, 32, 0, 40, 0, 40, 0, 1.5]


def test_a_pause_is_one_line_whatever_days_it_covers() -> None:
    pauses = [(at("11-20 15:00"), at("11-24 09:00")), (at("11-25 08:00"), at("11-30 08:00"))]
    explained = explain(at("11-20 09:00"), Span.parse("1 wd"), pauses, CALENDAR)
    assert _lines(explained) == [
        ("11-20 09:00", "11-20 15:00", 4, "workday"),
        ("11-20 15:00", "11-24 09:00", 0, "pause"),
        ("11-24 09:00", "11-24 15:00", 4, "workday"),
    ]
    assert explained.segments[1].reason.zh == "计时暂停"


def test_a_continuous_clock_is_one_line_and_asks_no_calendar() -> None:
    explained = explain(at("2029-12-30 20:00"), Span.parse("3 nd"), [], CALENDAR)
    assert [(segment.kind, segment.counted_seconds) for segment in explained.segments] == [
        (SegmentKind.CONTINUOUS, 3 * 86_400)
    ]
    assert explained.warnings == ()


def test_a_deadline_beyond_the_last_plan_carries_a_warning() -> None:
    bare = Calendar(SHANGHAI, (STANDARD,), {}, date(2026, 12, 31))
    (warning,) = explain(at("2026-12-31 17:00"), Span.parse("2 wd"), [], bare).warnings
    assert warning.startswith("No official holiday plan covers 2027-01-01 to 2027-01-04 yet")
    assert warning.zh.startswith("2027-01-01至2027-01-04尚无官方放假安排")


def test_an_explanation_travels_as_json() -> None:
    explained = explain(at("11-20 17:00"), Span.parse("4 h w"), [], CALENDAR)
    sent = json.loads(json.dumps(explained.as_dict()))
    assert sent["started_at"] == "2026-11-20T09:00:00Z"
    assert sent["due_at"] == "2026-11-23T03:00:00Z"
    assert (sent["span"], sent["counted_seconds"]) == ("4 h w", 14_400)
    assert sent["span_text"] == {"zh": "4工作时", "en": "4 working hours"}
    assert sent["segments"][1] == {
        "from": "2026-11-20T16:00:00Z",
        "to": "2026-11-22T16:00:00Z",
        "counted_seconds": 0,
        "kind": "weekend",
        "reason": {"zh": "周末", "en": "Weekend"},
    }
    assert sent["warnings"] == []


def test_a_zero_span_that_is_due_at_once_needs_no_explanation() -> None:
    explained = explain(at("11-20 17:00"), Span.parse("0 h w"), [], CALENDAR)
    assert (explained.due_at, explained.segments) == (at("11-20 17:00"), ())
