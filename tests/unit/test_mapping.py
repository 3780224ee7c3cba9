"""A row becomes a case, or one reason: gridgov.domain.mapping and mapping_rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from gridgov.domain.errors import Invalid, Text
from gridgov.domain.mapping import ImportedCase, Point, Rejected, Row, absent_columns, header_key, on_time
from gridgov.domain.mapping_cells import Cell, NoValue
from gridgov.domain.mapping_file import find_mapping, parse_mapping
from gridgov.domain.mapping_rows import TEXT_LIMIT, TITLE_LIMIT, read_cases

MAPPING = parse_mapping(
    """
    source = "town"
    times.zone = "UTC"
    [columns]
    number = "no"
    title = "title"
    description = "text"
    reported_at = "reported"
    due_at = "due"
    closed_at = "closed"
    lat = "lat"
    lon = "lon"
    [category]
    headers = ["kind"]
    default = "9999"
    values = { Lamps = "0203" }
    words = { 0202 = ["电梯"], 0902 = ["物业"] }
    [channel]
    default = "web"
    """,
    "town",
)


@dataclass
class Sheet:
    """A table in memory."""

    cells: dict[str, Cell]

    @property
    def headers(self) -> list[str]:
        return list(self.cells)

    def rows(self) -> Iterator[Row]:
        yield Row(2, self.cells)


def read(**cells: Cell) -> ImportedCase | Rejected:
    """What one row becomes; a good number, title and time unless said otherwise."""
    row: dict[str, Cell] = {"no": "7", "title": "Lamp out", "reported": "2024-01-02 03:04:05"}
    return next(read_cases(Sheet({**row, **cells}), MAPPING))


def case(**cells: Cell) -> ImportedCase:
    """The case that one row becomes."""
    read_case = read(**cells)
    assert isinstance(read_case, ImportedCase), read_case
    return read_case


def refusal(**cells: Cell) -> Rejected:
    """The refusal that one row becomes."""
    refused = read(**cells)
    assert isinstance(refused, Rejected), refused
    return refused


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def test_a_number_that_a_spreadsheet_cut_is_refused() -> None:
    refused = refusal(no="1.01004E+11")
    assert (refused.column, refused.row_number) == ("no", 2)
    assert "cut this number" in refused.reason_en


def test_a_row_becomes_a_case_with_utc_times() -> None:
    assert case(
        due="2024-01-03 00:00:00", closed="2024-01-02 10:00:00", lat="42.3", lon="-71,0", text="dark"
    ) == ImportedCase(
        external_source="town",
        external_number="7",
        row_number=2,
        title="Lamp out",
        description="dark",
        category="9999",
        reported_at=utc(2024, 1, 2, 3, 4, 5),
        due_at=utc(2024, 1, 3),
        closed_at=utc(2024, 1, 2, 10),
        point=Point(42.3, -71.0),
        address="",
        reply="",
        replied_at=None,
        file_on_time=None,
        channel="web",
    )


@pytest.mark.parametrize("number", [None, "", "NULL", "n/a", "“”"])
def test_a_row_without_a_number_is_refused(number: Cell) -> None:
    assert refusal(no=number) == Rejected(2, "the row has no number", "该行没有编号", "no")


def test_an_endless_number_is_refused() -> None:
    assert "longer than 100" in refusal(no="9" * 101).reason_en


def test_a_row_without_a_report_time_is_refused() -> None:
    assert refusal(reported="").column == "reported"


@pytest.mark.parametrize("column", ["reported", "due", "closed"])
def test_a_time_that_cannot_be_read_is_refused_with_column_and_text(column: str) -> None:
    cells: dict[str, Cell] = {column: "soon"}
    refused = refusal(**cells)
    assert (refused.column, "'soon'" in refused.reason_en, "soon" in refused.reason_zh) == (column, True, True)


def test_a_case_closed_before_its_report_is_refused() -> None:
    assert refusal(closed="2024-01-01 00:00:01") == Rejected(
        2, "the case was closed before it was reported", "办结时间早于上报时间", "closed"
    )


def test_a_closing_date_without_hour_on_the_day_of_the_report_is_no_contradiction() -> None:
    same_day = case(closed="2024-01-02")
    assert same_day.closed_at == same_day.reported_at
    assert "at no stated hour" in same_day.notes[0]


def test_a_promise_before_the_report_is_imported_with_a_note() -> None:
    assert "before the report" in case(due="2023-01-01").notes[0]


@pytest.mark.parametrize(("lat", "lon"), [("0.0", "0.0"), ("", ""), (None, None), (0, 0), ("NaN", "nan")])
def test_no_place_is_no_point_and_no_note(lat: Cell, lon: Cell) -> None:
    assert (case(lat=lat, lon=lon).point, case(lat=lat, lon=lon).notes) == (None, ())


@pytest.mark.parametrize(("lat", "lon"), [("north", "1"), ("91", "1"), ("1", "181"), ("42.3", ""), (float("inf"), 1)])
def test_a_bad_place_is_left_out_with_a_note(lat: Cell, lon: Cell) -> None:
    assert case(lat=lat, lon=lon).point is None
    assert "without a point" in case(lat=lat, lon=lon).notes[0]


def test_a_missing_title_is_the_category_or_the_beginning_of_the_text() -> None:
    assert case(title="", kind="Lamps", text="dark").title == "Lamps"
    assert case(title="", text="It is dark\nhere").title == "It is dark here"
    assert "says nothing" in refusal(title=" ", text=None).reason_en


def test_a_long_title_is_kept_whole_in_the_description() -> None:
    long = case(title="灯" * 201, text="暗")
    assert (len(long.title), long.description) == (TITLE_LIMIT, "灯" * 201 + "\n暗")


def test_a_text_beyond_the_limit_is_cut_and_says_so() -> None:
    cut = case(text="字" * (TEXT_LIMIT + 1))
    assert (len(cut.description), len(cut.notes)) == (TEXT_LIMIT, 1)
    assert "20001" in cut.notes[0].zh
    assert case(text="字" * TEXT_LIMIT).notes == ()


def test_a_formula_without_a_value_refuses_the_row_with_its_reason() -> None:
    refused = refusal(title=NoValue(Text("never computed", "没有结果")))
    assert refused == Rejected(2, "never computed", "没有结果", "title")


def test_the_category_is_the_listed_word_then_the_title_then_the_text() -> None:
    assert case(kind=" LAMPS ", title="电梯").category == "0203"
    assert case(kind="?", title="物业不管", text="电梯坏了").category == "0902"
    assert case(title="请看", text="电梯坏了").category == "0202"


def test_on_time_is_closed_no_later_than_promised() -> None:
    due = "2024-01-03 00:00:00"
    assert on_time(case(due=due, closed=due)) is True
    assert on_time(case(due=due, closed="2024-01-03 00:00:01")) is False
    assert on_time(case(due=due)) is None
    assert on_time(case(closed=due)) is None


def test_headers_are_compared_without_bom_case_and_white_space() -> None:
    assert header_key("\ufeff Open \u3000 DT\n") == "open dt"
    assert header_key(None) == ""


def test_missing_headers_are_one_sentence_with_what_the_file_has() -> None:
    with pytest.raises(Invalid) as refused:
        read_cases(Sheet({"编号": "1", "留言主题": "x"}), find_mapping("boston311"))
    assert str(refused.value) == (
        "The mapping 'boston311' needs headers that are not there: number (case_enquiry_id); "
        "reported_at (open_dt); title (case_title). The file has: 编号, 留言主题."
    )
    assert "表头缺失" in refused.value.sentence.zh


def test_fields_that_a_file_does_not_have_can_be_named() -> None:
    assert absent_columns(["no", "reported", "title", "due", "closed"], MAPPING) == ("description", "lat", "lon")
