"""Doctor is silent on what the house writes, and names the case whatever else is done to its rows."""

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from gridgov.adapters.tables import open_table
from gridgov.cli.doctor import doctor
from gridgov.db.session import city_now
from gridgov.domain.mapping_file import find_mapping
from gridgov.domain.mapping_rows import read_cases
from gridgov.domain.model_city import BRANCH, COMMUNITY, GROUP, PROPERTY
from gridgov.services.doctor import Problem, run_doctor
from gridgov.services.escalation import sweep_due
from gridgov.services.import_screen import Screen
from gridgov.services.importing import ground_of, import_batch
from tests.factories import MONDAY_NINE, ZONE, City, make_city

CALL = {"kind": "call", "made_safe": True}
HAPPY = {"contacted": True, "solved": True, "satisfaction": "satisfied"}
HALF_TIME, LATER = MONDAY_NINE + timedelta(minutes=70), MONDAY_NINE + timedelta(hours=3)


@pytest.fixture(scope="module")
def healthy(engine: Engine) -> Iterator[City]:
    """The model city with a closed case, an open one that climbs, and one with the reporter; rolled back at the end."""
    with engine.connect() as connection, connection.begin() as transaction:
        with Session(connection, autoflush=False, join_transaction_mode="create_savepoint") as session:
            yield _lived(session)
        transaction.rollback()


@pytest.fixture
def city(healthy: City) -> Iterator[City]:
    """The same, and whatever a test does to its rows is undone."""
    damage = healthy.session.begin_nested()
    yield healthy
    damage.rollback()
    healthy.session.expire_all()


def _lived(session: Session) -> City:
    city = make_city(session)
    closed = city.report(client_ref="a", actor=city.person(GROUP))
    city.act(closed, "accept", city.person(BRANCH))
    city.act(closed, "acknowledge", city.person(PROPERTY))
    city.act(closed, "contact", city.person(PROPERTY), contact=CALL)
    city.act(closed, "resolve", city.person(PROPERTY), note="cleared")
    city.act(closed, "confirm", city.person(GROUP), LATER)
    city.act(closed, "rate", city.person(COMMUNITY), LATER, rating=HAPPY)
    city.report()
    asked = city.report(contact={"phone": "13800001234"})
    city.act(asked, "ask_info", city.person(BRANCH), note="which gate?")
    for moment in (HALF_TIME, LATER):
        while sweep_due(session, city.world, moment):
            pass
    return city


def found(city: City) -> list[Problem]:
    """What doctor says at 12:00 of that Monday."""
    return run_doctor(city.session, city.world, LATER)


def damaged(city: City, statement: str) -> list[tuple[str, str]]:
    """What doctor says after some rows were changed by hand: invariants and case numbers."""
    city.session.execute(text(statement))
    city.session.expire_all()
    return [(problem.invariant, problem.case_number) for problem in found(city) if not problem.warning]


def number(city: City, place: int = 0) -> str:
    """The number of the first case, the second, the third."""
    query = text("SELECT number FROM cases ORDER BY id OFFSET :place LIMIT 1")
    return str(city.session.execute(query, {"place": place}).scalar_one())


FIRST = "(SELECT min(id) FROM cases)"
OPEN = "(SELECT min(id) FROM cases WHERE state = 'reported')"


def test_doctor_finds_nothing_in_what_the_services_wrote(city: City) -> None:
    assert found(city) == []


