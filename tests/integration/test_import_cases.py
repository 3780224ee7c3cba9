"""Rows of other systems become cases: their own times, ends and promises, nobody told, nobody charged, nothing lost."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridgov.db.models import Case, CaseEvent, ClockRow, NoticeRow
from gridgov.domain.model_city import BRANCH, COMPOUND
from gridgov.services.escalation import sweep_due
from gridgov.services.import_summary import Summary
from tests.factories import MONDAY_NINE, City, make_city
from tests.integration.boston_rows import CLOSED, LATE, OPEN, Import, assert_sound, events_of, importer, only_case


@pytest.fixture
def city(session: Session) -> City:
    """The model city."""
    return make_city(session)


@pytest.fixture
def imported(city: City, folder: Path) -> Import:
    """A function that imports lines of a Boston file into the model compound, as one batch."""
    return importer(city, folder)


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
