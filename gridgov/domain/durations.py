"""How long a limit is and how it counts: "4 h w", "7 wd". What the clock shows then is a matter of working_time."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from gridgov.domain.calendar import Calendar
from gridgov.domain.errors import DefinitionError, Text

HOUR = 3600
DAY = 24 * HOUR


class CountedIn(StrEnum):
    """The four ways to count time (workflow.md §4): the first two run day and night, the others in working time."""

    URGENT_HOUR = "u"
    NATURAL_DAY = "nd"
    WORK_HOUR = "w"
    WORK_DAY = "wd"

    @property
    def is_continuous(self) -> bool:
        """Whether nights, weekends and holidays count."""
        return self in {CountedIn.URGENT_HOUR, CountedIn.NATURAL_DAY}

    @property
    def hours(self) -> "CountedIn":
        """The hours of the same clock: u for u and nd, w for w and wd."""
        return CountedIn.URGENT_HOUR if self.is_continuous else CountedIn.WORK_HOUR


_TEXT = re.compile(r"([0-9]+(?:\.[0-9]+|/[1-9][0-9]*)?) +(?:(s|min|h) +(u|w)|(nd|wd))")
_PARTS = {"h": Fraction(1), "min": Fraction(1, 60), "s": Fraction(1, HOUR)}
_WORDS = {
    ("h", CountedIn.URGENT_HOUR): ("{}紧急工作时", "{} hour{} round the clock"),
    ("min", CountedIn.URGENT_HOUR): ("{}分钟", "{} minute{} round the clock"),
    ("s", CountedIn.URGENT_HOUR): ("{}秒", "{} second{} round the clock"),
    ("h", CountedIn.WORK_HOUR): ("{}工作时", "{} working hour{}"),
    ("min", CountedIn.WORK_HOUR): ("工作时间{}分钟", "{} working minute{}"),
    ("s", CountedIn.WORK_HOUR): ("工作时间{}秒", "{} working second{}"),
    ("", CountedIn.NATURAL_DAY): ("{}个自然日", "{} calendar day{}"),
    ("", CountedIn.WORK_DAY): ("{}个工作日", "{} working day{}"),
}


@dataclass(frozen=True)
class Span:
    """A length of time in one way of counting: `amount` is in hours for u and w, in days for nd and wd.

    `str(span)` is the text that `Span.parse` reads; `span.text` is the sentence in both languages.
    """

    amount: Fraction
    counted_in: CountedIn

    def __post_init__(self) -> None:
        """Raises DefinitionError for a negative amount."""
        if self.amount < 0:
            raise DefinitionError(f"A span cannot be negative: {self.amount}.", f"时限不能为负数：{self.amount}。")

    @classmethod
    def parse(cls, text: str) -> "Span":
        """The span that a definition writes as "15 min u", "4 h w", "1 wd" or "30 nd"; also "0.5 wd" and "1/3 wd".

        Raises DefinitionError when `text` is none of these.
        """
        return _parsed(text)

    @classmethod
    def of_seconds(cls, seconds: float, counted_in: CountedIn) -> "Span":
        """`seconds` (exact to the microsecond) in the hours of the clock that `counted_in` belongs to: u or w.

        "At least four hours of its own clock" is `Span.of_seconds(4 * 3600, limit.counted_in)`.
        """
        return cls(Fraction(round(seconds * 1_000_000), 1_000_000 * HOUR), counted_in.hours)

    @property
    def is_continuous(self) -> bool:
        """Whether nights, weekends and holidays count."""
        return self.counted_in.is_continuous

    def seconds(self, calendar: Calendar) -> float:
        """The length in seconds of its own clock: wall seconds for u and nd, working seconds for w and wd.

        A working day is `calendar.full_day` long, eight hours by the standard profile.
        """
        if self.counted_in is CountedIn.WORK_DAY:
            return float(self.amount * (calendar.full_day // timedelta(microseconds=1))) / 1_000_000
        return float(self.amount * (DAY if self.counted_in is CountedIn.NATURAL_DAY else HOUR))

    def scaled(self, fraction: Fraction | int) -> "Span":
        """This span times `fraction`, counted in the same way. Raises DefinitionError below zero."""
        return Span(self.amount * fraction, self.counted_in)

    @property
    def text(self) -> Text:
        """The span for people: "4 working hours", 4工作时."""
        number, part = self._written()
        zh, en = _WORDS[part, self.counted_in]
        return Text(en.format(number, "" if number == "1" else "s"), zh.format(number))

    def __str__(self) -> str:
        """The text form that `parse` reads back into an equal span."""
        number, part = self._written()
        return " ".join(word for word in (number, part, self.counted_in.value) if word)

    def _written(self) -> tuple[str, str]:
        if self.counted_in is not self.counted_in.hours:
            return _number(self.amount), ""
        part = next((part for part in ("h", "min") if (self.amount / _PARTS[part]).denominator == 1), "s")
        return _number(self.amount / _PARTS[part]), part


@lru_cache(maxsize=1024)
def _parsed(text: str) -> Span:
    """A city writes a few dozen spans, and a sweep reads them a hundred thousand times."""
    found = _TEXT.fullmatch(text.strip())
    if found is None:
        raise DefinitionError(
            f"{text!r} is not a span: write it like '15 min u', '4 h w', '3 nd' or '7 wd'.",
            f"“{text}”不是有效时限：请写成“15 min u”“4 h w”“3 nd”或“7 wd”的形式。",
        )
    number, part, clock, days = found.groups()
    return Span(Fraction(number) * _PARTS.get(part, 1), CountedIn(clock or days))


def shorter(first: Span, second: Span, calendar: Calendar) -> Span:
    """The shorter of two spans of one clock (u with nd, w with wd); the first when they are equal.

    Raises DefinitionError across clocks: whether 24 h u or 1 wd ends sooner depends on the start.
    """
    _require_one_clock((first, second))
    return second if second.seconds(calendar) < first.seconds(calendar) else first


def longer(first: Span, second: Span, calendar: Calendar) -> Span:
    """The longer of two spans of one clock; the first when they are equal. Raises DefinitionError across clocks."""
    _require_one_clock((first, second))
    return second if second.seconds(calendar) > first.seconds(calendar) else first


def total(spans: Iterable[Span], calendar: Calendar) -> Span:
    """The sum of spans of one clock, in its hours. Raises DefinitionError across clocks and for none at all."""
    parts = tuple(spans)
    _require_one_clock(parts)
    return Span.of_seconds(sum(part.seconds(calendar) for part in parts), parts[0].counted_in)


def _require_one_clock(spans: tuple[Span, ...]) -> None:
    if len({span.is_continuous for span in spans}) != 1:
        written = ", ".join(map(str, spans))
        raise DefinitionError(
            f"Only spans of one clock can be compared or added, not [{written}].",
            f"只有同一种计时方式的时限才能比较或相加，不能是[{written}]。",
        )


def _number(value: Fraction) -> str:
    """A whole number or a short decimal where that is exact, else a fraction: 7, 0.5, 1/3."""
    thousandths = value * 1000
    if value.denominator == 1 or thousandths.denominator != 1:
        return str(value)
    whole, rest = divmod(thousandths.numerator, 1000)
    return f"{whole}.{rest:03d}".rstrip("0")
