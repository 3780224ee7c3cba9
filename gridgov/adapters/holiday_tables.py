"""What is known about China's holidays, as rows for an editable table, and the calendar that such rows make.

The State Council's plans come from chinesecalendar, what lies beyond them from holidays. No database here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
import holidays

from gridgov.domain.calendar import Calendar, Day, DayKind, DaySource, HourProfile, Hours
from gridgov.domain.errors import Text

_RANK = {source: rank for rank, source in enumerate(DaySource)}
_ZH = {holiday.value: holiday.chinese for holiday in chinese_calendar.Holiday}


@dataclass(frozen=True)
class DayRow:
    """One line of the calendar table; `hours` only where they differ from the season's."""

    on: date
    kind: DayKind
    name_zh: str
    name_en: str
    source: DaySource
    hours: Hours | None = None

    @property
    def official(self) -> bool:
        """Whether a plan or an administrator stands behind the row."""
        return self.source is not DaySource.STATUTORY


def seed_rows(first_year: int, last_year: int) -> list[DayRow]:
    """The special dates of both years and all between, in order: planned ones where a plan is known, else statutory."""
    rows: list[DayRow] = []
    for year in range(first_year, last_year + 1):
        try:
            rows += _planned(year)
        except NotImplementedError:
            rows += _statutory(year)
    return rows


def official_until(rows: Iterable[DayRow]) -> date:
    """The last day of the last year that the State Council's plans in `rows` cover; date.min when there are none."""
    years = [row.on.year for row in rows if row.source is DaySource.PLAN]
    return date(max(years), 12, 31) if years else date.min


def build_calendar(rows: Iterable[DayRow], profiles: Iterable[HourProfile], zone: ZoneInfo, until: date) -> Calendar:
    """The calendar that `rows` describe, with plans known up to and including `until`.

    Where rows name the same date, an administrator's wins over a plan's and a plan's over a statutory one.
    Raises DefinitionError when hours or profiles cannot be.
    """
    ordered = sorted(rows, key=lambda row: _RANK[row.source])
    planned = [row.on for row in ordered if row.source is DaySource.PLAN]
    since = date(min(planned).year, 1, 1) if planned else date.min
    days = {row.on: Day(row.kind, Text(row.name_en, row.name_zh), row.source, row.hours) for row in ordered}
    return Calendar(zone, tuple(profiles), days, until, since)


def _planned(year: int) -> Iterator[DayRow]:
    """The plan of `year`. Raises NotImplementedError, as chinesecalendar does, where none is known."""
    for nth in range(366):
        on = date(year, 1, 1) + timedelta(days=nth)
        if on.year != year:
            return
        is_holiday, name = chinese_calendar.get_holiday_detail(on)
        if name is not None:
            kind = DayKind.HOLIDAY if is_holiday else DayKind.WORKDAY
            yield DayRow(on, kind, _ZH[name], name, DaySource.PLAN)


def _statutory(year: int) -> Iterator[DayRow]:
    english = holidays.country_holidays("CN", years=year, language="en_US")
    chinese = holidays.country_holidays("CN", years=year, language="zh_CN")
    for on in sorted(english):
        yield DayRow(on, DayKind.HOLIDAY, chinese[on], english[on], DaySource.STATUTORY)
