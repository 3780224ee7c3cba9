"""What of a file goes in: nothing twice, a bad row alone stays out, a batch is whole, and a summary says which."""

import csv
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridgov.adapters.refused_rows import RefusedRows
from gridgov.adapters.tables import open_table
from gridgov.db.models import Case, CaseEvent
from gridgov.domain.errors import Invalid, NotFound
from gridgov.domain.mapping import ImportedCase, Rejected, locate_columns
from gridgov.domain.mapping_file import find_mapping, parse_mapping
from gridgov.services.import_screen import Screen, require_known_words
from gridgov.services.import_summary import Disagreement, Summary, Verdict
from gridgov.services.importing import ground_of, import_batch, look_through, require_city
from tests.factories import MONDAY_NINE, ZONE, City, make_city
from tests.integration.boston_rows import (
    CLOSED,
    HEADERS,
    INTO,
    LATE,
    OPEN,
    Import,
    events_of,
    importer,
    only_case,
    rows_of,
)


@pytest.fixture
def city(session: Session) -> City:
    """The model city."""
    return make_city(session)


@pytest.fixture
def imported(city: City, folder: Path) -> Import:
    """A function that imports lines of a Boston file into the model compound, as one batch."""
    return importer(city, folder)


def test_twice_imports_nothing_twice(imported: Import, session: Session) -> None:
    assert len(imported(CLOSED, LATE).added) == 2
    again = imported(CLOSED, LATE, OPEN)
    assert [case.external_number for case in again.known] == ["101", "102"]
    assert [draft.case.external_number for draft in again.added] == ["103"]
    assert session.scalar(select(func.count()).select_from(Case)) == 3


def test_the_second_of_two_equal_numbers_is_refused(imported: Import, session: Session) -> None:
    batch = imported(CLOSED, CLOSED.replace("Bin full", "Bin fuller"))
    assert [(row.row_number, row.column, row.reason_en) for row in batch.refused] == [
        (3, "id", "the number 101 stands in row 2 already")
    ]
    assert only_case(session).title == "Bin full"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (CLOSED.replace("2024-03-01", "1998-03-01"), "before the year 2000"),
        (OPEN.replace("2024-03-01", "2030-03-01"), "reported at a time that has not come"),
        (CLOSED.replace("2024-03-04", "2030-03-04"), "closed at a time that has not come"),
        (CLOSED.replace("2024-03-04", "2023-03-04"), "closed before it was reported"),
        (CLOSED.replace("101,", ","), "no number"),
    ],
)
def test_a_row_that_cannot_be_is_refused_and_the_rest_goes_in(
    imported: Import, session: Session, row: str, reason: str
) -> None:
    batch = imported(row, LATE)
    assert [reason in refused.reason_en for refused in batch.refused] == [True]
    assert only_case(session).external_number == "102"


def test_a_text_that_is_no_text_is_refused_alone(city: City, folder: Path, session: Session) -> None:
    first, second, third = rows_of(folder, HEADERS, (CLOSED, LATE, OPEN))
    assert isinstance(second, ImportedCase)
    rows = [first, replace(second, title="half a character: \ud800"), third]
    ground = ground_of(session, city.snapshot, INTO, live=False)
    batch = import_batch(session, ground, Screen(ZONE, {}), rows, MONDAY_NINE)
    assert [(row.row_number, "surrogates not allowed" in row.reason_en) for row in batch.refused] == [(3, True)]
    assert sorted(session.scalars(select(Case.external_number))) == ["101", "103"]
    assert [len(events_of(session, case)) for case in session.scalars(select(Case))] == [3, 3]


def test_the_summary_names_each_row_in_which_the_file_disagrees(imported: Import) -> None:
    rows = (CLOSED, LATE, OPEN, LATE.replace("102,", "104,").replace("OVERDUE", "ONTIME"))
    silent, unpromised = CLOSED.replace("101,", "105,"), CLOSED.replace("101,", "106,")
    summary = Summary()
    given = (*rows, silent.replace("ONTIME", ""), unpromised.replace("2024-03-05 09:00:00", ""))
    summary.add(imported(*given), MONDAY_NINE)
    assert (summary.rows, summary.cases, summary.on_time, summary.late) == (6, 6, 2, 3)
    assert summary.disagreeing == [Disagreement(5, "104", ours=False, file=True)]
    assert summary.verdicts == Counter(
        {Verdict.BOTH: 1, Verdict.NEITHER: 2, Verdict.DISAGREEING: 1, Verdict.FILE_SILENT: 1, Verdict.NO_PROMISE: 1}
    )


def test_looking_through_writes_nothing_and_sees_what_is_there(imported: Import, city: City, folder: Path) -> None:
    imported(CLOSED)
    rows = rows_of(folder, HEADERS, (CLOSED, LATE, LATE))
    before = city.session.execute(select(func.count()).select_from(CaseEvent)).scalar_one()
    batch = look_through(city.session, Screen(ZONE, {}), rows, MONDAY_NINE)
    assert (len(batch.added), len(batch.known), len(batch.refused)) == (1, 1, 1)
    assert city.session.execute(select(func.count()).select_from(CaseEvent)).scalar_one() == before


def test_a_batch_is_whole_or_not_at_all(imported: Import, city: City, folder: Path, session: Session) -> None:
    """An interrupted import leaves whole batches, and the next run goes on where it stopped."""
    imported(CLOSED)
    with pytest.raises(KeyboardInterrupt), session.begin_nested():
        imported(LATE)
        raise KeyboardInterrupt
    assert only_case(session).external_number == "101"
    again = imported(CLOSED, LATE)
    assert (len(again.known), len(again.added)) == (1, 1)
    assert [len(events_of(session, case)) for case in session.scalars(select(Case))] == [3, 3]


def test_a_wrong_place_is_one_sentence(city: City) -> None:
    with pytest.raises(Invalid, match="no compound with the code nowhere"):
        ground_of(city.session, city.snapshot, "nowhere", live=False)
    with pytest.raises(Invalid, match="keeps no compound for imports"):
        ground_of(city.session, city.snapshot, None, live=False)


def test_without_a_city_the_sentence_says_how_to_make_one(session: Session) -> None:
    with pytest.raises(NotFound, match="There is no city yet: run gridgov seed xuanwei"):
        require_city(session)


def test_a_mapping_with_an_unknown_category_is_refused_before_any_row(city: City) -> None:
    mapping = parse_mapping(
        'source = "s"\n[times]\nzone = "UTC"\n[columns]\nnumber = "n"\ntitle = "t"\nreported_at = "r"\n'
        '[category]\ndefault = "8888"\n[channel]\ndefault = "web"\n',
        "s",
    )
    with pytest.raises(Invalid, match="categories that the catalogue lacks: 8888"):
        require_known_words(mapping, city.snapshot.catalogue)


def test_the_errors_file_appears_with_the_first_row_and_holds_no_formula(folder: Path) -> None:
    path = folder / "errors.csv"
    with RefusedRows(path) as refused:
        refused.add([])
        assert not path.exists()
        refused.add([Rejected(7, "=1+1 is not a time", "“=1+1”不是时间", "@when")])
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert rows[1] == ["7", "'@when", "'=1+1 is not a time", "“=1+1”不是时间"]


def test_columns_that_the_table_lacks_are_known(folder: Path) -> None:
    file = folder / "few.csv"
    file.write_text(f"{HEADERS}\n{CLOSED}\n")
    with open_table(file) as table:
        assert "address" not in locate_columns(table.headers, find_mapping("boston311"))