@pytest.mark.parametrize(
    ("invariant", "statement"),
    [
        ("I1", f"UPDATE cases SET number = '261123-0001-0' WHERE id = {FIRST}"),
        ("I1", f"UPDATE cases SET number = 'nonsense' WHERE id = {FIRST}"),
        ("I2", f"UPDATE cases SET facts = facts || '{{\"floor\": 2}}' WHERE id = {FIRST}"),
        ("I2", f"UPDATE cases SET facts = facts || '{{\"counters\": {{\"infos\": 1}}}}' WHERE id = {FIRST}"),
        ("I2", f"UPDATE cases SET facts = facts - 'round' WHERE id = {FIRST}"),
        ("I2", f"UPDATE cases SET version = 99 WHERE id = {FIRST}"),
        ("I2", f"UPDATE cases SET closed_at = NULL WHERE id = {FIRST}"),
        ("I2", f"UPDATE cases SET handler_id = NULL WHERE id = {FIRST}"),
        ("I2", f"UPDATE cases SET promised_at = promised_at + interval '1 day' WHERE id = {FIRST}"),
        ("I2", f"UPDATE cases SET state_since = now() WHERE id = {FIRST}"),
        ("I2", f"UPDATE case_events SET action = 'reject' WHERE case_id = {FIRST} AND seq = 2"),
        ("I2", f"UPDATE case_events SET origin = 'handling' WHERE case_id = {FIRST} AND seq = 2"),
        ("I2", f"UPDATE case_events SET actor_kind = 'system' WHERE case_id = {FIRST} AND action = 'resolve'"),
        ("I2", f"UPDATE case_events SET changes = '{{\"nonsense\": 1}}' WHERE case_id = {FIRST} AND seq = 3"),
        ("I2", f"DELETE FROM case_events WHERE case_id = {FIRST} AND seq = 4"),
        ("I2", f"DELETE FROM case_events WHERE case_id = {FIRST}"),
        ("I4", f"DELETE FROM notices WHERE case_id = {FIRST} AND event_seq = 2"),
        ("I4", f"DELETE FROM notices WHERE case_id = {FIRST} AND event_seq = 2 AND channel = 'email'"),
        ("I4", f"DELETE FROM notices WHERE case_id = {FIRST} AND event_seq = 2 AND rule = 'reporter'"),
        ("I4", f"UPDATE notices SET reason = NULL WHERE case_id = {FIRST} AND channel = 'email'"),
        ("I4", f"UPDATE notices SET state = 'sent', reason = NULL WHERE case_id = {FIRST} AND channel = 'email'"),
        ("I4", f"UPDATE notices SET state = 'lost' WHERE case_id = {FIRST} AND channel = 'in_app'"),
        ("I4", f"UPDATE notices SET event_seq = 77 WHERE case_id = {FIRST} AND event_seq = 2"),
        ("I6", f"UPDATE case_events SET wall_s = wall_s + 60 WHERE case_id = {FIRST} AND seq = 3"),
        ("I6", f"UPDATE case_events SET working_s = wall_s + 60 WHERE case_id = {FIRST} AND seq = 6"),
        ("I6", f"UPDATE case_events SET charged_id = 1 WHERE case_id = {FIRST} AND seq = 3"),
        ("I7", f"UPDATE case_events SET note = 'nothing' WHERE case_id = {FIRST} AND action = 'resolve'"),
        ("I7", f"UPDATE case_events SET at = at - interval '1 s' WHERE case_id = {FIRST} AND seq = 2"),
        ("I7", f"UPDATE case_events SET prev_hash = salt WHERE case_id = {FIRST} AND seq = 2"),
        ("I7", f"UPDATE cases SET last_hash = '\\x00' WHERE id = {FIRST}"),
        ("I8", f"UPDATE case_events SET unit_id = handler.id, person_id = worker.person_id "
               f"FROM units handler, (SELECT person_id FROM case_events WHERE action = 'resolve') worker "
               f"WHERE handler.code = 'm.s.c.x.property' AND case_id = {FIRST} AND action = 'confirm'"),
        ("I8", f"UPDATE case_events SET person_id = (SELECT person_id FROM case_events WHERE action = 'confirm') "
               f"WHERE case_id = {FIRST} AND action = 'rate'"),
        ("I9", f"UPDATE case_events SET changes = changes || '{{\"counters\": {{\"hand_offs\": 4}}}}' "
               f"WHERE case_id = {FIRST} AND seq = 2"),
        ("I9", f"UPDATE case_events SET changes = changes || '{{\"round\": 4}}' WHERE case_id = {FIRST} AND seq = 2"),
    ],
)  # fmt: skip
def test_doctor_names_a_case_whose_rows_were_changed(city: City, invariant: str, statement: str) -> None:
    problems = damaged(city, statement)
    assert (invariant, number(city)) in problems


@pytest.mark.parametrize(
    ("invariant", "statement"),
    [
        ("I3", f"UPDATE clocks SET state = 4 WHERE case_id = {OPEN} AND kind = 'state'"),
        ("I3", f"UPDATE clocks SET next_at = NULL WHERE case_id = {OPEN} AND kind = 'promise'"),
        ("I3", f"UPDATE clocks SET next_at = next_at - interval '1 day' WHERE case_id = {OPEN} AND kind = 'state'"),
        ("I3", f"UPDATE clocks SET stage = 1 WHERE case_id = {OPEN} AND kind = 'promise'"),
        ("I3", "UPDATE case_events SET data = data || '{\"stage\": \"limit\"}' "
               f"WHERE case_id = {OPEN} AND data->>'stage' = 'half'"),
        ("I5", f"UPDATE clocks SET state = 3, next_at = NULL WHERE case_id = {OPEN} AND kind = 'state'"),
        ("I5", f"UPDATE clocks SET state = 3, next_at = NULL WHERE case_id = {OPEN} AND kind = 'promise'"),
        ("I5", f"UPDATE cases SET holder_id = NULL WHERE id = {OPEN}"),
        ("I5", f"UPDATE cases SET holder_id = (SELECT id FROM units WHERE kind = 'compound') WHERE id = {OPEN}"),
        ("I5", f"UPDATE cases SET state = 'nowhere' WHERE id = {OPEN}"),
        ("I5", f"UPDATE clocks SET state = 0 WHERE case_id = {OPEN} AND key = 'state:9'"),
    ],
)  # fmt: skip
def test_doctor_names_an_open_case_that_time_has_lost(city: City, invariant: str, statement: str) -> None:
    if "state:9" in statement:
        city.session.execute(text(f"INSERT INTO clocks (case_id, kind, key, started_at, span, due_at, next_at, stage, "
                                  f"state) SELECT case_id, kind, 'state:9', started_at, span, due_at, now(), 0, 3 "
                                  f"FROM clocks WHERE case_id = {OPEN} AND kind = 'state'"))  # fmt: skip
    assert (invariant, number(city, 1)) in damaged(city, statement)


