"""Service requests of Boston's shape, read by the mapping that comes with gridgov. The rows are made up."""

from pathlib import Path

import pytest

from gridgov.adapters.tables import open_table
from gridgov.domain.mapping import ImportedCase, Rejected, on_time
from gridgov.domain.mapping_file import find_mapping
from gridgov.domain.mapping_rows import read_cases

ROW = {
    "CASE_ENQUIRY_ID": "901",
    "OPEN_DT": "2022-01-17 03:30:00",
    "TARGET_DT": "2022-01-18 03:30:00",
    "CLOSED_DT": "2022-01-18 03:30:00",
    "OnTime_Status": "ONTIME",
    "CLOSURE_REASON": '"Done\nby the crew"',
    "CASE_TITLE": "Lamp",
    "REASON": "Street Lights",
    "TYPE": "Street Light Outages",
    "Location": "1 Example St  Boston",
    "LATITUDE": "42.35",
    "LONGITUDE": "-71.05",
    "Source": "Citizens Connect App",
}
HEADERS = [*ROW, "resolution_hours", "resolution_hours"]


def read(folder: Path, headers: list[str], **cells: str) -> ImportedCase | Rejected:
    """What the one row becomes, with the headers in that order."""
    line = ",".join({**ROW, **cells}.get(header, "") for header in headers)
    (folder / "boston.csv").write_text(f"{','.join(headers)}\n{line}\n", encoding="utf-8-sig")
    with open_table(folder / "boston.csv") as table:
        return next(read_cases(table, find_mapping("boston311")))


def case(folder: Path, **cells: str) -> ImportedCase:
    """The case that the one row becomes."""
    read_case = read(folder, HEADERS, **cells)
    assert isinstance(read_case, ImportedCase), read_case
    return read_case


def test_a_request_is_read_whole(tmp_path: Path) -> None:
    request = case(tmp_path)
    assert (request.external_source, request.external_number, request.title) == ("boston311", "901", "Lamp")
    assert (request.reply, request.address) == ("Done\nby the crew", "1 Example St Boston")
    assert (request.category, request.channel, request.point) == ("0203", "app", (42.35, -71.05))
    assert (request.file_on_time, on_time(request), request.notes) == (True, True, ())


def test_any_order_of_headers_and_any_case_give_the_same_case(tmp_path: Path) -> None:
    assert read(tmp_path, HEADERS[::-1]) == case(tmp_path)


@pytest.mark.parametrize("target", ["2022-01-18 03:30:00", "2022-07-18 04:30:00"])
def test_a_target_is_half_past_eight_in_boston_in_winter_and_in_summer(tmp_path: Path, target: str) -> None:
    due_at = case(tmp_path, TARGET_DT=target).due_at
    zone = find_mapping("boston311").clocks["due_at"].zone
    assert due_at is not None
    assert f"{due_at.astimezone(zone):%H:%M}" == "08:30"


def test_a_stamp_with_its_own_offset_is_that_moment(tmp_path: Path) -> None:
    assert case(tmp_path, OPEN_DT="2022-01-17 03:30:00+00:00").reported_at.isoformat() == "2022-01-17T03:30:00+00:00"


def test_a_request_without_target_has_no_promise_but_keeps_the_citys_word(tmp_path: Path) -> None:
    request = case(tmp_path, TARGET_DT="")
    assert (request.due_at, on_time(request), request.file_on_time) == (None, None, True)


def test_a_late_request_is_late_by_both_words(tmp_path: Path) -> None:
    request = case(tmp_path, CLOSED_DT="2022-01-18 03:30:01", OnTime_Status="OVERDUE")
    assert (on_time(request), request.file_on_time) == (False, False)


def test_a_status_that_nobody_listed_is_no_word_at_all(tmp_path: Path) -> None:
    assert case(tmp_path, OnTime_Status="").file_on_time is None


def test_zero_coordinates_are_no_place(tmp_path: Path) -> None:
    assert case(tmp_path, LATITUDE="0.0", LONGITUDE="0.0").point is None


def test_an_unknown_type_is_read_by_its_reason_and_else_is_other(tmp_path: Path) -> None:
    assert case(tmp_path, TYPE="New thing").category == "0203"
    assert case(tmp_path, TYPE="New thing", REASON="New reason").category == "9999"


def test_a_row_that_cannot_be_read_names_its_column(tmp_path: Path) -> None:
    refused = read(tmp_path, HEADERS, OPEN_DT="last week")
    assert isinstance(refused, Rejected)
    assert (refused.row_number, refused.column) == (2, "open_dt")
    assert refused.reason_en == "'last week' is not a date and time"
