"""A row of one of our own sheets (units, people) by its columns. Sheets of other systems are domain.mapping's."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from gridgov.domain.errors import Invalid, Text
from gridgov.domain.mapping import Rejected, Row
from gridgov.domain.mapping_cells import BLANKS, Clock, Unreadable, moment_of, text_of

TEXT_LIMIT = 200
HALVES = re.compile("[\ud800-\udfff]")
YES = frozenset({"1", "true", "yes", "y", "是", "√"})
NO = frozenset({"", "0", "false", "no", "n", "否"})
# A sheet's dates are days without a zone: any clock reads the same day back.
DAYS = Clock(ZoneInfo("UTC"))


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: its name, other headers for it, and whether a sheet without it is refused."""

    name: str
    others: tuple[str, ...] = ()
    needed: bool = False


def find_columns(headers: Iterable[str], columns: Iterable[Column]) -> dict[str, str]:
    """The header that serves each column of the sheet that is there. Raises Invalid that names what is missing."""
    there, columns = {header for header in headers if header}, tuple(columns)
    found = {column.name: header for column in columns for header in _headers(column) if header in there}
    missing = [column for column in columns if column.needed and column.name not in found]
    if not missing:
        return found
    named = "; ".join(" / ".join((column.name, *column.others)) for column in missing)
    listed = ", ".join(sorted(there))
    en = f"The sheet lacks these columns: {named}. It has: {listed}."
    raise Invalid({"file": [Text(en, f"表格缺少以下列:{named}。现有的列:{listed}。")]})


def _headers(column: Column) -> tuple[str, ...]:
    return (*reversed(column.others), column.name)


class Cells:
    """The cells of one row by the names of our columns. Every method raises Unreadable with a sentence."""

    def __init__(self, row: Row, found: Mapping[str, str]) -> None:
        """`found` is what find_columns gave."""
        self._row, self._found = row, found
        self.column: str | None = None

    def states(self, name: str) -> bool:
        """Whether the sheet has the column at all."""
        return name in self._found

    def text(self, name: str, *, needed: bool = False, limit: int = TEXT_LIMIT) -> str:
        """The cell as one line; "" when blank."""
        self.column = self._found.get(name)
        text = " ".join(text_of(self._row.cells.get(self.column)).split()) if self.column else ""
        text = "" if text.lower() in BLANKS else text
        if needed and not text:
            raise Unreadable("the cell is empty", "单元格为空")
        if HALVES.search(text):
            raise Unreadable("the cell holds half of a character", "单元格含有不完整的字符")
        if len(text) > limit:
            raise Unreadable(f"the text is longer than {limit} characters", f"文本超过 {limit} 个字符")
        return text

    def flag(self, name: str) -> bool:
        """Yes or no; blank is no."""
        word = self.text(name).casefold()
        if word not in YES | NO:
            raise Unreadable(f"'{word[:40]}' is neither yes nor no", f"“{word[:40]}”应为“是”或“否”")
        return word in YES

    def day(self, name: str) -> date | None:
        """The cell as a date, None when blank."""
        self.column = self._found.get(name)
        moment = moment_of(self._row.cells.get(self.column), DAYS) if self.column else None
        return None if moment is None else moment.date()

    def several(self, name: str) -> tuple[str, ...]:
        """The words of the cell, which ; , 、 or a blank divides."""
        text = self.text(name, limit=5_000)
        for mark in ";,、；，":
            text = text.replace(mark, " ")
        return tuple(dict.fromkeys(text.split()))

    def refused(self, error: Unreadable) -> Rejected:
        """The row refused for what its last read cell says."""
        return Rejected(self._row.number, str(error.sentence), error.sentence.zh, self.column)
