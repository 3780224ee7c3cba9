"""When a city works: dated opening hours, holidays and make-up days, as a value. Adding up is working_time's."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType
from zoneinfo import ZoneInfo

from gridgov.domain.errors import CalendarExhausted, DefinitionError, Text

Hours = tuple[tuple[time, time], ...]

STANDARD_HOURS: Hours = ((time(8), time(12)), (time(14), time(18)))
FIRST_YEAR, LAST_YEAR = 1900, 2199
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class DayKind(StrEnum):
    """What a table may say about a date."""

    HALF = "half"
    HOLIDAY = "holiday"
    WORKDAY = "workday"


class DaySource(StrEnum):
    """Who says so. The weakest first: a later one overrides an earlier one."""

    STATUTORY = "statutory"
    PLAN = "plan"
    ADMIN = "admin"


class DayReason(StrEnum):
    """Why a date is open or closed."""

    HALF_DAY = "half_day"
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"
    WEEKEND = "weekend"
    WORKDAY = "workday"


@dataclass(frozen=True)
class Day:
    """What is known about one date; `hours` replaces the profile's (a half day without hours is the morning)."""

    kind: DayKind
    name: Text
    source: DaySource = DaySource.PLAN
    hours: Hours | None = None

    def __post_init__(self) -> None:
        """Raises DefinitionError when the hours cannot be."""
        if self.hours is not None:
            _require_hours(self.hours)


@dataclass(frozen=True)
class HourProfile:
    """The opening hours of a full working day, in force from `valid_from` until the next profile."""

    valid_from: date
    hours: Hours = STANDARD_HOURS

    def __post_init__(self) -> None:
        """Raises DefinitionError when the hours cannot be."""
        _require_hours(self.hours)


@dataclass(frozen=True)
class Why:
    """Why a date is open or closed: a kind for machines, a sentence for people, and whether a plan stands behind it."""

    kind: DayReason
    text: Text
    official: bool


@dataclass(frozen=True, slots=True)
class OpenYear:
    """The opening intervals of one local year, in microseconds since 1970 UTC, with their running sum.

    `counted[i]` is the working time of the year up to `closes[i]`; `first_of_day[n]` is the index
    of the first interval on or after the n-th day of the year (0 = 1 January).
    """

    opens: Sequence[int]
    closes: Sequence[int]
    counted: Sequence[int]
    first_of_day: Sequence[int]

    @property
    def total(self) -> int:
        """The working microseconds of the whole year."""
        return self.counted[-1] if self.counted else 0

    def counted_before(self, moment: int) -> int:
        """The working microseconds of this year that lie before `moment`."""
        index = bisect_right(self.opens, moment) - 1
        return self.counted[index] - max(0, self.closes[index] - moment) if index >= 0 else 0

    def moment_after(self, counted: int) -> int:
        """The earliest moment with `counted` working microseconds of this year behind it (0 < counted <= total)."""
        index = bisect_left(self.counted, counted)
        return self.closes[index] - (self.counted[index] - counted)

    def open_from(self, moment: int) -> int | None:
        """`moment` if it is open (ends included), else the next opening; None when this year has none left."""
        index = bisect_left(self.closes, moment)
        return max(moment, self.opens[index]) if index < len(self.opens) else None


