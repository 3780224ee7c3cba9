"""What comes back to a place reaches the next joint meeting; what it decides is done, or told to be late, once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from gridgov.db.session import Transactions
from gridgov.domain.model_city import BRANCH, BUILDING, CITY, COMMITTEE, COMMUNITY, COMPOUND, GRID, GROUP, PROPERTY
from gridgov.services.agenda import agenda_of
from gridgov.services.doctor import run_doctor
from gridgov.services.meetings import tell_late
from gridgov.services.merging import merge
from gridgov.services.world import World
from gridgov.settings import Settings
from tests.factories import MONDAY_NINE, ZONE, make_city
from tests.http_client import Client, make_client

MEETINGS = "/api/v1/meetings"


@pytest.fixture
def client(own_engine: Engine, settings: Settings) -> Iterator[Client]:
    """A client of its own city."""
    return make_client(own_engine, settings)


def in_days(days: float) -> str:
    """So many days from now, as a client writes it."""
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


def planned(client: Client, unit: int = BRANCH, **headers: str) -> Any:
    """The answer to a plan for a meeting of the model compound."""
    body = {"compound_id": COMPOUND, "at": in_days(3), "place": "红色驿站"}
    return client.call(unit, "POST", MEETINGS, body, **headers)


def held(client: Client, meeting: int, unit: int = BRANCH, **given: Any) -> Any:
    """The answer to the record of a meeting with one task for the property."""
    task = {"decision": "another bin", "unit_id": PROPERTY, "due_at": in_days(7)}
    body = {"attendance": {"branch": 2, "residents": 11}, "minutes": "we talked", "tasks": [task], **given}
    return client.call(unit, "POST", f"{MEETINGS}/{meeting}/hold", body)


def test_the_third_case_of_a_place_is_raised_and_puts_it_on_the_agenda(session: Session) -> None:
    city = make_city(session)
    cases = [city.report() for _ in range(4)]
    for case_id in cases[:2]:
        city.act(case_id, "accept", city.person(BRANCH))
    assert agenda_of(session, COMPOUND, None) == []
    assert city.act(cases[2], "accept", city.person(BRANCH)).priority == "P2"
    city.act(cases[3], "accept", city.person(BRANCH))
    (item,) = agenda_of(session, COMPOUND, None)
    assert (item.building_id, item.category, item.kind) == (BUILDING, "0401", "repeat_place")
    assert item.case_numbers == [city.case(case_id).number for case_id in cases]
    assert run_doctor(session, city.world, MONDAY_NINE) == []


def test_a_merged_case_is_not_counted_again(session: Session) -> None:
    city = make_city(session)
    cases = [city.report() for _ in range(4)]
    for case_id in cases[:2]:
        city.act(case_id, "accept", city.person(BRANCH))
    inputs = {"into": city.case(cases[0]).number, "note": "the same bin"}
    merge(session, city.snapshot, cases[1], cases[0], city.person(BRANCH), inputs, MONDAY_NINE)
    assert city.act(cases[2], "accept", city.person(BRANCH)).priority == "P3"
    assert agenda_of(session, COMPOUND, None) == []
    assert city.act(cases[3], "accept", city.person(BRANCH)).priority == "P2"


def test_dangers_that_come_back_reach_the_agenda_though_they_cannot_be_raised(session: Session) -> None:
    city = make_city(session)
    for _ in range(3):
        city.report("0105")
    assert [item.category for item in agenda_of(session, COMPOUND, None)] == ["0105"]


def test_a_meeting_takes_up_what_waits_and_its_tasks_are_done(client: Client) -> None:
    numbers = [client.report(GRID)["number"] for _ in range(3)]
    for number in numbers:
        client.act(BRANCH, number, "accept")
    plan = planned(client, Idempotency_Key="p1")
    assert plan.status_code == 201, plan.text
    assert planned(client, Idempotency_Key="p1").status_code == 409
    meeting = plan.json["id"]
    assert plan.headers["Location"] == f"{MEETINGS}/{meeting}"
    assert [item["cases"] for item in plan.json["agenda"]] == [numbers]
    record = held(client, meeting)
    assert record.status_code == 200, record.text
    assert (record.json["state"], record.json["attendance"]) == ("held", {"branch": 2, "residents": 11})
    assert [item["cases"] for item in record.json["agenda"]] == [numbers]
    assert planned(client).json["agenda"] == []
    (task,) = record.json["tasks"]
    done = client.call(PROPERTY, "POST", f"/api/v1/meeting-tasks/{task['id']}/done", {}, Idempotency_Key="d")
    assert done.status_code == 200, done.text
    assert done.json["tasks"][0]["done_at"] is not None
    again = client.call(PROPERTY, "POST", f"/api/v1/meeting-tasks/{task['id']}/done", {})
    assert (again.status_code, again.json["code"]) == (409, "already_done")
    assert held(client, meeting).json["code"] == "already_done"
    assert [each["id"] for each in client.call(COMMITTEE, "GET", MEETINGS).json["items"]][-1] == meeting


def test_only_the_branch_and_the_levels_above_plan_and_hold(client: Client) -> None:
    assert [planned(client, unit).status_code for unit in (PROPERTY, COMMITTEE, GROUP, GRID)] == [403] * 4
    meeting = planned(client, COMMUNITY).json["id"]
    assert planned(client, CITY).status_code == 201
    assert held(client, meeting, PROPERTY).status_code == 403
    record = held(client, meeting, BRANCH)
    task = record.json["tasks"][0]["id"]
    assert client.call(COMMITTEE, "POST", f"/api/v1/meeting-tasks/{task}/done", {}).status_code == 403
    assert client.call(GRID, "GET", f"{MEETINGS}/{meeting}").status_code == 200
    assert client.call(GRID, "GET", f"{MEETINGS}/999").status_code == 404


def test_names_of_organisations_only_are_counted_and_bad_tasks_are_refused(client: Client) -> None:
    meeting = planned(client).json["id"]
    assert held(client, meeting, attendance={"Mr Wang": 1}).status_code == 422
    late = [{"decision": "x", "unit_id": PROPERTY, "due_at": in_days(-1)}]
    assert held(client, meeting, tasks=late).json["errors"].keys() == {"tasks.0.due_at"}
    nobody = [{"decision": "x", "unit_id": COMPOUND, "due_at": in_days(1)}]
    assert held(client, meeting, tasks=nobody).json["errors"].keys() == {"tasks.0.unit_id"}
    masked = held(client, meeting, minutes="ring 13800001234").json["minutes"]
    assert "13800001234" not in masked
    past = client.call(BRANCH, "POST", MEETINGS, {"compound_id": COMPOUND, "at": in_days(-1), "place": "x"})
    assert past.json["errors"].keys() == {"at"}


def test_a_late_task_is_told_to_branch_and_community_once(client: Client) -> None:
    meeting = planned(client).json["id"]
    held(client, meeting)
    with client.engine.begin() as connection:
        connection.execute(text("UPDATE meeting_tasks SET due_at = now() - interval '1 hour'"))
    told = []
    for _ in range(2):
        with Transactions(client.engine)() as session:
            told.append(tell_late(session, World(ZONE), datetime.now(UTC)))
    assert told == [1, 0]
    for unit, count in ((BRANCH, 1), (COMMUNITY, 1), (PROPERTY, 0)):
        notices = client.call(unit, "GET", "/api/v1/meeting-notices").json["items"]
        assert [each["meeting_id"] for each in notices] == [meeting] * count
        assert all(each["task"]["late"] for each in notices)
