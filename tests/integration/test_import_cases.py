"""Rows of other systems become cases: their own times, one case each, nothing lost, nothing told, nothing twice."""

import csv
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridgov.adapters.refused_rows import RefusedRows
from gridgov.adapters.tables import open_table
from gridgov.db.models import Case, CaseEvent, ClockRow, NoticeRow
from gridgov.domain.actors import Signature
from gridgov.domain.case import apply, as_plain, from_plain
from gridgov.domain.errors import Invalid, NotFound
from gridgov.domain.mapping import ImportedCase, Rejected, locate_columns
from gridgov.domain.mapping_file import find_mapping, parse_mapping
from gridgov.domain.mapping_rows import read_cases
from gridgov.domain.model_city import BRANCH, COMPOUND
from gridgov.domain.steps import Event
from gridgov.services.escalation import sweep_due
from gridgov.services.history import GENESIS, body_of, digest_of, hash_of
from gridgov.services.import_screen import Screen, require_known_words
from gridgov.services.import_summary import Disagreement, Summary, Verdict
from gridgov.services.importing import Batch, ground_of, import_batch, look_through, require_city
from tests.factories import MONDAY_NINE, ZONE, City, make_city

HEADERS = "CASE_ENQUIRY_ID,OPEN_DT,TARGET_DT,CLOSED_DT,OnTime_Status,CASE_TITLE,TYPE,LATITUDE,LONGITUDE,CLOSURE_REASON"
CLOSED = "101,2024-03-01 09:00:00,2024-03-05 09:00:00,2024-03-04 09:00:00,ONTIME,Bin full,Sanitation,42.3,-71.1,emptied"
LATE = "102,2024-03-01 09:00:00,2024-03-02 09:00:00,2024-03-04 09:00:00,OVERDUE,Lamp out,Street Lights,0.0,0.0,"
OPEN = "103,2024-03-01 09:00:00,2024-03-02 09:00:00,,OVERDUE,Pothole,Pothole,42.3,-71.1,"
INTO = "m.s.c.x"

Import = Callable[..., Batch]


@pytest.fixture
def city(session: Session) -> City:
    """The model city."""
    return make_city(session)


@pytest.fixture
def imported(city: City, folder: Path) -> Import:
    """A function that imports lines of a Boston file into the model compound, as one batch."""

    def run(*lines: str, live: bool = False, headers: str = HEADERS, screen: Screen | None = None) -> Batch:
        rows = rows_of(folder, headers, lines)
        ground = ground_of(city.session, city.snapshot, INTO, live)
        return import_batch(city.session, ground, screen or Screen(ZONE, {"number": "id"}), rows, MONDAY_NINE)

    return run


def rows_of(folder: Path, headers: str, lines: Iterable[str]) -> list[ImportedCase | Rejected]:
    file = folder / "cases.csv"
    file.write_text("\n".join((headers, *lines)), encoding="utf-8")
    with open_table(file) as table:
        return list(read_cases(table, find_mapping("boston311")))


def only_case(session: Session) -> Case:
    return session.execute(select(Case).execution_options(populate_existing=True)).scalar_one()


def events_of(session: Session, case: Case) -> list[CaseEvent]:
    return list(session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.seq)))


def assert_sound(session: Session, case: Case) -> None:
    """The row is the fold of its events, their times never run back, seconds add up, the chain holds (I2, I6, I7)."""
    events = events_of(session, case)
    facts, prev = from_plain(events[0].changes), GENESIS
    assert [event.seq for event in events] == list(range(1, case.version + 1))
    for event in events:
        facts = apply(facts, event.changes)
        signature = Signature(event.actor_kind, event.person_id, event.role, event.unit_id)
        value = Event(
            *(event.seq, event.at, event.action, event.origin, event.target, signature, event.note, event.data),
            *(event.changes, event.wall_s, event.working_s, event.charged_id, event.public),
        )
        assert event.digest == digest_of(event.salt, body_of(value))
        assert event.hash == hash_of(case.number, event.seq, event.at, signature, event.action, event.digest, prev)
        prev = event.hash
    assert (case.facts, case.last_hash) == (as_plain(facts), prev)
    assert sum(event.wall_s for event in events) == (events[-1].at - case.reported_at).total_seconds()
    assert all(event.wall_s >= 0 and event.working_s >= 0 for event in events)


