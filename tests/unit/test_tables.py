"""CSV files as tables, and files that are not what their names say: gridgov.adapters.tables and csv_table."""

import zipfile
from pathlib import Path

import pytest

from gridgov.adapters.csv_table import CsvTable
from gridgov.adapters.tables import open_table
from gridgov.domain.errors import Invalid
from gridgov.domain.mapping import Rejected, Row


def write(folder: Path, content: bytes | str, name: str = "cases.csv") -> Path:
    """The file with that content."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows(folder: Path, content: bytes | str, name: str = "cases.csv") -> list[Row | Rejected]:
    """All rows of a CSV file with that content."""
    with open_table(write(folder, content, name)) as table:
        return list(table.rows())


def refusal(path: Path) -> str:
    """The one sentence with which the file is refused."""
    with pytest.raises(Invalid) as refused:
        open_table(path)
    assert len(refused.value.fields) == 1
    assert refused.value.sentence.zh.startswith(path.name)
    return str(refused.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_text_is_read_in_each_usual_encoding(tmp_path: Path, encoding: str) -> None:
    content = "编号,主题\n1,路灯不亮了，請修\n".encode(encoding)
    assert rows(tmp_path, content) == [Row(2, {"编号": "1", "主题": "路灯不亮了，請修"})]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    content = f'id{delimiter}title\n1{delimiter}"a,b;c\td"\n'
    assert rows(tmp_path, content) == [Row(2, {"id": "1", "title": "a,b;c\td"})]


def test_a_cell_with_line_breaks_is_one_row_and_numbers_go_on(tmp_path: Path) -> None:
    assert rows(tmp_path, 'id,title\r\n1,"a\r\nb"\r\n\r\n2,c\r\n') == [
        Row(2, {"id": "1", "title": "a\r\nb"}),
        Row(4, {"id": "2", "title": "c"}),
    ]


def test_of_two_equal_headers_the_first_is_read(tmp_path: Path) -> None:
    assert rows(tmp_path, "id,Hours,title,hours\n1,5,x,6\n") == [Row(2, {"id": "1", "hours": "5", "title": "x"})]


def test_blank_lines_and_a_title_line_above_the_headers_are_passed_over(tmp_path: Path) -> None:
    assert rows(tmp_path, "\n,,\nReport of May,,\nid,title,\n1,x,\n") == [Row(5, {"id": "1", "title": "x"})]


@pytest.mark.parametrize(("line", "cells"), [("1", 1), ("1,x,y", 3)])
def test_a_ragged_row_is_refused_and_the_rest_is_read(tmp_path: Path, line: str, cells: int) -> None:
    ragged, good = rows(tmp_path, f"id,title\n{line}\n2,z\n")
    assert ragged == Rejected(
        2, f"the row has {cells} cells, the headers have 2", f"该行有 {cells} 个单元格，表头有 2 个"
    )
    assert good == Row(3, {"id": "2", "title": "z"})


def test_blank_cells_beyond_the_headers_do_no_harm(tmp_path: Path) -> None:
    assert rows(tmp_path, "id,title\n1,x,, \n") == [Row(2, {"id": "1", "title": "x"})]


def test_nul_bytes_are_dropped(tmp_path: Path) -> None:
    assert rows(tmp_path, b"id,ti\0tle\n1,a\0b\n") == [Row(2, {"id": "1", "title": "ab"})]


def test_a_quote_that_is_never_closed_does_not_swallow_the_rows_after_it(tmp_path: Path) -> None:
    read = rows(tmp_path, 'id,title\n1,"open\n2,b\n3,"c"\n4,d\n')
    assert [row.cells["id"] for row in read if isinstance(row, Row)] == ["1", "2", "3", "4"]
    assert [row.number for row in read if isinstance(row, Row)] == [2, 3, 4, 5]


def test_a_stray_quote_inside_a_cell_is_read_as_a_spreadsheet_does(tmp_path: Path) -> None:
    assert rows(tmp_path, 'id,title\n1,5" pipe\n2,"a"b\n') == [
        Row(2, {"id": "1", "title": '5" pipe'}),
        Row(3, {"id": "2", "title": "ab"}),
    ]


def test_a_cell_longer_than_the_library_allows_is_read(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, f"id,title\n1,{'x' * 200_000}\n")
    assert isinstance(row, Row)
    assert len(str(row.cells["title"])) == 200_000


def test_a_cell_without_end_is_refused_and_the_rest_is_read(tmp_path: Path) -> None:
    endless, good = rows(tmp_path, f"id,title\n1,{'x' * 1_100_000}\n2,b\n")
    assert isinstance(endless, Rejected)
    assert "not CSV" in endless.reason_en
    assert good == Row(3, {"id": "2", "title": "b"})


def test_broken_bytes_refuse_their_row_only(tmp_path: Path) -> None:
    text = "编号,主题\n1,路灯不亮电梯停运\n2,".encode() + b"\xff\xff" + "\n3,井盖缺失\n".encode()
    first, broken, last = rows(tmp_path, text)
    assert first == Row(2, {"编号": "1", "主题": "路灯不亮电梯停运"})
    assert isinstance(broken, Rejected)
    assert "not text" in broken.reason_en
    assert last == Row(4, {"编号": "3", "主题": "井盖缺失"})


def test_progress_counts_bytes_up_to_the_end(tmp_path: Path) -> None:
    path = write(tmp_path, "id,title\n" + "1,x\n" * 50_000)
    with open_table(path) as table:
        source = table.rows()
        next(source)
        assert 0 < table.progress().done < path.stat().st_size
        assert sum(1 for _ in source) == 49_999
        assert table.progress() == (path.stat().st_size, path.stat().st_size, "bytes")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"%PDF-1.7 ...", "its name says text, but it is a PDF"),
        ("a.xlsx", b"%PDF-1.7 ...", "its name says an Excel workbook (.xlsx), but it is a PDF"),
        ("a.xlsx", b"id,title\n1,x\n", "its name says an Excel workbook (.xlsx), but it is text"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "but it is an old or encrypted Office file (.xls)"),
        ("a.csv", b"\n<!DOCTYPE html><html>", "its name says text, but it is a web page"),
        ("a.csv", b"\x89PNG\r\n\x1a\n", "its name says text, but it is a picture"),
        ("a.csv", b"PK\x03\x04garbage", "its name says text, but it is a ZIP archive"),
        ("a.csv", bytes(range(256)) * 4, "its name says text, but it is not text"),
        ("a.xls", b"id,title\n", "only .csv, .tsv, .txt and .xlsx files can be imported"),
        ("a.csv", b"", "the file is empty"),
        ("a.csv", b"\xef\xbb\xbf \r\n", "the file is empty"),
        ("a.csv", b"just\nsome\nlines\n", "no row with headers was found"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_one_sentence(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    sentence = refusal(write(tmp_path, content, name))
    assert said in sentence
    assert sentence.startswith(f"{name}: ")


def test_a_zip_of_other_things_is_no_workbook(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as parts:
        parts.writestr("readme.txt", "hello")
    assert "but it is a ZIP archive" in refusal(tmp_path / "a.xlsx")


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    assert "cannot be read (No such file or directory)" in refusal(tmp_path / "gone.csv")


def test_a_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    assert "cannot be read" in refusal(tmp_path / "folder.csv")


def test_a_name_in_capitals_is_a_name(tmp_path: Path) -> None:
    with open_table(write(tmp_path, "id,title\n1,x\n", "CASES.CSV")) as table:
        assert isinstance(table, CsvTable)
        assert table.headers == ("id", "title")
