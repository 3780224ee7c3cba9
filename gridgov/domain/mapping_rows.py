"""A row of somebody else's table → a case to import, by a mapping. Files, databases and masking are not here."""

from collections import abc
from datetime import datetime, time

from gridgov.domain.errors import Text
from gridgov.domain.mapping import (
    Choice,
    ImportedCase,
    Mapping,
    Point,
    Rejected,
    Row,
    Table,
    header_key,
    require_columns,
)
from gridgov.domain.mapping_cells import Cell, Unreadable, moment_of, number_of, number_of_case, text_of

TITLE_LIMIT = 200
TEXT_LIMIT = 20_000
NUMBER_LIMIT = 100


def read_cases(table: Table, mapping: Mapping) -> abc.Iterator[ImportedCase | Rejected]:
    """The rows of `table` as cases, each bad one as its reason: a bad row never stops the rest.

    Raises Invalid at once, with one sentence, when the table lacks a header that the mapping cannot do without.
    """
    found = require_columns(table.headers, mapping)
    return (row if isinstance(row, Rejected) else read_row(row, found, mapping) for row in table.rows())


def read_row(row: Row, found: abc.Mapping[str, str], mapping: Mapping) -> ImportedCase | Rejected:
    """The row as a case, or the reason why not; `found` is what `locate_columns` gave for its table."""
    reader = _RowReader(row, found, mapping)
    try:
        return reader.case()
    except Unreadable as refusal:
        return Rejected(row.number, str(refusal.sentence), refusal.sentence.zh, reader.column)


class _RowReader:
    """Reads one row; remembers the column it is at, for the reason of a refusal, and collects notes."""

    def __init__(self, row: Row, found: abc.Mapping[str, str], mapping: Mapping) -> None:
        self.row = row
        self.found = found
        self.mapping = mapping
        self.column: str | None = None
        self.notes: list[Text] = []

    def case(self) -> ImportedCase:
        number = self.number()
        reported_at, due_at, closed_at = self.times()
        title, description = self.texts()
        return ImportedCase(
            external_source=self.mapping.source,
            external_number=number,
            row_number=self.row.number,
            title=title,
            description=description,
            category=self.category(title, description),
            reported_at=reported_at,
            due_at=due_at,
            closed_at=closed_at,
            point=self.point(),
            address=" ".join(self.text("address").split()),
            reply=self.text("reply"),
            replied_at=self.moment("replied_at"),
            file_on_time=self.mapping.on_time_words.get(self.text("on_time").casefold()),
            channel=self.chosen(self.mapping.channel) or self.mapping.channel.default,
            notes=tuple(self.notes),
        )

    def cell(self, field: str) -> Cell:
        self.column = self.found.get(field)
        return None if self.column is None else self.row.cells.get(self.column)

    def number(self) -> str:
        number = number_of_case(self.cell("number"))
        if not number:
            raise Unreadable("the row has no number", "该行没有编号")
        if len(number) > NUMBER_LIMIT:
            raise Unreadable(f"the number is longer than {NUMBER_LIMIT} characters", f"编号超过 {NUMBER_LIMIT} 个字符")
        return number

    def moment(self, field: str) -> datetime | None:
        cell = self.cell(field)
        return None if cell is None or cell == "" else moment_of(cell, self.mapping.clocks[field])

    def times(self) -> tuple[datetime, datetime | None, datetime | None]:
        due_at, closed_at = self.moment("due_at"), self.moment("closed_at")
        closed_column = self.column
        reported_at = self.moment("reported_at")
        if reported_at is None:
            raise Unreadable("the row does not say when it was reported", "该行没有上报时间")
        if closed_at is not None and closed_at < reported_at:
            self.column = closed_column
            closed_at = self.closed_on_the_day(reported_at, closed_at)
        if due_at is not None and due_at < reported_at:
            self.notes.append(Text("promised for a time before the report", "承诺时间早于上报时间"))
        return reported_at, due_at, closed_at

    def closed_on_the_day(self, reported_at: datetime, closed_at: datetime) -> datetime:
        """A closing that is a date alone, the day of the report, was not before it; any other one is refused."""
        zone = self.mapping.clocks["closed_at"].zone
        day = closed_at.astimezone(zone)
        if day.time() != time() or day.date() != reported_at.astimezone(zone).date():
            raise Unreadable("the case was closed before it was reported", "办结时间早于上报时间")
        self.notes.append(Text("closed on the day of the report, at no stated hour", "上报当日办结，未注明时刻"))
        return reported_at

    def text(self, field: str) -> str:
        text = text_of(self.cell(field))
        if len(text) <= TEXT_LIMIT:
            return text
        en = f"column '{self.column}' is cut: the first {TEXT_LIMIT} of {len(text)} characters are kept"
        self.notes.append(Text(en, f"列“{self.column}”过长:保留 {len(text)} 个字符中的前 {TEXT_LIMIT} 个"))
        return text[:TEXT_LIMIT]

    def texts(self) -> tuple[str, str]:
        """Title and description; a title that is missing is the category's word or the description's beginning."""
        title, description = " ".join(self.text("title").split()), self.text("description")
        if len(title) > TITLE_LIMIT:
            description = f"{title}\n{description}".strip()[:TEXT_LIMIT]
        if not title:
            title = " ".join((self.category_text() or description).split())
        if not title:
            raise Unreadable("the row says nothing of what happened", "该行没有说明发生了什么")
        return title[:TITLE_LIMIT], description

    def category_text(self) -> str:
        texts = (text_of(self.row.cells.get(header)) for header in self.mapping.category.headers)
        return next((text for text in texts if text), "")

    def category(self, title: str, description: str) -> str:
        """By the listed words of the category columns, else by words in the title, else in the description."""
        listed = self.chosen(self.mapping.category)
        if listed:
            return listed
        for text in (title.casefold(), description.casefold()):
            for code, words in self.mapping.category_words:
                if any(map(text.__contains__, words)):
                    return code
        return self.mapping.category.default

    def chosen(self, choice: Choice) -> str | None:
        for self.column in choice.headers:
            code = choice.values.get(header_key(text_of(self.row.cells.get(self.column))))
            if code:
                return code
        return None

    def point(self) -> Point | None:
        """The place, None for blanks and for 0.0 (what a source writes when it knows none)."""
        try:
            lat, lon = number_of(self.cell("lat")), number_of(self.cell("lon"))
        except Unreadable as refusal:
            self.leave_out_point(refusal.sentence)
            return None
        if not lat and not lon:
            return None
        if not lat or not lon or abs(lat) > 90 or abs(lon) > 180:
            self.leave_out_point(Text(f"{lat}, {lon} is no place on earth", f"{lat}, {lon} 不是有效坐标"))
            return None
        return Point(lat, lon)

    def leave_out_point(self, reason: Text) -> None:
        self.notes.append(Text(f"imported without a point: {reason}", f"未导入坐标:{reason.zh}"))