def test_a_question_without_its_paused_clock_is_named(city: City) -> None:
    statement = "UPDATE clocks SET state = 3 WHERE state = 1"
    assert ("I5", number(city, 2)) in damaged(city, statement)


def test_a_case_that_is_over_may_have_no_clock(city: City) -> None:
    statement = f"UPDATE clocks SET state = 1 WHERE case_id = {FIRST} AND kind = 'promise'"
    assert ("I5", number(city)) in damaged(city, statement)


def test_the_same_external_number_twice_is_one_report_twice(city: City) -> None:
    city.session.execute(text("DROP INDEX uq_cases_external"))
    problems = damaged(city, "UPDATE cases SET external_source = '12345', external_number = 'A1'")
    everybody = ", ".join(number(city, place) for place in range(3))
    assert problems == [("I1", everybody)]


def test_a_post_with_the_handler_today_is_a_warning_not_a_problem(city: City) -> None:
    person = city.person(GROUP).person_id
    values = {"person": person, "unit": PROPERTY}
    city.session.execute(
        text("INSERT INTO posts (person_id, role, unit_id) VALUES (:person, 'volunteer', :unit)"), values
    )
    city.session.execute(text("UPDATE org_version SET version = version + 1"))
    assert {(problem.invariant, problem.warning) for problem in found(city)} == {("I8", True)}


def test_a_sweep_that_stands_still_is_a_late_clock(city: City) -> None:
    problems = run_doctor(city.session, city.world, LATER + timedelta(days=40))
    assert {problem.invariant for problem in problems} == {"I3"}
    assert {problem.case_number for problem in problems} == {number(city, 1), number(city, 2)}


def test_the_command_is_silent_on_a_sound_city_and_fails_on_a_broken_one(
    own_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Session(own_engine, autoflush=False) as session, session.begin():
        now = city_now(session)
        city = make_city(session, now)
        city.report(now=now)
        first = number(city)
    monkeypatch.setenv("DATABASE_URL", own_engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("GRIDGOV_HOME", os.environ["GRIDGOV_TEST_HOME"])
    monkeypatch.setenv("GRIDGOV_CITY", "xuanwei")
    answer = CliRunner().invoke(doctor, ["--json"])
    assert (answer.exit_code, json.loads(answer.stdout)) == (0, {"cases": 1, "problems": []})
    with own_engine.begin() as connection:
        connection.execute(text("UPDATE cases SET version = 2"))
    answer = CliRunner().invoke(doctor)
    assert answer.exit_code == 1
    assert f"I2 problem {first}" in answer.output


def test_a_word_after_the_end_does_not_move_the_end(city: City) -> None:
    first = city.session.execute(text(f"SELECT id FROM cases WHERE id = {FIRST}")).scalar_one()
    before = city.case(first).closed_at
    after = city.act(first, "comment", city.person(BRANCH), LATER + timedelta(hours=1), note="thank you")
    assert after.closed_at == before
    assert [problem for problem in found(city) if problem.invariant == "I2"] == []


HISTORY = """CASE_ENQUIRY_ID,OPEN_DT,TARGET_DT,CLOSED_DT,OnTime_Status,CASE_TITLE,TYPE,LATITUDE,LONGITUDE,CLOSURE_REASON
101,2024-03-01 09:00:00,2024-03-05 09:00:00,2024-03-04 09:00:00,ONTIME,Bin full,Sanitation,42.3,-71.1,emptied
102,2024-03-01 09:00:00,2024-03-02 09:00:00,2024-03-04 09:00:00,OVERDUE,Lamp out,Street Lights,0.0,0.0,
103,2024-03-01 09:00:00,2024-03-02 09:00:00,,OVERDUE,Pothole,Pothole,42.3,-71.1,
"""


@pytest.mark.parametrize("live", [False, True])
def test_the_history_of_another_system_is_sound_with_its_own_events(city: City, folder: Path, live: bool) -> None:
    file = folder / "history.csv"
    file.write_text(HISTORY, encoding="utf-8")
    with open_table(file) as table:
        rows = list(read_cases(table, find_mapping("boston311")))
    ground = ground_of(city.session, city.snapshot, "m.s.c.x", live)
    batch = import_batch(city.session, ground, Screen(ZONE, {"number": "id"}), rows, LATER)
    assert (len(batch.added), found(city)) == (3, [])
    imported = "(SELECT min(id) FROM cases WHERE kind = 'imported')"
    assert {"I2"} <= {name for name, _ in damaged(city, f"UPDATE cases SET kind = 'incident' WHERE id = {imported}")}


def test_a_due_clock_may_wait_a_real_minute_however_fast_the_city_runs(city: City) -> None:
    city.report()
    late = MONDAY_NINE + timedelta(hours=9)
    waiting = "has not fired"
    assert any(waiting in str(each.sentence) for each in run_doctor(city.session, city.world, late))
    city.session.execute(text("UPDATE city_time SET speed = 600"))
    assert not any(waiting in str(each.sentence) for each in run_doctor(city.session, city.world, late))
