"""A CSV file as a table: encoding, delimiter and header row found, rows given out. Meaning is the mapping's.

A row's number is its record as a spreadsheet shows it: a quoted cell with line breaks is one row, a blank line counts.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from gridgov.adapters.table_files import HEAD, UTF16_MARKS, Progress, refused
from gridgov.domain.mapping import Rejected, Row, header_key

DELIMITERS = ",;\t"
CELL_LIMIT = 1024 * 1024
HEADER_WITHIN = 100
# Read as UTF-8, at least two thirds of GB18030's Chinese are broken bytes; a torn UTF-8 file has a few.
STILL_UTF8 = 0.3
UNDECODED = re.compile("[\udc80-\udcff]")
NOT_ASCII = re.compile("[^\x00-\x7f]")

csv.field_size_limit(CELL_LIMIT)


class _Lines:
    """The physical lines of a file; those of the record in work can be given back."""

    def __init__(self, file: io.TextIOBase) -> None:
        self.file = file
        self.waiting: list[str] = []
        self.record: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.waiting.pop() if self.waiting else self.file.readline()
        if not line:
            raise StopIteration
        self.record.append(line)
        return line.replace("\0", "") if "\0" in line else line

    def give_back_all_but_first(self) -> None:
        self.waiting.extend(reversed(self.record[1:]))


class CsvTable:
    """An open CSV file; a context manager. Header cells that are blank or repeat an earlier one are not read."""

    def __init__(self, path: Path) -> None:
        """Find encoding, delimiter and header row. Raises Invalid when there is no header row."""
        self.name = path.name
        self._total = path.stat().st_size
        encoding, errors = find_encoding(path)
        self._whole = errors == "strict"
        with path.open(encoding=encoding, errors=errors, newline="") as sample:
            self._delimiter = find_delimiter(sample.read(HEAD))
        self._raw = path.open("rb")
        self._text = io.TextIOWrapper(self._raw, encoding=encoding, errors=errors, newline="")
        self._lines = _Lines(self._text)
        self._records = self._numbered_records()
        headers = next((cells for _, cells in self._head() if _is_header(cells)), None)
        if headers is None:
            self.close()
            raise refused(self.name, "no row with headers was found", "没有找到表头行")
        self.headers = tuple(header_key(cell) for cell in headers)
        self._places = {header: self.headers.index(header) for header in self.headers if header}
        self._width = max(self._places.values()) + 1

    def __enter__(self) -> Self:
        """The table itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._text.close()

    def progress(self) -> Progress:
        """Bytes read so far, of the bytes of the file."""
        return Progress(self._raw.tell(), self._total, "bytes")

    def rows(self) -> Iterator[Row | Rejected]:
        """The rows after the headers that are not blank, once."""
        for number, cells in self._records:
            if isinstance(cells, Rejected):
                yield cells
            elif any(cells) and "".join(cells).strip():
                yield self._row(number, cells)

    def _row(self, number: int, cells: list[str]) -> Row | Rejected:
        if not self._whole and UNDECODED.search("".join(cells)):
            return Rejected(number, "the row holds bytes that are not text", "该行含有无法解码的字节")
        if len(cells) < self._width or any(map(str.strip, cells[len(self.headers) :])):
            en = f"the row has {len(cells)} cells, the headers have {self._width}"
            return Rejected(number, en, f"该行有 {len(cells)} 个单元格，表头有 {self._width} 个")
        return Row(number, {header: cells[place] for header, place in self._places.items()})

    def _head(self) -> Iterator[tuple[int, list[str]]]:
        for number, cells in self._records:
            if number > HEADER_WITHIN:
                return
            yield number, cells if isinstance(cells, list) else []

    def _numbered_records(self) -> Iterator[tuple[int, list[str] | Rejected]]:
        strict = csv.reader(self._lines, delimiter=self._delimiter, strict=True)
        number = 0
        while True:
            number += 1
            self._lines.record.clear()
            try:
                cells: list[str] | Rejected = next(strict)
            except StopIteration:
                return
            except csv.Error:
                cells = self._loosely(number)
            yield number, cells

    def _loosely(self, number: int) -> list[str] | Rejected:
        """The first line of a record with a stray quote, read alone; the lines that the quote swallowed come again."""
        self._lines.give_back_all_but_first()
        line = self._lines.record[0].replace("\0", "")
        try:
            return next(csv.reader([line], delimiter=self._delimiter))
        except csv.Error as error:
            return Rejected(number, f"the row is not CSV ({error})", f"该行不是有效的 CSV({error})")


def _is_header(cells: list[str]) -> bool:
    return sum(1 for cell in cells if header_key(cell)) >= 2


def find_encoding(path: Path) -> tuple[str, str]:
    """(codec, error handler): UTF-8 with or without BOM, UTF-16 by its BOM, else GB18030, the Chinese standard.

    A file of one of them with a few broken bytes is read all the same; its rows that hold such bytes are refused.
    """
    with path.open("rb") as file:
        if file.read(2) in UTF16_MARKS:
            return "utf-16", "surrogateescape"
    if _is_whole_utf8(path):
        return "utf-8-sig", "strict"
    return "utf-8-sig" if _broken_share(path) < STILL_UTF8 else "gb18030", "surrogateescape"


def _is_whole_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while block := file.read(1024 * 1024):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _broken_share(path: Path) -> float:
    """The part of the characters beyond ASCII, at the head of the file, that are no UTF-8."""
    with path.open("rb") as file:
        text = file.read(4 * HEAD).decode("utf-8", "surrogateescape")
    return len(UNDECODED.findall(text)) / max(len(NOT_ASCII.findall(text)), 1)


def find_delimiter(sample: str) -> str:
    """The one of , ; and tab that splits most of the sample into rows as wide as its header row."""
    return max(DELIMITERS, key=lambda delimiter: _cells_in_step(sample, delimiter))


def _cells_in_step(sample: str, delimiter: str) -> int:
    try:
        rows = list(csv.reader(io.StringIO(sample.replace("\0", ""), newline=""), delimiter=delimiter))
    except csv.Error:
        return 0
    width = next((len(row) for row in rows if _is_header(row)), 0)
    return width * sum(1 for row in rows if len(row) == width)
