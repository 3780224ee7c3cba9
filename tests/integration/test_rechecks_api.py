"""A closed case that is looked at again: picked at its closing, shown to one other unit, judged once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text

from gridgov.db.models import Case, Recheck
from gridgov.db.session import city_now
from gridgov.domain.case_number import format_case_number
from gridgov.domain.model_city import BRANCH, CITY, COMMUNITY, GRID, GROUP, PROPERTY, SUBDISTRICT
from gridgov.domain.rechecks import is_picked
from gridgov.services.doctor import run_doctor
from gridgov.settings import Settings
from tests.factories import ZONE
from tests.http_client import CASES, Client, make_client

RECHECKS = "/api/v1/rechecks"
HAPPY = {"contacted": True, "solved": True, "satisfaction": "satisfied"}


@pytest.fixture
def client(own_engine: Engine, settings: Settings, folder: Path) -> Iterator[Client]:
    """A client of its own city with its own folder of files."""
    return make_client(own_engine, replace(settings, files=folder))


def next_number(client: Client, picked: bool) -> None:
    """Let the next case get a number that is drawn, or one that is not."""
    with client.engine.begin() as connection:
        now: datetime = connection.execute(text("SELECT city_now()")).scalar_one()
        day, after = now.astimezone(ZONE).date(), connection.execute(text("SELECT nextval('case_number')")).scalar_one()
        sequence = after + 1
        while is_picked(format_case_number(day, sequence), f"{day:%Y-%m}") is not picked:
            sequence += 1
        connection.execute(text("SELECT setval('case_number', :last)"), {"last": sequence - 1})


def closed(client: Client, picked: bool = True) -> dict[str, Any]:
    """A case that ran the main line to its end."""
    next_number(client, picked)
    number = client.report(GRID)["number"]
    client.act(BRANCH, number, "accept")
    client.act(PROPERTY, number, "acknowledge")
    client.act(PROPERTY, number, "resolve", note="cleared", attachments=[client.photo(PROPERTY)])
    client.act(GROUP, number, "confirm")
    case = client.act(GRID, number, "rate", rating=HAPPY)
    assert case.json["state"] == "closed", case.text
    found: dict[str, Any] = case.json
    return found


def mine(client: Client, unit: int, query: str = "") -> list[dict[str, Any]]:
    """The second looks of a unit."""
    items: list[dict[str, Any]] = client.call(unit, "GET", f"{RECHECKS}{query}").json["items"]
    return items


def test_a_closing_that_is_drawn_waits_for_another_unit(client: Client) -> None:
    case = closed(client)
    assert case["recheck"] is None
    (waits,) = mine(client, SUBDISTRICT)
    assert (waits["case"], waits["verdict"], waits["done"]) == (case["number"], None, "cleared")
    assert waits["closing"]
    assert waits["due_at"] > waits["picked_at"]
    assert [photo["kind"] for photo in waits["attachments"]] == ["after"]
    assert client.call(SUBDISTRICT, "GET", waits["attachments"][0]["links"]["self"]).status_code == 200
    for unit in (GRID, BRANCH, PROPERTY, COMMUNITY, CITY):
        assert mine(client, unit) == []


def test_most_closings_are_not_drawn(client: Client) -> None:
    closed(client, picked=False)
    assert mine(client, SUBDISTRICT) == []


def test_a_bad_verdict_leaves_the_case_closed_is_shown_and_told_to_the_community(client: Client) -> None:
    case = closed(client)
    (waits,) = mine(client, SUBDISTRICT)
    path, words = f"{RECHECKS}/{waits['id']}/verdict", {"verdict": "not_ok", "note": "the bin is full again"}
    first, again = (client.call(SUBDISTRICT, "POST", path, words, Idempotency_Key="v") for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200), first.text
    assert first.json == again.json
    seen = client.call(COMMUNITY, "GET", f"{CASES}/{case['number']}").json
    assert seen["state"] == "closed"
    assert (seen["recheck"]["verdict"], seen["recheck"]["note"]) == ("not_ok", words["note"])
    assert seen["recheck"]["unit"]["id"] == SUBDISTRICT
    (notice, *_) = client.call(COMMUNITY, "GET", "/api/v1/notifications").json["items"]
    assert (notice["case"], notice["action"], notice["rings"]) == (case["number"], "comment", True)
    event = client.call(COMMUNITY, "GET", f"{CASES}/{case['number']}/events").json["items"][-1]
    assert event["data"]["recheck"] == {"id": waits["id"], "verdict": "not_ok"}
    assert mine(client, SUBDISTRICT, "?open=true") == []
    late = client.call(SUBDISTRICT, "POST", path, {"verdict": "ok"})
    assert (late.status_code, late.json["code"]) == (409, "already_done")
    with client.app.extensions["gridgov"].runtime.transaction() as session:
        assert run_doctor(session, client.city.world, city_now(session)) == []


def test_a_good_verdict_rings_nobody(client: Client) -> None:
    case = closed(client)
    before = len(client.call(COMMUNITY, "GET", "/api/v1/notifications").json["items"])
    (waits,) = mine(client, SUBDISTRICT)
    judged = client.call(SUBDISTRICT, "POST", f"{RECHECKS}/{waits['id']}/verdict", {"verdict": "ok"})
    assert (judged.status_code, judged.json["verdict"]) == (200, "ok")
    assert len(client.call(COMMUNITY, "GET", "/api/v1/notifications").json["items"]) == before
    assert client.call(GRID, "GET", f"{CASES}/{case['number']}").json["recheck"]["verdict"] == "ok"


def test_only_the_unit_that_was_drawn_judges_and_a_doubt_needs_words(client: Client) -> None:
    closed(client)
    (waits,) = mine(client, SUBDISTRICT)
    path = f"{RECHECKS}/{waits['id']}/verdict"
    for unit in (COMMUNITY, CITY, PROPERTY):
        assert client.call(unit, "POST", path, {"verdict": "ok"}).status_code == 404
    for verdict in ("not_ok", "unclear"):
        assert list(client.call(SUBDISTRICT, "POST", path, {"verdict": verdict}).json["errors"]) == ["note"]
    assert client.call(SUBDISTRICT, "POST", path, {"verdict": "perfect"}).status_code == 422


def test_a_case_on_which_nobody_worked_is_not_drawn(client: Client) -> None:
    next_number(client, picked=True)
    number = client.report(GRID)["number"]
    client.act(CITY, number, "force_close", note="reported by mistake")
    with client.app.extensions["gridgov"].runtime.transaction() as session:
        assert session.execute(select(Case.state).where(Case.number == number)).scalar_one() == "closed"
        assert session.execute(select(func.count(Recheck.id))).scalar_one() == 0
