"""Merging over HTTP: which case is shown, when the direction was turned, what is refused."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from gridgov.domain.model_city import BRANCH, GRID, PROPERTY
from gridgov.settings import Settings
from tests.http_client import CASES, Client, make_client


@pytest.fixture
def client(own_engine: Engine, settings: Settings) -> Iterator[Client]:
    """A client of its own city."""
    return make_client(own_engine, settings)


def merged_over_http(client: Client, number: str, into: str, **headers: str) -> Any:
    """The answer to a merge that the branch asks for."""
    body = {"into": into, "note": "the same bin"}
    return client.call(BRANCH, "POST", f"{CASES}/{number}/actions/merge", body, **headers)


def test_the_answer_shows_the_case_asked_about_and_says_when_the_direction_was_turned(client: Client) -> None:
    older, younger, third = (client.report(GRID)["number"] for _ in range(3))
    turned = merged_over_http(client, older, younger, Idempotency_Key="m1")
    assert turned.status_code == 200, turned.text
    assert turned.json["merge"] == {"asked": older, "into": younger, "master": older, "turned": True}
    assert (turned.json["state"], turned.json["duplicates"]) == ("reported", [{"number": younger}])
    straight = merged_over_http(client, third, younger).json
    assert straight["merge"] == {"asked": third, "into": younger, "master": older, "turned": False}
    assert (straight["state"], straight["merged_into"]) == ("merged", older)
    again = merged_over_http(client, older, younger, Idempotency_Key="m1")
    assert again.json["merge"] == turned.json["merge"]
    events = client.call(BRANCH, "GET", f"{CASES}/{older}/events").json["items"]
    assert [event["action"] for event in events] == ["report", "absorb", "absorb"]
    freed = client.act(BRANCH, third, "unmerge", note="another bin").json
    assert (freed["state"], freed["merged_into"]) == ("reported", None)


def test_an_unknown_target_a_missing_one_and_an_old_version_are_refused(client: Client) -> None:
    one, two = client.report(GRID)["number"], client.report(GRID)["number"]
    assert merged_over_http(client, one, "261123-0999-9").json["errors"].keys() == {"into"}
    missing = client.act(BRANCH, one, "merge", note="same")
    assert (missing.status_code, missing.json["errors"].keys()) == (422, {"into"})
    stale = merged_over_http(client, two, one, If_Match='"v7"')
    assert (stale.status_code, stale.json["code"]) == (409, "stale_case")
    assert client.act(PROPERTY, two, "merge", into=one, note="same").status_code == 404
