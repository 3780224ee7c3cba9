"""Case numbers `YYMMDD-NNNN-C` that people can say aloud: how they are written, checked and read back.

Who hands out the sequence, and in which city, is not decided here.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from gridgov.domain.errors import Invalid, Text

# Damm's quasigroup of order ten (H. M. Damm, 2004): it finds every wrong digit and every swap of two neighbours.
_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
_SPACES_AND_DASHES = re.compile(r"[\s\u200b\-‐‑‒–—―−_.·]+")
_DIGITS = re.compile(r"([0-9]{6})([0-9]{4}|[1-9][0-9]{4,17})([0-9])")


@dataclass(frozen=True)
class CaseNumber:
    """A number that was checked: `day` of the report in the city's zone, and the city's `sequence` (from 1)."""

    day: date
    sequence: int

    def __str__(self) -> str:
        """The one way to write it: `261123-0012-3`."""
        return format_case_number(self.day, self.sequence)


def check_digit(digits: str) -> str:
    """The Damm check digit of ASCII `digits`; leading zeros do not change it."""
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return str(interim)


def format_case_number(day: date, sequence: int) -> str:
    """The number of the case reported on `day` (in the city's zone) as the city's `sequence`-th, counted from 1.

    The sequence never starts again: it takes four digits, or as many as it needs.

    Raises ValueError for a sequence below 1 and a day outside 2000–2099: the program's mistake, not the user's.
    """
    if sequence < 1 or not 2000 <= day.year <= 2099:
        raise ValueError(f"no case number for {day} and sequence {sequence}")
    stem = f"{day:%y%m%d}-{sequence:04d}"
    return f"{stem}-{check_digit(stem.replace('-', ''))}"


def parse_case_number(text: str) -> CaseNumber:
    """The number that a person typed or read out: full-width digits, any dashes and spaces, or none, are fine.

    Raises Invalid when it has another form, names no day, or the check digit says that a digit is wrong.
    """
    digits = _SPACES_AND_DASHES.sub("", unicodedata.normalize("NFKC", text))
    found = _DIGITS.fullmatch(digits)
    if found is None:
        raise _invalid("A case number looks like 261123-0012-3.", "案件编号的格式如 261123-0012-3。")
    stem, sequence = found[1] + found[2], int(found[2])
    if check_digit(stem) != found[3]:
        raise _invalid(
            "The case number has a wrong digit: please read it again.", "案件编号中有数字不对，请再核对一遍。"
        )
    try:
        day = date(2000 + int(stem[:2]), int(stem[2:4]), int(stem[4:6]))
    except ValueError:
        raise _invalid("The first six digits of a case number are a day.", "案件编号的前六位是日期。") from None
    if sequence < 1:
        raise _invalid("Case numbers count from 0001.", "案件编号从0001开始。")
    return CaseNumber(day, sequence)


def _invalid(en: str, zh: str) -> Invalid:
    return Invalid({"number": [Text(en, zh)]})
