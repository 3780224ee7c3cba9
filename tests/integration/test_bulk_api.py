"""One action on many cases: a result for each, no refusal harms another, once per key."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from gridgov.domain.model_city import BRANCH, GRID, PROPERTY
from gridgov.services.doctor import run_doctor
from gridgov.services.world import World
from gridgov.settings import Settings
from tests.factories import ZONE
from tests.http_client import CASES, Client, make_client

BULK = f"{CASES}/bulk-actions"


@pytest.fixture
def client(own_engine: Engine, settings: Settings) -> Iterator[Client]:
    """A client of its own city."""
    return make_client(own_engine, settings)


def bulk(client: Client, unit: int, action: str, cases: list[dict[str, Any]], **more: Any) -> TestResponse:
    """The answer to a bulk action; `key` is its Idempotency-Key."""
    headers = {"Idempotency_Key": more.pop("key")} if "key" in more else {}
    return client.call(unit, "POST", BULK, {"action": action, "cases": cases, **more}, **headers)


def events(client: Client) -> int:
    """How many events there are in the city."""
    with client.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM case_events")).scalar_one())


def test_each_case_has_its_own_result_in_the_order_asked_for(client: Client) -> None:
    fine, done, stale = (client.report(GRID)["number"] for _ in range(3))
    client.act(BRANCH, done, "accept")
    cases = [{"number": stale, "version": 7}, {"number": done}, {"number": "nonsense"}, {"number": fine, "version": 1}]
    answer = bulk(client, BRANCH, "accept", cases)
    assert answer.status_code == 200, answer.text
    told = [(each["number"], each["ok"], each["status"], each.get("code")) for each in answer.json["results"]]
    assert told == [
        (stale, False, 409, "stale_case"),
        (done, False, 409, "transition_not_allowed"),
        ("nonsense", False, 404, "not_found"),
        (fine, True, 200, None),
    ]
    assert (answer.json["results"][3]["state"], answer.json["results"][3]["version"]) == ("dispatched", 2)
    assert client.call(BRANCH, "GET", f"{CASES}/{stale}").json["state"] == "reported"
    with Session(client.engine) as session:
        now = session.execute(text("SELECT city_now()")).scalar_one()
        assert run_doctor(session, World(ZONE), now) == []


def test_it_needs_the_rights_of_the_single_action(client: Client) -> None:
    number = client.report(GRID)["number"]
    assert [each["status"] for each in bulk(client, PROPERTY, "accept", [{"number": number}]).json["results"]] == [404]
    client.act(BRANCH, number, "accept")
    (refused,) = bulk(client, PROPERTY, "redispatch", [{"number": number}], note="x", handler_id=1).json["results"]
    assert (refused["status"], refused["code"]) == (403, "forbidden")


def test_inputs_are_shared_and_a_case_may_bring_its_own(client: Client) -> None:
    one, two, three = (client.report(GRID)["number"] for _ in range(3))
    cases = [{"number": one, "priority": "P2"}, {"number": two}, {"number": three, "priority": "P9"}]
    assert bulk(client, BRANCH, "reprioritise", cases, priority="P3", note="n").status_code == 422
    answer = bulk(client, BRANCH, "reprioritise", cases[:2], priority="P3", note="storm")
    assert [each["ok"] for each in answer.json["results"]] == [True, True]
    assert client.call(BRANCH, "GET", f"{CASES}/{one}").json["priority"] == "P2"
    missing = bulk(client, BRANCH, "reprioritise", [{"number": one}]).json["results"][0]
    assert (missing["status"], set(missing["errors"])) == (422, {"note", "priority"})


def test_many_cases_are_merged_into_one_and_each_into_its_own(client: Client) -> None:
    numbers = [client.report(GRID)["number"] for _ in range(5)]
    first = numbers[0]
    answer = bulk(client, BRANCH, "merge", [{"number": each} for each in numbers[1:3]], into=first, note="same")
    assert [each["state"] for each in answer.json["results"]] == ["merged", "merged"]
    own = [{"number": numbers[4], "into": numbers[3]}, {"number": numbers[3], "into": numbers[2]}]
    results = bulk(client, BRANCH, "merge", own, note="same").json["results"]
    assert [each["ok"] for each in results] == [True, True]
    states = [client.call(BRANCH, "GET", f"{CASES}/{each}").json["state"] for each in numbers]
    assert states == ["reported", "merged", "merged", "merged", "merged"] or states.count("merged") == 4
    freed = bulk(client, BRANCH, "unmerge", [{"number": each} for each in numbers[1:3]], note="no").json["results"]
    assert [each["state"] for each in freed] == ["reported", "reported"]


def test_a_repeat_with_the_same_key_does_nothing_and_keeps_no_body(client: Client) -> None:
    numbers = [client.report(GRID)["number"] for _ in range(2)]
    cases = [{"number": each} for each in numbers] + [{"number": "nonsense"}]
    first = bulk(client, BRANCH, "comment", cases, note="a private remark", key="b1")
    before = events(client)
    second = bulk(client, BRANCH, "comment", cases, note="a private remark", key="b1")
    assert second.headers["Idempotent-Replayed"] == "true"
    assert [each["status"] for each in second.json["results"]] == [200, 200, 404]
    assert [each["number"] for each in first.json["results"]] == [each["number"] for each in second.json["results"]]
    assert events(client) == before
    with client.engine.connect() as connection:
        kept = connection.execute(text("SELECT resource::text FROM idempotency WHERE key = 'b1'")).scalar_one()
    assert "private" not in kept
    other = bulk(client, BRANCH, "comment", cases, note="another", key="b1")
    assert other.json["code"] == "idempotency_mismatch"


def test_none_and_more_than_a_hundred_cases_are_refused(client: Client) -> None:
    assert bulk(client, BRANCH, "urge", []).status_code == 422
    assert bulk(client, BRANCH, "urge", [{"number": "x"}] * 101).status_code == 422
    assert bulk(client, BRANCH, "urge", [{"number": "x"}], expected_version=1).status_code == 422


def test_a_case_that_somebody_holds_is_busy_and_the_others_go_on(client: Client) -> None:
    held, *free = (client.report(GRID)["number"] for _ in range(3))
    with client.engine.connect() as other, other.begin():
        other.execute(text("SELECT 1 FROM cases WHERE number = :number FOR UPDATE"), {"number": held})
        results = bulk(client, BRANCH, "urge", [{"number": each} for each in (*free, held)]).json["results"]
    assert [(each["ok"], each["status"]) for each in results] == [(True, 200), (True, 200), (False, 503)]
    assert results[2]["code"] == "busy"


def test_bulk_actions_in_opposite_orders_wait_for_each_other_without_a_deadlock(client: Client) -> None:
    cases = [{"number": client.report(GRID)["number"]} for _ in range(12)]
    client.token_of(BRANCH)

    def one(number: int) -> list[int]:
        order = cases if number % 2 else cases[::-1]
        return [each["status"] for each in bulk(client, BRANCH, "urge", order).json["results"]]

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(one, range(8)))
    assert answers == [[200] * 12] * 8
