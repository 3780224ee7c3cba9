"""One row of our own sheets: columns by any of their headers, cells as text, flags, days and lists."""

from datetime import date, datetime

import pytest

from gridgov.domain.errors import Invalid
from gridgov.domain.mapping import Row
from gridgov.domain.mapping_cells import Cell, Unreadable
from gridgov.domain.sheet import Cells, Column, find_columns

COLUMNS = (Column("code", ("代码",), needed=True), Column("name", ("名称", "title"), needed=True), Column("more"))


def cells(**values: Cell) -> Cells:
    return Cells(Row(2, values), {name: name for name in values})


def test_a_column_is_found_by_any_of_its_headers_its_own_name_first() -> None:
    assert find_columns(["代码", "title", ""], COLUMNS) == {"code": "代码", "name": "title"}
    assert find_columns(["名称", "name", "code"], COLUMNS)["name"] == "name"


def test_a_sheet_that_lacks_columns_names_them_and_what_it_has() -> None:
    with pytest.raises(Invalid) as caught:
        find_columns(["x", "代码"], COLUMNS)
    assert str(caught.value) == "The sheet lacks these columns: name / 名称 / title. It has: x, 代码."


def test_text_is_one_line_and_a_number_is_its_digits() -> None:
    assert cells(a="  one\n two ").text("a") == "one two"
    assert cells(a=530381.0).text("a") == "530381"
    assert (cells(a="-").text("a"), cells().text("a")) == ("", "")


@pytest.mark.parametrize("bad", ["x" * 201, "half \ud800", ""])
def test_what_cannot_be_kept_is_unreadable(bad: str) -> None:
    with pytest.raises(Unreadable):
        cells(a=bad).text("a", needed=True)


def test_flags_days_and_lists() -> None:
    assert all(cells(a=word).flag("a") for word in ("是", "Yes", True))
    assert not any(cells(a=word).flag("a") for word in ("否", "", None))
    with pytest.raises(Unreadable):
        cells(a="perhaps").flag("a")
    assert cells(a="2026年3月1日").day("a") == cells(a=datetime(2026, 3, 1)).day("a") == date(2026, 3, 1)  # noqa: DTZ001
    assert cells(a="").day("a") is None
    assert cells(a="m.a；m.b, m.a m.c").several("a") == ("m.a", "m.b", "m.c")
