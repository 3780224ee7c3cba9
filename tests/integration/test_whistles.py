"""Called units as rows: the ledger repeats the facts with their times, and doctor sees when it does not."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gridgov.db.models import WhistleRow
from gridgov.domain.model_city import BRANCH, PROPERTY, SUBDISTRICT
from gridgov.services.doctor import run_doctor
from gridgov.services.escalation import sweep_due
from gridgov.services.statements import WRITE_STEPS
from tests.factories import MONDAY_NINE, City, make_city

FIRE, POLICE, GAS = 100, 101, 120
TEN, LATER = MONDAY_NINE + timedelta(hours=1), MONDAY_NINE + timedelta(hours=2)


@pytest.fixture
def city(session: Session) -> City:
    """The model city."""
    return make_city(session)


def whistled(city: City, kind: str = "emergency") -> int:
    """A case at which fire is called to lead and the police to help."""
    case = city.report()
    city.act(case, "accept", city.person(BRANCH))
    city.act(case, "acknowledge", city.person(PROPERTY))
    whistle = {"kind": kind, "lead_id": FIRE, "helper_ids": [POLICE], "place": "the east gate"}
    city.act(case, "whistle", city.person(SUBDISTRICT), whistle=whistle)
    return case


def rows(city: City, case: int) -> list[WhistleRow]:
    """The rows of the case, by number."""
    query = select(WhistleRow).where(WhistleRow.case_id == case).order_by(WhistleRow.number)
    return list(city.session.execute(query.execution_options(populate_existing=True)).scalars())


def said(city: City, case: int) -> list[tuple[int, bool, str]]:
    return [(row.unit_id, row.lead, row.state) for row in rows(city, case)]


def wrongs(city: City, now: datetime = MONDAY_NINE) -> list[str]:
    return [str(problem.sentence) for problem in run_doctor(city.session, city.world, now)]


def test_a_whistle_makes_a_row_for_each_unit_with_when_it_has_to_answer_and_to_be_there(city: City) -> None:
    lead, helper = rows(city, whistled(city))
    assert (lead.unit_id, lead.lead, lead.state, lead.blown_by, lead.place) == (
        FIRE, True, "called", SUBDISTRICT, "the east gate",
    )  # fmt: skip
    assert (helper.unit_id, helper.lead, helper.number) == (POLICE, False, 2)
    assert lead.called_at == MONDAY_NINE
    assert (lead.answer_due_at, lead.arrive_due_at) == (MONDAY_NINE + timedelta(minutes=15), TEN)


def test_the_rows_follow_the_calls_and_remember_when_each_thing_happened(city: City) -> None:
    case = whistled(city)
    city.act(case, "answer", city.person(FIRE), MONDAY_NINE + timedelta(minutes=5))
    city.act(case, "arrive", city.person(FIRE), MONDAY_NINE + timedelta(minutes=30))
    city.act(case, "dismiss", city.person(SUBDISTRICT), TEN, call=2, note="not needed")
    city.act(case, "finish", city.person(PROPERTY), TEN)
    assert said(city, case) == [(FIRE, True, "arrived"), (POLICE, False, "called_off"), (PROPERTY, False, "finished")]
    lead, helper, former = rows(city, case)
    assert (lead.answered_at, lead.arrived_at, lead.ended_at) == (
        MONDAY_NINE + timedelta(minutes=5), MONDAY_NINE + timedelta(minutes=30), None,
    )  # fmt: skip
    assert lead.answer_due_at == MONDAY_NINE + timedelta(minutes=15)
    assert (helper.arrived_at, helper.ended_at) == (None, TEN)
    assert former.called_at == former.arrived_at == lead.arrived_at
    assert wrongs(city, TEN) == []


def test_a_raised_priority_moves_the_due_times_of_the_rows(city: City) -> None:
    case = whistled(city, "hard")
    city.act(case, "reprioritise", city.person(BRANCH), priority="P1", note="smoke")
    assert [row.arrive_due_at for row in rows(city, case)] == [TEN, TEN]
    assert wrongs(city) == []


def test_silence_writes_a_notice_to_each_side_and_leaves_the_row_as_it_is(city: City) -> None:
    case = whistled(city)
    while sweep_due(city.session, city.world, LATER):
        pass
    assert said(city, case) == [(FIRE, True, "called"), (POLICE, False, "called")]
    told = city.session.execute(
        text("SELECT count(DISTINCT n.rule) FROM notices n JOIN case_events e ON e.case_id = n.case_id "
             "AND e.seq = n.event_seq WHERE e.data->>'key' = 'answer:2' AND n.case_id = :case"), {"case": case}
    ).scalar_one()  # fmt: skip
    assert told == 2, "orderer and subdistrict are one, and the silent unit"
    assert wrongs(city, LATER) == []


def test_both_ratings_are_in_the_row(city: City) -> None:
    case = whistled(city)
    city.act(case, "arrive", city.person(FIRE))
    city.act(case, "resolve", city.person(FIRE), note="put out", despite="the police are not needed")
    city.act(case, "rate_call", city.person(FIRE), score=3)
    city.act(case, "rate_call", city.person(SUBDISTRICT), call=1, score=5, note="quick")
    assert (rows(city, case)[0].score, rows(city, case)[0].blower_score) == (5, 3)
    assert wrongs(city) == []


DAMAGE = (
    "UPDATE whistles SET state = 'finished' WHERE number = 1",
    "UPDATE whistles SET called_at = called_at - interval '1 h' WHERE number = 1",
    "UPDATE whistles SET arrive_due_at = NULL WHERE number = 2",
    "DELETE FROM whistles WHERE number = 2",
)


@pytest.mark.parametrize("statement", DAMAGE)
def test_doctor_names_a_row_that_says_something_else_than_the_facts(city: City, statement: str) -> None:
    whistled(city)
    assert wrongs(city) == []
    city.session.execute(text(statement))
    assert len(wrongs(city)) == 1


def test_the_statement_that_runs_most_stays_short_enough_to_be_remembered() -> None:
    assert len(str(WRITE_STEPS)) < 4096
