"""One cell of an imported table → text, number, mark or moment. Columns and rows are gridgov.domain.mapping's."""

import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gridgov.domain.errors import Text

BLANKS = frozenset({"", "null", "none", "nan", "nat", "n/a", "-", "\\n"})
QUOTE_PAIRS = frozenset({('"', '"'), ("'", "'"), ("“", "”"), ("‘", "’")})
ODD_ENDS = " \t\r\n\f\v\u3000\u00a0\ufeff\u200b"
QUOTED_ENDS = ODD_ENDS + "\"'“”‘’"
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
SHORTENED = re.compile(r"\d(\.\d+)?[eE]\+\d+")
WHOLE = re.compile(r"(\d+)\.0+")
MOMENT = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:[T\s]*(\d{1,2})\s*[:：时]\s*(\d{1,2})(?:\s*[:：分]\s*(?:(\d{1,2})(?:\.\d+)?)?\s*秒?)?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2})?"
)
SHEET_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 — a wall clock: the mapping states its zone
FIRST_YEAR, LAST_YEAR = 1970, 2100


@dataclass(frozen=True, slots=True)
class NoValue:
    """A cell that shows something but holds no value: a formula never computed, an error of the sheet."""

    reason: Text


Cell = str | int | float | bool | datetime | date | time | timedelta | NoValue | None


class Unreadable(ValueError):
    """A cell that does not say what its column promises; `sentence` says so in both languages."""

    def __init__(self, en: str, zh: str) -> None:
        """Hold the sentence."""
        super().__init__(en)
        self.sentence = Text(en, zh)


@dataclass(frozen=True, slots=True)
class Clock:
    """How a column's zoneless times are to be read. Nothing is guessed: the mapping states it.

    `misread_as` undoes an old mistake of the source: wall clocks of `zone` were once taken for those of `misread_as`
    and moved to `zone`. With New York and UTC, 03:30 in winter and 04:30 in summer both are 08:30 in New York.
    `formats` are strptime patterns, tried before the usual year-first forms.
    """

    zone: ZoneInfo
    misread_as: ZoneInfo | None = None
    formats: tuple[str, ...] = ()


def text_of(cell: Cell) -> str:
    """The cell as text: ends, enclosing quotes and control characters off, inner line breaks kept as one `\\n`."""
    if isinstance(cell, str):
        return unquoted(_plain(cell))
    if cell is None:
        return ""
    if isinstance(cell, NoValue):
        raise Unreadable(cell.reason, cell.reason.zh)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _plain(text: str) -> str:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return CONTROLS.sub("", text).strip(ODD_ENDS)


def unquoted(text: str) -> str:
    """`text` without a pair of quotes around all of it; “甲”和“乙” keeps its quotes: they enclose parts."""
    if len(text) < 2 or (text[0], text[-1]) not in QUOTE_PAIRS:
        return text
    inner = text[1:-1]
    return text if text[0] in inner or text[-1] in inner else inner.strip(ODD_ENDS)


def number_of_case(cell: Cell) -> str:
    """The source's own number of a case as text; 123, 123.0 and '123' are the same. Empty when there is none.

    Raises Unreadable for 1.01E+11: a spreadsheet has cut the digits, and two cases would become one.
    """
    text = "" if isinstance(cell, bool) else text_of(cell).strip(QUOTED_ENDS)
    if SHORTENED.fullmatch(text):
        raise Unreadable(f"a spreadsheet cut this number to '{text}'", f"编号被电子表格截断为“{text}”")
    whole = WHOLE.fullmatch(text)
    return "" if text.lower() in BLANKS else whole[1] if whole else text


def number_of(cell: Cell) -> float | None:
    """The cell as a finite number, None when blank; a decimal comma is read as a point."""
    if isinstance(cell, int | float) and not isinstance(cell, bool) and math.isfinite(cell):
        return float(cell)
    text = text_of(cell)
    if text.lower() in BLANKS:
        return None
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = math.nan
    if math.isfinite(number):
        return number
    raise Unreadable(f"'{text[:40]}' is not a number", f"“{text[:40]}”不是数字")


def moment_of(cell: Cell, clock: Clock) -> datetime | None:
    """The cell as an aware UTC time, None when blank; a stamp with an offset keeps its own, others are read by `clock`.

    A date alone is its midnight; a bare number counts days of a sheet from 1899-12-30. An hour that the change to
    winter repeats is read as the first of the two; an hour that the change to summer skips is read as one later.
    Raises Unreadable for anything else, and outside 1970–2100.
    """
    stamp = _stamp(cell, clock.formats)
    if stamp is None:
        return None
    if not FIRST_YEAR <= stamp.year <= LAST_YEAR:
        raise _not_a_time(str(cell))
    return _in_utc(stamp, clock)


def _in_utc(stamp: datetime, clock: Clock) -> datetime:
    if stamp.tzinfo is not None:
        return stamp.astimezone(UTC)
    instant = stamp.replace(tzinfo=clock.zone).astimezone(UTC)
    if clock.misread_as is None:
        return instant
    return instant.astimezone(clock.misread_as).replace(tzinfo=clock.zone, fold=0).astimezone(UTC)


def _stamp(cell: Cell, formats: tuple[str, ...]) -> datetime | None:
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 — read by the clock of its column
    if isinstance(cell, bool | time | timedelta):
        raise _not_a_time(str(cell))
    if isinstance(cell, int | float):
        return _sheet_day(float(cell))
    text = text_of(cell).strip(QUOTED_ENDS)
    return None if text.lower() in BLANKS else _written(text, formats)


def _sheet_day(days: float) -> datetime:
    try:
        return SHEET_DAY_ZERO + timedelta(seconds=round(days * 86_400))
    except (OverflowError, ValueError):
        raise _not_a_time(str(days)) from None


def _written(text: str, formats: tuple[str, ...]) -> datetime:
    for pattern in formats:
        try:
            return datetime.strptime(text, pattern)  # noqa: DTZ007 — read by the clock of its column
        except ValueError:
            continue
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return _year_first(text)


def _year_first(text: str) -> datetime:
    parts = MOMENT.fullmatch(text)
    if parts is None:
        try:
            return _sheet_day(float(text))
        except ValueError:
            raise _not_a_time(text) from None
    try:
        stamp = datetime(*(int(part or 0) for part in parts.groups()[:6]))  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        raise _not_a_time(text) from None
    return stamp if parts[7] is None else datetime.fromisoformat(stamp.isoformat() + parts[7])


def _not_a_time(text: str) -> Unreadable:
    return Unreadable(f"'{text[:40]}' is not a date and time", f"“{text[:40]}”不是日期时间")