def test_a_closed_row_is_reported_closed_and_due_at_its_own_times(imported: Import, session: Session) -> None:
    imported(CLOSED)
    case = only_case(session)
    events = events_of(session, case)
    assert [(event.action, event.at, event.actor_kind) for event in events] == [
        ("report", datetime(2024, 3, 1, 19, tzinfo=UTC), "import"),
        ("close", datetime(2024, 3, 4, 19, tzinfo=UTC), "import"),
        ("due", datetime(2024, 3, 5, 19, tzinfo=UTC), "import"),
    ]
    assert (case.kind, case.state, case.facts["outcome"], case.holder_id) == ("imported", "closed", "imported", None)
    assert (case.closed_at, case.promised_at) == (events[1].at, events[2].at)
    assert (case.external_source, case.external_number, events[1].note) == ("boston311", "101", "emptied")
    assert (case.owner_id, case.compound_id, case.lat, case.lon) == (BRANCH, COMPOUND, 42.3, -71.1)
    assert case.number.startswith("240302-")
    assert_sound(session, case)


def test_nobody_is_told_charged_or_waited_for(imported: Import, session: Session) -> None:
    imported(CLOSED, LATE, OPEN)
    assert session.scalar(select(func.count()).select_from(Case)) == 3
    assert session.scalar(select(func.count()).select_from(NoticeRow)) == 0
    assert session.scalar(select(func.count()).select_from(ClockRow)) == 0
    assert set(session.scalars(select(CaseEvent.charged_id))) == {None}


def test_a_row_without_an_end_ends_as_unknown(imported: Import, session: Session) -> None:
    imported(OPEN)
    case = only_case(session)
    assert (case.state, case.facts["outcome"], case.closed_at) == ("closed", "unknown_at_import", MONDAY_NINE)
    assert [event.action for event in events_of(session, case)] == ["report", "due", "close"]
    assert_sound(session, case)


def test_a_live_row_starts_its_clocks_now_and_charges_nobody_for_the_past(
    imported: Import, city: City, session: Session
) -> None:
    imported(OPEN, live=True)
    case = only_case(session)
    assert (case.state, case.holder_id, case.state_since, case.closed_at) == ("reported", BRANCH, MONDAY_NINE, None)
    clocks = session.scalars(select(ClockRow)).all()
    assert sorted((clock.kind, clock.started_at) for clock in clocks) == [
        ("promise", MONDAY_NINE),
        ("state", MONDAY_NINE),
    ]
    assert case.promised_at is not None
    assert case.promised_at > MONDAY_NINE
    assert_sound(session, case)
    after = city.act(case.id, "accept", city.person(BRANCH))
    assert after.state == "dispatched"
    assert events_of(session, after)[-1].wall_s == 0


def test_a_live_case_that_nobody_touches_climbs(imported: Import, city: City, session: Session) -> None:
    imported(OPEN, live=True)
    case = only_case(session)
    assert case.due_at is not None
    sweep_due(session, city.world, case.due_at)
    assert only_case(session).level == 1
    assert_sound(session, only_case(session))


def test_a_live_import_leaves_closed_rows_closed(imported: Import, session: Session) -> None:
    imported(CLOSED, live=True)
    assert only_case(session).state == "closed"
    assert session.scalar(select(func.count()).select_from(ClockRow)) == 0


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


def test_a_promise_for_a_time_before_the_report_stands_at_the_report(imported: Import, session: Session) -> None:
    imported(CLOSED.replace("2024-03-05", "2024-02-01"))
    case = only_case(session)
    first, due, _ = events_of(session, case)
    assert (due.action, due.at, due.data["promised_at"][:10]) == ("due", first.at, "2024-02-01")
    assert first.data["remarks"] == ["promised for a time before the report"]
    assert_sound(session, case)


def test_a_promise_that_lies_ahead_is_kept_but_is_no_event_yet(imported: Import, session: Session) -> None:
    imported(OPEN.replace("2024-03-02", "2030-03-02"))
    case = only_case(session)
    assert [event.action for event in events_of(session, case)] == ["report", "close"]
    assert case.promised_at == datetime(2030, 3, 2, 19, tzinfo=UTC)


def test_numbers_of_people_are_masked_everywhere(imported: Import, session: Session) -> None:
    batch = imported(CLOSED.replace("Bin full", "call 13812345678").replace("emptied", "called 13987654321"))
    case = only_case(session)
    assert (case.title, events_of(session, case)[1].note) == ("call 138****5678", "called 139****4321")
    summary = Summary()
    summary.add(batch, MONDAY_NINE)
    assert summary.masked == {"mobile": 2}


def test_an_imported_case_is_found_by_its_words(imported: Import, session: Session) -> None:
    imported(CLOSED.replace("Bin full", "小区垃圾满溢"), LATE)
    found = select(Case.external_number).where(Case.search.op("@@")(func.to_tsquery("simple", "垃圾 & 满溢")))
    assert session.scalars(found).all() == ["101"]


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
