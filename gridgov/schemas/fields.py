"""Fields stricter than marshmallow's: a time has a zone, a text has no control characters, a number is a number."""

import re
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from marshmallow import ValidationError, fields, validate

from gridgov.domain.errors import Text

EARLIEST_YEAR, LATEST_YEAR = 1900, 2199

ZONELESS = Text(
    "Give the time with its zone, such as 2026-03-01T08:00:00+08:00 or 2026-03-01T00:00:00Z.",
    "时间必须带时区，例如 2026-03-01T08:00:00+08:00 或 2026-03-01T00:00:00Z。",
)
NOT_A_TIME = Text(
    "Not a time in the form 2026-03-01T08:00:00+08:00 (RFC 3339).",
    "时间格式应为 2026-03-01T08:00:00+08:00（RFC 3339）。",
)
OUT_OF_RANGE = Text(
    f"The year has to lie between {EARLIEST_YEAR} and {LATEST_YEAR}.",
    f"年份应在 {EARLIEST_YEAR} 到 {LATEST_YEAR} 之间。",
)
NOT_TEXT = Text("Not a valid string.", "应为字符串。")
EMPTY = Text("This may not be empty.", "不能为空。")
NOT_WHOLE = Text("Not a valid integer.", "应为整数。")
NOT_A_NUMBER = Text("Not a valid number.", "应为数字。")
NOT_A_FLAG = Text("Not a valid boolean.", "应为 true 或 false。")

_MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?)\d*(?P<zone>[Zz]|[+-]\d{2}:\d{2})?", re.ASCII
)
_DIGITS = re.compile(r"-?\d{1,18}", re.ASCII)

# C0, DEL, C1 and halves of surrogate pairs; a text of several lines keeps tab and line feed.
_CONTROL = "\x00-\x1f\x7f-\x9f\ud800-\udfff"
_CONTROL_BUT_LINES = "\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff"
_PRINTED_CONTROL = r"\u0000-\u001f\u007f-\u009f"
_PRINTED_CONTROL_BUT_LINES = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f"


def rfc3339(moment: datetime) -> str:
    """`moment` (aware, any zone) in UTC with `Z`; raises ValueError for a time without a zone."""
    if moment.utcoffset() is None:
        raise ValueError(f"{moment!r} has no zone")
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Moment(fields.DateTime):
    """A moment: RFC 3339 with an offset comes in, an aware UTC datetime is given on, `Z` goes out."""

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else rfc3339(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        match = _MOMENT.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise ValidationError(NOT_A_TIME)
        if match["zone"] is None:
            raise ValidationError(ZONELESS)
        return _utc(f"{match[1]}T{match[2]}{match['zone'].upper()}")


def _utc(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValidationError(NOT_A_TIME) from None
    if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        raise ValidationError(OUT_OF_RANGE)
    return moment


class Line(fields.String):
    """One line of text: spaces around it are cut off, control characters are refused, the length is bounded."""

    forbidden = re.compile(f"[{_CONTROL}]")
    printed = _PRINTED_CONTROL
    refusal = Text("Control characters and line breaks are not allowed here.", "不能包含控制字符或换行。")

    def __init__(self, max_length: int, *, blank: bool = False, **kwargs: Any) -> None:
        """`max_length` is in characters after trimming; with `blank` an empty text is fine."""
        bad = self.printed
        pattern = f"^[^{bad}]*$" if blank else rf"^[^{bad}]*[^\s{bad}][^{bad}]*$"
        kwargs["metadata"] = {"pattern": pattern, **kwargs.get("metadata", {})}
        bounds = validate.Length(max=max_length) if blank else validate.Length(min=1, max=max_length)
        super().__init__(validate=bounds, **kwargs)
        self.blank = blank

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError(NOT_TEXT)
        text = self._clean(value)
        if self.forbidden.search(text):
            raise ValidationError(self.refusal)
        if not text and not self.blank:
            raise ValidationError(EMPTY)
        return text

    def _clean(self, value: str) -> str:
        return value.strip(" \t\u3000\xa0")


class Prose(Line):
    """A text of several lines: line breaks become one line feed, tabs stay, other control characters are refused."""

    forbidden = re.compile(f"[{_CONTROL_BUT_LINES}]")
    printed = _PRINTED_CONTROL_BUT_LINES
    refusal = Text("Control characters are not allowed here.", "不能包含控制字符。")

    def _clean(self, value: str) -> str:
        return value.replace("\r\n", "\n").replace("\r", "\n").strip(" \t\n\u3000\xa0")


class WholeNumber(fields.Integer):
    """An integer between two bounds; `"5"`, `5.0` and `true` are refused, save digits in a query."""

    def __init__(self, least: int, most: int, *, in_query: bool = False, **kwargs: Any) -> None:
        """Both bounds are inclusive; keep them within a bigint. `in_query` reads digits."""
        super().__init__(strict=True, validate=validate.Range(least, most), **kwargs)
        self.in_query = in_query

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if self.in_query and isinstance(value, str) and _DIGITS.fullmatch(value):
            return int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError(NOT_WHOLE)
        return value


class RealNumber(fields.Float):
    """A finite number between two bounds; a string, `true` and NaN are refused."""

    def __init__(self, least: float, most: float, **kwargs: Any) -> None:
        """Both bounds are inclusive."""
        super().__init__(validate=validate.Range(least, most), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValidationError(NOT_A_NUMBER)
        try:
            number = float(value)
        except OverflowError:
            raise ValidationError(NOT_A_NUMBER) from None
        if not isfinite(number):
            raise ValidationError(NOT_A_NUMBER)
        return number


class Flag(fields.Boolean):
    """true or false; `1`, `"yes"` and null are refused, save the words true and false in a query."""

    words = {"true": True, "false": False}

    def __init__(self, *, in_query: bool = False, **kwargs: Any) -> None:
        """`in_query` reads the two words."""
        super().__init__(**kwargs)
        self.in_query = in_query

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if isinstance(value, bool):
            return value
        if self.in_query and isinstance(value, str) and value in self.words:
            return self.words[value]
        raise ValidationError(NOT_A_FLAG)
