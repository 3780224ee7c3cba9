"""Requests over HTTP: asked, listed, decided; what was granted happens at once, and doctor finds nothing wrong."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gridgov.db.session import Transactions, city_now
from gridgov.domain.model_city import BRANCH, COMMUNITY, PROPERTY, SUBDISTRICT
from gridgov.services.doctor import run_doctor
from gridgov.services.escalation import sweep_due
from gridgov.services.world import World
from gridgov.settings import Settings
from tests.factories import ZONE
from tests.http_client import CASES, Client, make_client, set_back

REQUESTS = "/api/v1/requests"


@pytest.fixture
def client(own_engine: Engine, settings: Settings) -> Client:
    """The application with the model city."""
    return make_client(own_engine, settings)


@pytest.fixture
def number(client: Client) -> Iterator[str]:
    """A case that the property is handling; whatever the test did to it, doctor finds nothing."""
    case = client.report(COMMUNITY, category="0207")
    assert client.act(BRANCH, case["number"], "accept").status_code == 200
    assert client.act(PROPERTY, case["number"], "acknowledge").status_code == 200
    yield case["number"]
    with Session(client.engine) as session:
        assert run_doctor(session, World(ZONE), city_now(session)) == []


def ask(client: Client, number: str, kind: str, **more: Any) -> Any:
    """The handler's question."""
    return client.call(
        PROPERTY, "POST", f"{CASES}/{number}/requests", {"kind": kind, "note": "parts are missing", **more}
    )


def decide(client: Client, unit: int, request: int, granted: bool, **more: Any) -> Any:
    """A unit's answer."""
    return client.call(unit, "POST", f"{REQUESTS}/{request}/decision", {"granted": granted, **more})


def in_days(days: int) -> str:
    """A moment as a client writes it."""
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


def case_of(client: Client, number: str) -> Any:
    """The case as the community sees it."""
    return client.call(COMMUNITY, "GET", f"{CASES}/{number}").json


def test_an_extension_is_asked_listed_for_the_owner_and_granted(client: Client, number: str) -> None:
    before = case_of(client, number)
    asked = ask(client, number, "extension")
    assert asked.status_code == 201, asked.text
    assert (asked.json["state"], asked.json["case"], asked.json["title"]) == ("open", number, "Extension")
    assert asked.json["decided_by"]["id"] == BRANCH
    assert asked.json["due_at"] is not None
    listed = client.call(BRANCH, "GET", f"{REQUESTS}?state=open").json["items"]
    assert [each["id"] for each in listed] == [asked.json["id"]]
    assert client.call(BRANCH, "GET", "/api/v1/inbox/counts").json["counts"]["to_decide"] == 1
    assert [each["number"] for each in client.call(BRANCH, "GET", "/api/v1/inbox?bucket=to_decide").json["items"]] == [
        number
    ]
    granted = decide(client, BRANCH, asked.json["id"], granted=True)
    assert granted.status_code == 200, granted.text
    assert granted.json["state"] == "granted"
    after = case_of(client, number)
    assert after["due_at"] > before["due_at"]
    assert after["promised_at"] > before["promised_at"]
    assert client.call(BRANCH, "GET", "/api/v1/inbox/counts").json["counts"]["to_decide"] == 0


def test_a_suspension_is_granted_by_who_may_grant_so_long_and_ends_by_its_clock(client: Client, number: str) -> None:
    asked = ask(client, number, "suspension", until=in_days(60))
    assert asked.json["decided_by"]["id"] == SUBDISTRICT
    refused = decide(client, COMMUNITY, asked.json["id"], granted=True)
    assert (refused.status_code, refused.json["code"]) == (403, "forbidden")
    assert decide(client, SUBDISTRICT, asked.json["id"], granted=True).json["state"] == "granted"
    case = case_of(client, number)
    assert (case["state"], case["stage"], case["holder"]["id"]) == ("suspended", "handle", SUBDISTRICT)
    set_back(client.engine, timedelta(days=61).total_seconds())
    with Transactions(client.engine)() as session:
        while sweep_due(session, World(ZONE), city_now(session)):
            pass
    assert case_of(client, number)["state"] == "handling"


