"""The first sheet with headers of an XLSX file as a table. Formulas are read as the values that were last computed.

A row's number is the sheet's own. Sheets are streamed: wrong dimensions are ignored, blank rows are passed over.
"""

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, Self

from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from openpyxl.utils.exceptions import InvalidFileException

from gridgov.adapters.table_files import MIB, Progress, refused
from gridgov.domain.errors import Invalid, Text
from gridgov.domain.mapping import Row, header_key
from gridgov.domain.mapping_cells import Cell, NoValue

ROWS_OF_A_SHEET = 1_048_576
HEADER_WITHIN = 100
ROW_TAG = re.compile(rb"<(?:\w+:)?row[ />]")
FORMULA_TAG = re.compile(rb"<(?:\w+:)?f[ />]")
NEVER_COMPUTED = NoValue(
    Text("the formula was never computed: open and save the file once", "公式没有计算结果:请打开并保存一次")
)
SHEET_ERRORS = {
    word: NoValue(Text(f"the cell holds the error {word}", f"单元格为错误值 {word}"))
    for word in ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")
}
# Whatever a crafted or torn workbook makes the reader raise; each ends as one sentence.
BROKEN = (
    *(InvalidFileException, zipfile.BadZipFile, zlib.error, EOFError, OSError, SyntaxError, NotImplementedError),
    *(ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError),
)


class XlsxTable:
    """An open XLSX file; a context manager. Header cells that are blank or repeat an earlier one are not read."""

    def __init__(self, path: Path) -> None:
        """Find the sheet and its header row. Raises Invalid when no sheet has one or the workbook is broken."""
        self.name = path.name
        self._done = 0
        self._open_files: list[Any] = []
        try:
            self._total, self._formulas = _survey(path)
            self._path = path
            self._values = self._open(path, data_only=True)
            sheet = self._find_sheet()
        except (Invalid, *BROKEN) as error:
            self.close()
            raise self._broken(error) from None
        if sheet is None:
            self.close()
            raise refused(self.name, "no row with headers was found", "没有找到表头行")
        self.name = f"{path.name} [{sheet}]"

    def __enter__(self) -> Self:
        """The table itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file."""
        for file in self._open_files:
            file.close()

    def progress(self) -> Progress:
        """Rows read so far, of the rows that the sheets claim (blank ones too)."""
        return Progress(self._done, self._total, "rows")

    def rows(self) -> Iterator[Row]:
        """The rows after the headers that are not blank, once. Raises Invalid where the file turns out broken."""
        for number, cells in self._rest:
            self._done = number
            if not _is_blank(cells):
                yield Row(number, {header: _cell(cells, place) for header, place in self._places.items()})

    def _open(self, path: Path, *, data_only: bool) -> Any:
        file = path.open("rb")
        self._open_files.append(file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return load_workbook(file, read_only=True, data_only=data_only)

    def _find_sheet(self) -> str | None:
        for sheet in sorted(self._values.worksheets, key=lambda sheet: bool(sheet.sheet_state != "visible")):
            rows = self._numbered(sheet.title)
            for _, cells in islice(rows, HEADER_WITHIN):
                if sum(1 for cell in cells if header_key(cell)) >= 2:
                    self.headers = tuple(header_key(cell) for cell in cells)
                    self._places = {header: self.headers.index(header) for header in self.headers if header}
                    self._rest = rows
                    return str(sheet.title)
        return None

    def _numbered(self, title: str) -> Iterator[tuple[int, tuple[Cell, ...]]]:
        values = self._streamed(self._values, title)
        if self._formulas:
            formulas = self._streamed(self._open(self._path, data_only=False), title)
            values = map(_with_formulas, values, formulas)
        return enumerate(values, start=1)

    def _streamed(self, book: Any, title: str) -> Iterator[tuple[Cell, ...]]:
        """The sheet's rows; the reader's warnings are about looks, and odd dates come as #VALUE!: said per row."""
        sheet = book[title]
        sheet.reset_dimensions()
        rows = islice(sheet.iter_rows(values_only=True), ROWS_OF_A_SHEET)
        return chain.from_iterable(iter(lambda: self._block(rows), []))

    def _block(self, rows: Iterable[tuple[Cell, ...]]) -> list[tuple[Cell, ...]]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return list(islice(rows, 256))
            except BROKEN as error:
                raise self._broken(error) from None

    def _broken(self, error: Exception) -> Invalid:
        if isinstance(error, Invalid):
            return error
        return refused(self.name, f"the workbook is broken ({type(error).__name__})", "工作簿已损坏")


def _survey(path: Path) -> tuple[int | None, bool]:
    """(rows that the sheets claim, None when they cannot be counted; whether any cell is a formula)."""
    rows, formulas = 0, False
    with zipfile.ZipFile(path) as parts:
        for part in parts.namelist():
            if part.startswith("xl/worksheets/") and part.endswith(".xml"):
                with parts.open(part) as sheet:
                    while block := sheet.read(MIB):
                        rows += len(ROW_TAG.findall(block))
                        formulas = formulas or FORMULA_TAG.search(block) is not None
    return rows or None, formulas


def _with_formulas(values: tuple[Cell, ...], formulas: tuple[Cell, ...]) -> tuple[Cell, ...]:
    return tuple(
        NEVER_COMPUTED if value is None and formula is not None else value
        for value, formula in zip(values, formulas, strict=True)
    )


def _is_blank(cells: tuple[Cell, ...]) -> bool:
    return cells.count(None) == len(cells) or not any(
        not isinstance(c, str) or c.strip() for c in cells if c is not None
    )


def _cell(cells: tuple[Cell, ...], place: int) -> Cell:
    cell = cells[place] if place < len(cells) else None
    if not isinstance(cell, str):
        return cell
    return SHEET_ERRORS.get(cell) or (unescape(cell) if "_x" in cell else cell)
