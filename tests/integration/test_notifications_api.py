"""What somebody was told, and the ledger of an auditor."""

from typing import Any

import pytest
from sqlalchemy import Engine, text

from gridgov.domain.model_city import BRANCH, CITY, GRID, PROPERTY
from gridgov.settings import Settings
from tests.http_client import Client, make_client

OWN, READ, LEDGER = "/api/v1/notifications", "/api/v1/notifications/read", "/api/v1/notices"


@pytest.fixture
def client(own_engine: Engine, settings: Settings) -> Client:
    """A city in which three cases were reported to the branch."""
    made = make_client(own_engine, settings)
    for number in range(3):
        made.report(GRID, description=f"王某 13812345678 reports no. {number}")
    return made


def own(client: Client, query: str = "", **headers: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.call(BRANCH, "GET", OWN + query, **headers).json["items"]
    return items


def test_the_branch_hears_of_each_report_the_newest_first(client: Client) -> None:
    told = own(client)
    assert [each["action"] for each in told] == ["report"] * 3
    assert [each["id"] for each in told] == sorted((each["id"] for each in told), reverse=True)
    assert len({each["case"] for each in told}) == 3
    assert all(each["read_at"] is None for each in told)


def test_a_notice_says_the_number_and_what_happened_and_nothing_that_a_person_wrote(client: Client) -> None:
    english, chinese = own(client)[0], own(client, Accept_Language="zh")[0]
    assert english["sentence"] == english["sentence_en"]
    assert chinese["sentence"] == chinese["sentence_zh"]
    assert english["case"] in english["sentence"]
    assert "13812345678" not in str(english)
    assert "王某" not in str(english)


def test_pages_of_notices_follow_each_other(client: Client) -> None:
    first = client.call(BRANCH, "GET", f"{OWN}?limit=2").json
    second = client.call(BRANCH, "GET", f"{OWN}?limit=2&cursor={first['next_cursor']}").json
    assert [each["id"] for each in first["items"] + second["items"]] == [each["id"] for each in own(client)]
    assert second["next_cursor"] is None


def test_notices_are_read_by_id_or_up_to_one_and_only_ones_own(client: Client) -> None:
    newest, middle, _ = (each["id"] for each in own(client))
    others = client.call(PROPERTY, "POST", READ, {"ids": [newest]})
    assert others.json == {"read": 0}
    assert client.call(BRANCH, "POST", READ, {"ids": [newest]}).json == {"read": 1}
    assert own(client, "?unread=true")[0]["id"] == middle
    assert client.call(BRANCH, "POST", READ, {"until_id": middle}).json == {"read": 2}
    assert own(client, "?unread=true") == []


def test_reading_twice_with_one_key_answers_the_same(client: Client) -> None:
    body = {"until_id": own(client)[0]["id"]}
    answers = [client.call(BRANCH, "POST", READ, body, Idempotency_Key="k").json for _ in range(2)]
    assert answers == [{"read": 3}, {"read": 3}]


def test_what_was_read_has_to_be_named_in_one_way(client: Client) -> None:
    for body in ({}, {"ids": [1], "until_id": 1}, {"ids": []}, {"ids": ["x"]}, {"until_id": 0}):
        assert client.call(BRANCH, "POST", READ, body).status_code == 422


def test_the_ledger_is_for_auditors_and_says_why_something_was_not_sent(client: Client) -> None:
    assert client.call(BRANCH, "GET", LEDGER).status_code == 403
    with client.engine.begin() as connection:
        sql = "UPDATE posts SET role = 'auditor' WHERE unit_id = :city"
        connection.execute(text(sql), {"city": CITY})
        connection.execute(text("UPDATE org_version SET version = version + 1"))
        connection.execute(text("UPDATE notices SET state = 'not_sent', reason = 'no_address' WHERE id = 1"))
    everything = client.call(CITY, "GET", LEDGER).json["items"]
    assert len(everything) >= 3
    assert {each["channel"] for each in everything} >= {"in_app"}
    unsent = client.call(CITY, "GET", f"{LEDGER}?state=not_sent").json["items"]
    assert ("no_address", 1) in {(each["reason"], each["id"]) for each in unsent}
    number = everything[0]["case"]
    assert {each["case"] for each in client.call(CITY, "GET", f"{LEDGER}?case={number}").json["items"]} == {number}