def test_a_whistle_that_the_branch_asks_for_is_blown_when_the_community_grants_it(client: Client, number: str) -> None:
    lead = next(unit.id for unit in client.city.tree.units.values() if unit.kind.value == "department")
    body = {"kind": "whistle", "note": "needs the department", "whistle": {"kind": "emergency", "lead_id": lead}}
    asked = client.call(BRANCH, "POST", f"{CASES}/{number}/requests", body)
    assert asked.status_code == 201, asked.text
    assert asked.json["decided_by"]["id"] == COMMUNITY
    assert decide(client, COMMUNITY, asked.json["id"], granted=True).json["state"] == "granted"
    case = case_of(client, number)
    assert (case["state"], [call["unit"]["id"] for call in case["whistles"]]) == ("whistled", [lead])


def test_a_refusal_needs_its_reason_and_an_answer_is_given_once(client: Client, number: str) -> None:
    request = ask(client, number, "help").json["id"]
    assert decide(client, BRANCH, request, granted=False).status_code == 422
    assert decide(client, BRANCH, request, granted=False, note="two of you are enough").json["state"] == "refused"
    again = decide(client, BRANCH, request, granted=True)
    assert (again.status_code, again.json["code"]) in {(409, "transition_not_allowed"), (403, "forbidden")}


def test_a_decision_on_a_request_that_is_moot_is_a_conflict(client: Client, number: str) -> None:
    request = ask(client, number, "extension").json["id"]
    ask(client, number, "help")
    assert client.act(PROPERTY, number, "resolve", note="done", attachments=[client.photo(PROPERTY)]).status_code == 200
    answer = decide(client, BRANCH, request, granted=True)
    assert answer.status_code in {403, 409}
    assert client.call(PROPERTY, "GET", f"{REQUESTS}?case={number}").json["items"][0]["state"] == "moot"


def test_a_repeat_of_a_question_by_key_is_the_same_request(client: Client, number: str) -> None:
    body = {"kind": "extension", "note": "rain"}
    path = f"{CASES}/{number}/requests"
    first = client.call(PROPERTY, "POST", path, body, Idempotency_Key="one")
    second = client.call(PROPERTY, "POST", path, body, Idempotency_Key="one")
    assert second.headers["Idempotent-Replayed"] == "true"
    assert first.json["id"] == second.json["id"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"kind": "holiday", "note": "x"}, 422),
        ({"kind": "suspension", "note": "x"}, 422),
        ({"kind": "extension"}, 422),
        ({"kind": "extension", "note": "x", "until": "2027-01-01T00:00:00Z"}, 422),
        ({"kind": "suspension", "note": "x", "until": "2020-01-01T00:00:00Z"}, 422),
        ({"kind": "suspension", "note": "x", "until": "2099-01-01T00:00:00Z"}, 422),
        ({"kind": "timeout_appeal", "note": "x"}, 409),
    ],
)
def test_a_question_that_cannot_be_asked_changes_nothing(
    client: Client, number: str, body: dict[str, Any], status: int
) -> None:
    before = case_of(client, number)["version"]
    assert client.call(PROPERTY, "POST", f"{CASES}/{number}/requests", body).status_code == status
    assert case_of(client, number)["version"] == before


def test_who_has_nothing_to_do_with_it_sees_no_request(client: Client, number: str) -> None:
    request = ask(client, number, "extension").json["id"]
    stranger = next(unit.id for unit in client.city.tree.units.values() if unit.kind.value == "department")
    assert client.call(stranger, "GET", REQUESTS).json["items"] == []
    assert decide(client, stranger, request, granted=True).status_code == 404
    assert decide(client, BRANCH, 424242, granted=True).status_code == 404
