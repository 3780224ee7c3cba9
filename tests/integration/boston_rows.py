"""Rows of a Boston file, a way to import them, and what a sound case of them is. No test."""

from collections.abc import Callable, Iterable
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridgov.adapters.tables import open_table
from gridgov.db.models import Case, CaseEvent
from gridgov.domain.actors import Signature
from gridgov.domain.case import apply, as_plain, from_plain
from gridgov.domain.mapping import ImportedCase, Rejected
from gridgov.domain.mapping_file import find_mapping
from gridgov.domain.mapping_rows import read_cases
from gridgov.domain.steps import Event
from gridgov.services.history import GENESIS, body_of, digest_of, hash_of
from gridgov.services.import_screen import Screen
from gridgov.services.importing import Batch, ground_of, import_batch
from tests.factories import MONDAY_NINE, ZONE, City

HEADERS = "CASE_ENQUIRY_ID,OPEN_DT,TARGET_DT,CLOSED_DT,OnTime_Status,CASE_TITLE,TYPE,LATITUDE,LONGITUDE,CLOSURE_REASON"
CLOSED = "101,2024-03-01 09:00:00,2024-03-05 09:00:00,2024-03-04 09:00:00,ONTIME,Bin full,Sanitation,42.3,-71.1,emptied"
LATE = "102,2024-03-01 09:00:00,2024-03-02 09:00:00,2024-03-04 09:00:00,OVERDUE,Lamp out,Street Lights,0.0,0.0,"
OPEN = "103,2024-03-01 09:00:00,2024-03-02 09:00:00,,OVERDUE,Pothole,Pothole,42.3,-71.1,"
INTO = "m.s.c.x"

Import = Callable[..., Batch]


def importer(city: City, folder: Path) -> Import:
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
