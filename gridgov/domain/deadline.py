"""Why a span ends when it ends: each stretch of time, holiday and pause, in words. The rule is working_time's."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

from gridgov.domain.calendar import Calendar
from gridgov.domain.durations import Span
from gridgov.domain.errors import Text
from gridgov.domain.working_time import Pause, due_after_pause, elapsed, merged_pauses


class SegmentKind(StrEnum):
    """What a stretch of time is to the clock: the first five are DayReason's words."""

    HALF_DAY = "half_day"
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"
    WEEKEND = "weekend"
    WORKDAY = "workday"
    CLOSED = "closed"
    CONTINUOUS = "continuous"
    PAUSE = "pause"


@dataclass(frozen=True)
class Segment:
    """From `begins_at` to `ends_at` (UTC) the clock counted `counted_seconds`, because of `reason`."""

    begins_at: datetime
    ends_at: datetime
    counted_seconds: float
    kind: SegmentKind
    reason: Text

    def as_dict(self) -> dict[str, Any]:
        """The segment for JSON."""
        return {
            "from": _rfc3339(self.begins_at),
            "to": _rfc3339(self.ends_at),
            "counted_seconds": self.counted_seconds,
            "kind": self.kind.value,
            "reason": _both(self.reason),
        }


@dataclass(frozen=True)
class Explanation:
    """The answer to "why is it due then?": segments without a gap from the start to `due_at`, and what is uncertain.

    The counted seconds of all segments add up to the span.
    """

    started_at: datetime
    due_at: datetime
    span: Span
    segments: tuple[Segment, ...]
    warnings: tuple[Text, ...]

    def as_dict(self) -> dict[str, Any]:
        """The explanation for JSON: moments as RFC 3339 in UTC, sentences in both languages."""
        return {
            "started_at": _rfc3339(self.started_at),
            "due_at": _rfc3339(self.due_at),
            "span": str(self.span),
            "span_text": _both(self.span.text),
            "counted_seconds": sum(segment.counted_seconds for segment in self.segments),
            "segments": [segment.as_dict() for segment in self.segments],
            "warnings": [_both(warning) for warning in self.warnings],
        }


def explain(start: datetime, span: Span, pauses: Sequence[Pause], calendar: Calendar) -> Explanation:
    """Why a `span` from `start` (aware, any zone) with these `pauses` ends when `due_after_pause` says.

    Neighbouring days of one reason become one segment, so that fifteen working days read as a few lines;
    the first and the last day stay apart. Raises what `due_after_pause` raises.
    """
    begin, due = start.astimezone(UTC), due_after_pause(start, span, pauses, calendar)
    stopped = [pause for pause in merged_pauses(start, pauses) if pause[0] < due]
    segments = [_segment(a, b, span, stopped, calendar) for a, b in _stretches(begin, due, span, stopped, calendar)]
    days = [] if span.is_continuous else list(_dates(begin, due, calendar))
    return Explanation(begin, due, span, tuple(_joined(segments, calendar)), tuple(_warnings(days, calendar)))


def _stretches(
    begin: datetime, due: datetime, span: Span, stopped: Iterable[Pause], calendar: Calendar
) -> Iterator[tuple[datetime, datetime]]:
    cuts = {begin, due, *(edge for pause in stopped for edge in pause)}
    if not span.is_continuous:
        cuts |= {_midnight(on, calendar) for on in _dates(begin, due, calendar)}
    return pairwise(sorted(cut for cut in cuts if begin <= cut <= due))


def _segment(begin: datetime, end: datetime, span: Span, stopped: Iterable[Pause], calendar: Calendar) -> Segment:
    if any(first <= begin < last for first, last in stopped):
        return Segment(begin, end, 0.0, SegmentKind.PAUSE, Text("The clock is paused", "计时暂停"))
    counted = elapsed(span.counted_in, begin, end, calendar)
    if span.is_continuous:
        reason = Text("Runs day and night", "昼夜连续计时")
        return Segment(begin, end, counted, SegmentKind.CONTINUOUS, reason)
    return Segment(begin, end, counted, *_reason(calendar.local_date(begin), counted > 0, calendar))


def _reason(on: date, counts: bool, calendar: Calendar) -> tuple[SegmentKind, Text]:
    why, hours = calendar.why(on), calendar.hours(on)
    if not hours:
        return SegmentKind(why.kind.value), why.text
    written = [f"{opening:%H:%M}–{closing:%H:%M}" for opening, closing in hours]
    en, zh = ", ".join(written), "、".join(written)
    if not counts:
        return SegmentKind.CLOSED, Text(f"Outside opening hours ({en})", f"非工作时间（{zh}）")
    return SegmentKind(why.kind.value), Text(f"{why.text}, {en}", f"{why.text.zh}，{zh}")


def _joined(segments: Iterable[Segment], calendar: Calendar) -> list[Segment]:
    joined: list[Segment] = []
    for segment in segments:
        if joined and _same(joined[-1], segment, calendar):
            counted = joined[-1].counted_seconds + segment.counted_seconds
            joined[-1] = replace(joined[-1], ends_at=segment.ends_at, counted_seconds=counted)
        else:
            joined.append(segment)
    return joined


def _same(first: Segment, second: Segment, calendar: Calendar) -> bool:
    if (first.kind, first.reason, first.reason.zh) != (second.kind, second.reason, second.reason.zh):
        return False
    edges = (first.begins_at, second.ends_at)
    whole = all(edge == _midnight(calendar.local_date(edge), calendar) for edge in edges)
    return whole or not (first.counted_seconds or second.counted_seconds)


def _warnings(days: Iterable[date], calendar: Calendar) -> Iterator[Text]:
    unofficial = [on for on in days if calendar.is_unofficial(on)]
    if unofficial:
        first, last = unofficial[0].isoformat(), unofficial[-1].isoformat()
        yield Text(
            f"No official holiday plan covers {first} to {last} yet: counted by statutory holidays, Monday to Friday.",
            f"{first}至{last}尚无官方放假安排：暂按法定节假日和周一至周五计算。",
        )


def _dates(begin: datetime, due: datetime, calendar: Calendar) -> Iterator[date]:
    first, last = calendar.local_date(begin), calendar.local_date(due)
    return (first + timedelta(days=nth) for nth in range((last - first).days + 1))


def _midnight(on: date, calendar: Calendar) -> datetime:
    return datetime.combine(on, time.min, calendar.zone).astimezone(UTC)


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": str(text)}
