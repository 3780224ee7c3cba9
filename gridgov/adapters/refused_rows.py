"""The file of rows that an import refused: CSV that a spreadsheet opens as it is. Made at the first such row."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self, TextIO

from gridgov.domain.errors import Invalid, Text
from gridgov.domain.mapping import Rejected

HEADERS = ("row 行号", "column 列", "reason", "原因")
# A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_csv(refused: Iterable[Rejected]) -> str:
    """The rows as the text of a file of refused rows, headers first; a row number of 0 is left empty."""
    lines = io.StringIO(newline="")
    writer = csv.writer(lines)
    writer.writerow(HEADERS)
    writer.writerows(_cells(row) for row in refused)
    return lines.getvalue()


class RefusedRows:
    """Collects refused rows in the file at `path`; a context manager. `count` is how many it holds."""

    def __init__(self, path: Path) -> None:
        """Nothing is written yet; an older file of that name is replaced with the first row."""
        self.path = path
        self.count = 0
        self._file: TextIO | None = None
        self._rows: Any = None

    def __enter__(self) -> Self:
        """The collection itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file, if there is one."""
        if self._file is not None:
            self._file.close()

    def add(self, refused: Iterable[Rejected]) -> None:
        """Write the rows. Raises Invalid with one sentence when the file cannot be written."""
        try:
            for row in refused:
                self._writer().writerow(_cells(row))
                self.count += 1
            if self._file is not None:
                self._file.flush()
        except OSError as error:
            en = f"The refused rows cannot be written to {self.path} ({error.strerror}): name a file with --errors."
            zh = f"无法将出错的行写入 {self.path}({error.strerror})，请用 --errors 指定文件。"
            raise Invalid({"errors": [Text(en, zh)]}) from None

    def _writer(self) -> Any:
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8-sig", newline="")
            self._rows = csv.writer(self._file)
            self._rows.writerow(HEADERS)
        return self._rows


def _cells(row: Rejected) -> list[object]:
    return [row.row_number or "", *map(_harmless, (row.column, row.reason_en, row.reason_zh))]


def _harmless(text: str | None) -> str:
    """The text as a cell that no spreadsheet computes."""
    return f"'{text}" if text and text.startswith(FORMULA_STARTS) else text or ""
