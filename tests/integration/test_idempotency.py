"""A POST that is sent twice is done once, whatever comes in between."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from gridgov.domain.model_city import BRANCH, GRID, PROPERTY
from gridgov.settings import Settings
from tests.http_client import CASES, Client, make_client

BODY = {"category": "0401", "description": "garbage at the gate", "place": {"building_id": 6}}


@pytest.fixture
def client(own_engine: Engine, settings: Settings) -> Client:
    """A client of its own city."""
    return make_client(own_engine, settings)


def report(client: Client, key: str, body: Any = None, unit: int = GRID) -> TestResponse:
    return client.call(unit, "POST", CASES, body or BODY, Idempotency_Key=key)


def count(client: Client, table: str) -> int:
    with client.engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_a_repeat_answers_again_and_changes_nothing(client: Client) -> None:
    first, second = report(client, "k"), report(client, "k")
    assert (first.status_code, second.status_code) == (201, 201)
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert second.json["number"] == first.json["number"]
    assert second.headers["Location"] == first.headers["Location"]
    assert count(client, "cases") == 1


def test_a_repeat_is_rendered_from_the_case_as_it_stands_now(client: Client) -> None:
    number = report(client, "k").json["number"]
    client.act(BRANCH, number, "accept")
    assert (report(client, "k").json["state"], report(client, "k").json["version"]) == ("dispatched", 2)


def test_nothing_that_was_sent_is_kept_for_a_key(client: Client) -> None:
    report(client, "k", {**BODY, "reporter": {"name": "王某", "phone": "13812345678"}})
    with client.engine.connect() as connection:
        kept = connection.execute(text("SELECT * FROM idempotency")).mappings().one()
    assert set(kept["resource"]) == {"case"}
    assert kept["status"] == 201
    assert len(kept["request_hash"]) == 32


def test_the_same_key_with_another_body_or_at_another_address_is_a_mismatch(client: Client) -> None:
    number = report(client, "k").json["number"]
    other = report(client, "k", {**BODY, "description": "something else"})
    assert (other.status_code, other.json["code"]) == (409, "idempotency_mismatch")
    elsewhere = client.call(GRID, "POST", f"{CASES}/{number}/actions/urge", BODY, Idempotency_Key="k")
    assert elsewhere.status_code in {409, 422}
    assert count(client, "case_events") == 1


def test_a_key_belongs_to_a_person(client: Client) -> None:
    mine, theirs = report(client, "k"), report(client, "k", unit=PROPERTY)
    assert mine.json["number"] != theirs.json["number"]


def test_a_refused_request_leaves_its_key_free(client: Client) -> None:
    assert report(client, "k", {**BODY, "category": "9876"}).status_code == 422
    assert count(client, "idempotency") == 0
    assert report(client, "k").status_code == 201


def test_a_key_that_cannot_be_one_is_refused(client: Client) -> None:
    for key in ("x" * 129, "", "schlüssel"):
        answer = report(client, key)
        assert (answer.status_code, list(answer.json["errors"])) == (422, ["Idempotency-Key"])
    assert report(client, "x" * 128).status_code == 201


def test_twins_at_the_same_moment_report_one_case(client: Client) -> None:
    client.token_of(GRID)
    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda _: report(client, "k"), range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json["number"] for answer in answers}) == 1
    assert [answer.headers.get("Idempotent-Replayed") for answer in answers].count("true") == 7
    assert count(client, "cases") == 1


def test_a_twin_whose_first_takes_too_long_is_told_so(client: Client) -> None:
    client.token_of(GRID)
    person = client.city.tree.acting[GRID][0]
    row = {"scope": f"person:{person}", "key": "k"}
    with client.engine.connect() as first, first.begin() as transaction:
        columns = "(scope, key, request_hash, status, resource, created_at)"
        first.execute(text(f"INSERT INTO idempotency {columns} VALUES (:scope, :key, '', 0, '{{}}', now())"), row)
        answer = report(client, "k")
        transaction.rollback()
    assert (answer.status_code, answer.json["code"]) == (409, "in_progress")
    assert count(client, "cases") == 0


def test_every_post_of_the_contract_that_writes_names_the_key(client: Client) -> None:
    paths = client.call(None, "GET", "/api/v1/openapi.json").json["paths"]
    without = {
        path
        for path, item in paths.items()
        if "post" in item and "Idempotency-Key" not in {each["name"] for each in item["post"].get("parameters", [])}
    }
    # No key is kept of a request that carries or shows a secret; an account made twice is a conflict by its name.
    assert without == {
        "/api/v1/cases/similar",
        "/api/v1/people",
        "/api/v1/sessions",
        "/api/v1/tokens",
        "/api/v1/webhooks",
        "/api/v1/webhooks/{webhook_id}/test",
        "/api/v1/workflows/check",
    }
