"""XLSX files as tables, with the traps that real ones hold: gridgov.adapters.xlsx_table."""

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from gridgov.adapters.tables import open_table
from gridgov.domain.errors import Invalid
from gridgov.domain.mapping import ImportedCase, Rejected, Row
from gridgov.domain.mapping_cells import Cell, NoValue
from gridgov.domain.mapping_file import find_mapping
from gridgov.domain.mapping_rows import read_cases

SHEET = "xl/worksheets/sheet1.xml"


def workbook(folder: Path, *rows: list[Cell]) -> Path:
    """A workbook with these rows on its first sheet."""
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    path = folder / "cases.xlsx"
    book.save(path)
    return path


def edited(path: Path, edit: Callable[[str], str], part: str = SHEET) -> Path:
    """The same workbook with the XML of one part changed, as a careless program would write it."""
    content = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, edit(text.decode()) if name == part else text)
    return path


def rows(path: Path) -> list[Row | Rejected]:
    """All rows of the workbook."""
    with open_table(path) as table:
        return list(table.rows())


def refusal(path: Path) -> str:
    """The sentence with which the workbook is refused, at the opening or while it is read."""
    with pytest.raises(Invalid) as refused:
        rows(path)
    return str(refused.value)


def test_cells_keep_their_types_and_rows_their_numbers(tmp_path: Path) -> None:
    noon = datetime(2019, 4, 8, 12)  # noqa: DTZ001
    path = workbook(tmp_path, [], ["No", "At"], [1, noon], [], ["2", 43524.5])
    assert rows(path) == [Row(3, {"no": 1, "at": noon}), Row(5, {"no": "2", "at": 43524.5})]


def test_a_formula_is_read_as_the_value_that_was_computed(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["no", "title"], [1, "=A2*2"], [2, "=A3*2"])
    edited(path, lambda xml: xml.replace("<f>A2*2</f><v />", "<f>A2*2</f><v>2</v>").replace("<v/>", "<v>2</v>", 1))
    computed, never = rows(path)
    assert computed == Row(2, {"no": 1, "title": 2})
    assert isinstance(never, Row)
    assert isinstance(never.cells["title"], NoValue)


def test_an_error_of_the_sheet_is_no_value(tmp_path: Path) -> None:
    (row,) = rows(workbook(tmp_path, ["no", "title"], [1, "#REF!"]))
    assert isinstance(row, Row)
    assert isinstance(row.cells["title"], NoValue)
    assert "#REF!" in row.cells["title"].reason


def test_wrong_dimensions_hide_no_row_and_no_column(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["no", "title"], [1, "a"], [2, "b"])
    edited(path, lambda xml: xml.replace('ref="A1:B3"', 'ref="A1"'))
    assert [row.cells["title"] for row in rows(path) if isinstance(row, Row)] == ["a", "b"]


def test_a_sheet_that_claims_65000_blank_rows_gives_the_rows_it_has(tmp_path: Path) -> None:
    blank = "".join(f'<row r="{number}"><c r="A{number}"/><c r="B{number}"/></row>' for number in range(3, 65_001))
    path = workbook(tmp_path, ["no", "title"], [1, "a"])
    edited(path, lambda xml: xml.replace("</sheetData>", f"{blank}</sheetData>").replace("A1:B2", "A1:B65000"))
    with open_table(path) as table:
        assert list(table.rows()) == [Row(2, {"no": 1, "title": "a"})]
        assert table.progress() == (65_000, 65_000, "rows")


def test_a_row_number_beyond_every_sheet_ends_the_reading(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["no", "title"], [1, "a"])
    far = '<row r="999999999999"><c r="A999999999999"><v>9</v></c></row></sheetData>'
    edited(path, lambda xml: xml.replace("</sheetData>", far))
    assert rows(path) == [Row(2, {"no": 1, "title": "a"})]


def test_the_first_visible_sheet_with_headers_is_read(tmp_path: Path) -> None:
    book = Workbook()
    book.worksheets[0].sheet_state = "hidden"
    book.worksheets[0].append(["no", "title"])
    book.create_sheet("empty")
    book.create_sheet("notes").append(["read me"])
    book.create_sheet("data").append(["no", "title"])
    book.worksheets[3].append([5, "x"])
    book.save(tmp_path / "cases.xlsx")
    with open_table(tmp_path / "cases.xlsx") as table:
        assert table.name == "cases.xlsx [data]"
        assert list(table.rows()) == [Row(2, {"no": 5, "title": "x"})]


def test_a_workbook_without_headers_is_one_sentence(tmp_path: Path) -> None:
    assert refusal(workbook(tmp_path)) == "cases.xlsx: no row with headers was found."


def test_escaped_carriage_returns_are_line_breaks(tmp_path: Path) -> None:
    (row,) = rows(workbook(tmp_path, ["no", "title"], [1, "a_x000D_\nb"]))
    assert isinstance(row, Row)
    assert row.cells["title"] == "a\r\nb"


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["no", "title"])
    edited(path, lambda xml: xml + " " * 20_000_000)
    assert "unpacks to far more than a table needs" in refusal(path)


def test_a_workbook_of_thousands_of_parts_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["no", "title"])
    with zipfile.ZipFile(path, "a") as parts:
        for number in range(1_001):
            parts.writestr(f"xl/media/{number}", b"")
    assert "unpacks to far more" in refusal(path)


def test_entities_in_a_workbook_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["no", "title"], [1, "a"])
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    edited(path, lambda xml: bomb + xml[xml.find("<worksheet") :])
    assert "the workbook is broken" in refusal(path)


def test_a_workbook_that_is_torn_in_the_middle_is_one_sentence(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["no", "title"], [1, "a"])
    edited(path, lambda xml: xml[: len(xml) // 2])
    assert "the workbook is broken" in refusal(path)


def test_a_workbook_cut_off_by_a_download_is_one_sentence(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["no", "title"], [1, "a"])
    path.write_bytes(path.read_bytes()[:-200])
    assert "but it is a ZIP archive" in refusal(path)


def test_a_workbook_named_csv_is_one_sentence(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["no", "title"]).rename(tmp_path / "cases.csv")
    assert "its name says text, but it is an Excel workbook (.xlsx)" in refusal(path)


def test_citizens_messages_are_read_with_every_shape_of_number_and_time(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        ["答复时间", "留言主题", "留言用户", "留言编号", "留言时间", "留言详情", "答复意见"],
        ["2017-06-08 17:31:20", '"路灯不亮"', "U1", 11, "2017/6/1 7:31:20", "\u3000\t小区路灯\n坏了\u3000", "“已修好”"],
        ["2018/4/24", "咨询", "U2", "12", datetime(2018, 4, 24, 8), "问题", "请见通知"],  # noqa: DTZ001
        ["2018/4/24", "噪音", "U3", "", "2018/4/23 08:00:00", "很吵", "好"],
    )
    with open_table(path) as table:
        first, second, third = read_cases(table, find_mapping("messages"))
    assert isinstance(first, ImportedCase)
    assert (first.external_number, first.title, first.category) == ("11", "路灯不亮", "0203")
    assert (first.description, first.reply) == ("小区路灯\n坏了", "已修好")
    assert first.reported_at.isoformat() == "2017-05-31T23:31:20+00:00"
    assert first.replied_at == first.closed_at
    assert isinstance(second, ImportedCase)
    assert (second.external_number, second.category, second.closed_at) == ("12", "1101", second.reported_at)
    assert third == Rejected(4, "the row has no number", "该行没有编号", "留言编号")