@dataclass(frozen=True, eq=False)
class Calendar:
    """The working time of one city: immutable from outside, hashed by identity, fast after the first look at a year.

    `days` overrides Monday to Friday. Dates from `official_from` to `official_until` are covered by a State Council
    plan; outside of them `is_unofficial` is true unless the plan or an administrator names the date. A working day
    (`full_day`) is one fixed length, that of the first profile if not given: were it the length of the day on which
    a clock starts, a later start could fall due earlier at a change of season.
    """

    zone: ZoneInfo
    profiles: tuple[HourProfile, ...]
    days: Mapping[date, Day]
    official_until: date
    official_from: date = date.min
    full_day: timedelta = timedelta(0)
    _years: dict[int, OpenYear] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        """Raises DefinitionError when there is no profile."""
        if not self.profiles:
            raise DefinitionError("A calendar needs at least one hour profile.", "日历至少需要一个作息时间表。")
        profiles = tuple(sorted(self.profiles, key=lambda profile: profile.valid_from))
        object.__setattr__(self, "profiles", profiles)
        object.__setattr__(self, "days", MappingProxyType(dict(self.days)))
        object.__setattr__(self, "full_day", self.full_day or _length(profiles[0].hours))

    def hours(self, on: date) -> Hours:
        """The opening hours of the local date `on`, empty when it is closed."""
        day = self.days.get(on)
        if day is None:
            return self._profile(on) if on.weekday() < 5 else ()
        if day.kind is DayKind.HOLIDAY:
            return ()
        usual = self._profile(on)
        return day.hours or (usual[:1] if day.kind is DayKind.HALF else usual)

    def intervals(self, on: date) -> tuple[tuple[datetime, datetime], ...]:
        """The opening intervals of the local date `on` as aware UTC moments.

        Raises CalendarExhausted outside the years 1900 to 2199.
        """
        year, nth = self.open_year(on.year), (on - date(on.year, 1, 1)).days
        indexes = range(year.first_of_day[nth], year.first_of_day[nth + 1])
        return tuple((from_microseconds(year.opens[i]), from_microseconds(year.closes[i])) for i in indexes)

    def is_workday(self, on: date) -> bool:
        """Whether the local date `on` has any opening hours (a half day has)."""
        return bool(self.hours(on))

    def is_unofficial(self, on: date) -> bool:
        """Whether no plan and no administrator speaks for `on`: it may still become a holiday or a make-up day."""
        day = self.days.get(on)
        if day is not None and day.source is not DaySource.STATUTORY:
            return False
        return not self.official_from <= on <= self.official_until

    def why(self, on: date) -> Why:
        """Why the local date `on` is open or closed, in both languages."""
        day, official = self.days.get(on), not self.is_unofficial(on)
        kind, text = _named(day, on.weekday() >= 5) if day else _unnamed(on.weekday() >= 5)
        if not official:
            text = Text(f"{text} (no official plan yet)", f"{text.zh}（尚无官方放假安排）")
        return Why(kind, text, official)

    def open_year(self, year: int) -> OpenYear:
        """The table of the local `year`, worked out once. Raises CalendarExhausted outside 1900 to 2199."""
        table = self._years.get(year)
        if table is None:
            table = self._years[year] = self._work_out(year)
        return table

    def local_date(self, moment: datetime) -> date:
        """The date that the city's clocks show at the aware `moment`."""
        try:
            return moment.astimezone(self.zone).date()
        except OverflowError:
            raise exhausted(moment.year) from None

    def _profile(self, on: date) -> Hours:
        index = bisect_right(self.profiles, on, key=lambda profile: profile.valid_from) - 1
        return self.profiles[max(index, 0)].hours

    def _work_out(self, year: int) -> OpenYear:
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise exhausted(year)
        opens: list[int] = []
        closes: list[int] = []
        counted: list[int] = []
        first_of_day = [0]
        for on in _dates_of(year):
            for opening, closing in self.hours(on):
                # Where clocks jump, an interval may begin inside the gap: no moment is counted twice.
                start = max(self._moment(on, opening), closes[-1] if closes else -(2**63))
                end = self._moment(on, closing)
                if start < end:
                    opens.append(start)
                    closes.append(end)
                    counted.append((counted[-1] if counted else 0) + end - start)
            first_of_day.append(len(opens))
        return OpenYear(opens, closes, counted, first_of_day)

    def _moment(self, on: date, at: time) -> int:
        return to_microseconds(datetime.combine(on, at, self.zone))


def to_microseconds(moment: datetime) -> int:
    """The aware `moment` in whole microseconds since 1970 UTC. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError(f"A moment needs its time zone, and {moment.isoformat()} has none.")
    return (moment - EPOCH) // MICROSECOND


def from_microseconds(moment: int) -> datetime:
    """The aware UTC moment that lies `moment` microseconds after 1970."""
    return EPOCH + timedelta(microseconds=moment)


def exhausted(year: int) -> CalendarExhausted:
    """The refusal for a year that no real case can reach."""
    return CalendarExhausted(
        f"The calendar covers the years {FIRST_YEAR} to {LAST_YEAR}, not {year}.",
        f"日历只覆盖{FIRST_YEAR}年至{LAST_YEAR}年，不包括{year}年。",
        year=year,
    )


def _dates_of(year: int) -> Iterator[date]:
    first = date(year, 1, 1)
    return (first + timedelta(days=nth) for nth in range((date(year + 1, 1, 1) - first).days))


def _named(day: Day, is_weekend: bool) -> tuple[DayReason, Text]:
    by_city = day.source is DaySource.ADMIN
    note = Text(
        f"{day.name}, set by the city" if by_city else day.name, f"{day.name.zh}，本市设定" if by_city else day.name.zh
    )
    if day.kind is DayKind.HOLIDAY:
        return DayReason.HOLIDAY, Text(f"Holiday: {note}", f"放假：{note.zh}")
    if day.kind is DayKind.HALF:
        return DayReason.HALF_DAY, Text(f"Half day: {note}", f"半天：{note.zh}")
    if is_weekend:
        return DayReason.MAKE_UP, Text(f"Make-up working day: {note}", f"调休上班：{note.zh}")
    return DayReason.WORKDAY, Text(f"Working day: {note}", f"工作日：{note.zh}")


def _unnamed(is_weekend: bool) -> tuple[DayReason, Text]:
    return (
        (DayReason.WEEKEND, Text("Weekend", "周末"))
        if is_weekend
        else (DayReason.WORKDAY, Text("Working day", "工作日"))
    )


def _require_hours(hours: Hours) -> None:
    edges = [edge for interval in hours for edge in interval]
    follows = all(earlier <= later for earlier, later in pairwise(edges))
    if not hours or not follows or any(opening == closing for opening, closing in hours):
        raise DefinitionError(
            "Opening hours have to follow each other within one day.", "作息时间须在一天之内依次排列。"
        )


def _length(hours: Hours) -> timedelta:
    midnight = date.min
    spans = (datetime.combine(midnight, closing) - datetime.combine(midnight, opening) for opening, closing in hours)
    return sum(spans, timedelta(0))
