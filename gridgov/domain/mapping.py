"""The values of an import: a mapping, a table's row, the case or the refusal it becomes. Reading: mapping_rows."""

from collections import abc
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from gridgov.domain.errors import Invalid, Text
from gridgov.domain.mapping_cells import Cell, Clock


class Point(NamedTuple):
    """Degrees of latitude and longitude as the source gives them."""

    lat: float
    lon: float


class Row(NamedTuple):
    """A row of a table: its number as a spreadsheet shows it (the first line is 1) and its cells by header."""

    number: int
    cells: abc.Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is not imported, and why; `column` is the header as `header_key` writes it, None for the whole row."""

    row_number: int
    reason_en: str
    reason_zh: str
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A column whose words are translated by a list; a word not in the list becomes `default`."""

    headers: tuple[str, ...]
    values: abc.Mapping[str, str]
    default: str


@dataclass(frozen=True, slots=True)
class Mapping:
    """How the tables of one source are read: headers by field, clocks by time field, words by meaning."""

    source: str
    columns: abc.Mapping[str, tuple[str, ...]]
    clocks: abc.Mapping[str, Clock]
    on_time_words: abc.Mapping[str, bool]
    category: Choice
    category_words: tuple[tuple[str, tuple[str, ...]], ...]
    channel: Choice


@dataclass(frozen=True, slots=True)
class ImportedCase:
    """A case of another system. Times are aware UTC; the texts are raw: masking comes after.

    `file_on_time` is the source's own word; ours is `on_time(case)`. `notes` say what was left out or cut.
    """

    external_source: str
    external_number: str
    row_number: int
    title: str
    description: str
    category: str
    reported_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    point: Point | None
    address: str
    reply: str
    replied_at: datetime | None
    file_on_time: bool | None
    channel: str
    notes: tuple[Text, ...] = ()


class Table(Protocol):
    """What a mapping needs of an open table."""

    @property
    def headers(self) -> abc.Sequence[str]:
        """The headers, as `header_key` writes them, in the order of the file."""

    def rows(self) -> abc.Iterator[Row | Rejected]:
        """The rows below the headers that are not blank."""


def header_key(header: object) -> str:
    """The form in which headers are compared: no BOM, no white space at the ends or twice within, no case."""
    return " ".join(str(header if header is not None else "").replace("\ufeff", "").casefold().split())


def on_time(case: ImportedCase) -> bool | None:
    """True when the case was closed no later than the time its source promised; None without either time."""
    if case.due_at is None or case.closed_at is None:
        return None
    return case.closed_at <= case.due_at


def locate_columns(headers: abc.Iterable[str], mapping: Mapping) -> dict[str, str]:
    """The header that serves each field, for the fields that the table has; the first alias that is there wins."""
    there = set(headers)
    found = {field: next((name for name in names if name in there), "") for field, names in mapping.columns.items()}
    return {field: header for field, header in found.items() if header}


def absent_columns(headers: abc.Iterable[str], mapping: Mapping) -> tuple[str, ...]:
    """The mapping's fields that this table does not have: what to say before an import that will lack them."""
    found = locate_columns(headers, mapping)
    return tuple(field for field in mapping.columns if field not in found)


def require_columns(headers: abc.Sequence[str], mapping: Mapping) -> dict[str, str]:
    """The header of each field; Invalid, in one sentence, without number, report time, and title or description."""
    found = locate_columns(headers, mapping)
    needed = [field for field in ("number", "reported_at") if field not in found]
    if "title" not in found and "description" not in found:
        needed.append("title" if "title" in mapping.columns else "description")
    if not needed:
        return found
    missing = "; ".join(f"{field} ({' / '.join(mapping.columns[field])})" for field in needed)
    there = ", ".join(header for header in headers if header)
    en = f"The mapping '{mapping.source}' needs headers that are not there: {missing}. The file has: {there}."
    zh = f"映射“{mapping.source}”所需的表头缺失:{missing}。文件中的表头:{there}。"
    raise Invalid({"file": [Text(en, zh)]})
