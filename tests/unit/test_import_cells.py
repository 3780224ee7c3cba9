"""One cell becomes a moment, a number or a text: gridgov.domain.mapping_cells."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from gridgov.domain.mapping_cells import Cell, Clock, Unreadable, moment_of, number_of_case, text_of

SHANGHAI = Clock(ZoneInfo("Asia/Shanghai"))
BOSTON = Clock(ZoneInfo("America/New_York"))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    "cell",
    [
        "2019/2/28 11:25:05",
        "2019-02-28 11:25:05",
        "2019-02-28T11:25:05",
        "2019-02-28T03:25:05+00:00",
        "2019-02-28T03:25:05Z",
        "2019/2/28 3:25:05 +00:00",
        "2019年2月28日 11时25分5秒",
        "\u3000“2019/2/28\t11:25:05”\n",
        datetime(2019, 2, 28, 11, 25, 5),  # noqa: DTZ001
        43524.47575231481,
        "43524.47575231481",
    ],
)
def test_every_shape_of_a_time_is_the_same_moment(cell: Cell) -> None:
    assert moment_of(cell, SHANGHAI) == utc(2019, 2, 28, 3, 25, 5)


@pytest.mark.parametrize("cell", ["2019-02-28", "2019/2/28", date(2019, 2, 28), "20190228", 43524])
def test_a_date_alone_is_its_midnight_in_the_stated_zone(cell: Cell) -> None:
    assert moment_of(cell, SHANGHAI) == utc(2019, 2, 27, 16)


@pytest.mark.parametrize("cell", [None, "", " \u3000", "NULL", "NaT", "-"])
def test_a_blank_time_is_none(cell: Cell) -> None:
    assert moment_of(cell, SHANGHAI) is None


@pytest.mark.parametrize(
    "cell",
    [
        "yesterday",
        "2019/2/30 10:00",
        "2019-02-28 25:00:00",
        "0001-01-01",
        "9999-12-31",
        5,
        1e300,
        True,
        time(3),
        "13/02/2019",
    ],
)
def test_what_is_not_a_time_is_refused_with_its_text(cell: Cell) -> None:
    with pytest.raises(Unreadable) as refused:
        moment_of(cell, SHANGHAI)
    assert "is not a date and time" in refused.value.sentence
    assert "不是日期时间" in refused.value.sentence.zh


def test_a_day_first_form_is_read_only_when_the_mapping_states_it() -> None:
    stated = replace(SHANGHAI, formats=("%d/%m/%Y %H:%M",))
    assert moment_of("03/02/2019 08:00", stated) == utc(2019, 2, 3, 0)
    with pytest.raises(Unreadable):
        moment_of("03/02/2019 08:00", SHANGHAI)


def test_the_hour_that_winter_repeats_is_read_as_the_first_of_the_two() -> None:
    assert moment_of("2022-11-06 01:30:00", BOSTON) == utc(2022, 11, 6, 5, 30)


def test_the_hour_that_summer_skips_is_read_as_one_later() -> None:
    assert moment_of("2022-03-13 02:30:00", BOSTON) == utc(2022, 3, 13, 7, 30)
    assert moment_of("2022-03-13 03:30:00", BOSTON) == utc(2022, 3, 13, 7, 30)


@pytest.mark.parametrize("stamp", ["2022-01-18 03:30:00", "2022-07-18 04:30:00"])
def test_a_clock_that_was_misread_as_utc_is_moved_back(stamp: str) -> None:
    moment = moment_of(stamp, replace(BOSTON, misread_as=ZoneInfo("UTC")))
    assert moment is not None
    assert f"{moment.astimezone(BOSTON.zone):%H:%M}" == "08:30"


def test_a_stamp_with_an_offset_is_never_moved() -> None:
    assert moment_of("2022-01-18T03:30:00+00:00", replace(BOSTON, misread_as=ZoneInfo("UTC"))) == utc(
        2022, 1, 18, 3, 30
    )


@pytest.mark.parametrize("cell", [123, 123.0, "123", "123.0", " “123” ", "'123", "\u3000123\0"])
def test_every_shape_of_a_number_is_the_same_case(cell: Cell) -> None:
    assert number_of_case(cell) == "123"


def test_a_long_number_in_a_float_cell_keeps_its_digits() -> None:
    assert number_of_case(101004128563.0) == "101004128563"


def test_text_loses_its_ends_and_enclosing_quotes_and_keeps_its_lines() -> None:
    assert text_of("\u3000\t“一\r\n\u3000二”\n") == "一\n\u3000二"
    assert text_of("‘一’") == "一"
    assert text_of("a\0b\x07") == "ab"


@pytest.mark.parametrize("text", ["“甲”和“乙”", '"a" and "b"', "“网友”:您好", '"', "it's"])
def test_quotes_that_enclose_only_a_part_stay(text: str) -> None:
    assert text_of(text) == text
