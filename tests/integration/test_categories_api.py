"""The catalogue and the definitions over HTTP."""

from collections.abc import Callable, Iterator

import pytest

from gridgov.db.session import make_engine
from gridgov.domain.model_city import BRANCH, CITY
from gridgov.settings import Settings
from gridgov.workflows import read_text
from tests.http_client import Client, make_client

CATEGORIES, WORKFLOWS = "/api/v1/categories", "/api/v1/workflows"
MAIN = "one_compound_one_branch"


@pytest.fixture(scope="module")
def client(make_database: Callable[[], str], settings: Settings) -> Iterator[Client]:
    """A city that these tests only read."""
    engine = make_engine(make_database(), settings.city)
    yield make_client(engine, settings)
    engine.dispose()


def test_all_47_categories_are_there_in_both_languages(client: Client) -> None:
    answer = client.call(BRANCH, "GET", CATEGORIES).json
    assert len(answer["items"]) == 47
    for category in answer["items"]:
        assert category["name"] == category["title"]["en"]
        assert all(category[part]["zh"] and category[part]["en"] for part in ("title", "group", "closing"))
        assert category["handlers"]


def test_a_category_shows_each_limit_with_its_source(client: Client) -> None:
    category = client.call(BRANCH, "GET", f"{CATEGORIES}/0203", Accept_Language="zh").json
    assert category["name"] == category["title"]["zh"]
    assert {"accept", "acknowledge", "contact", "handle", "verify"} <= set(category["limits"])
    for limit in category["limits"].values():
        assert limit["limit"].split()[-1] in {"u", "nd", "w", "wd"}
        assert limit["source"]
        assert limit["text"]["zh"]


def test_a_limit_of_a_category_of_danger_runs_round_the_clock(client: Client) -> None:
    category = client.call(BRANCH, "GET", f"{CATEGORIES}/0105").json
    assert category["priority"] == "P1"
    assert {limit["limit"].split()[-1] for limit in category["limits"].values()} <= {"u", "nd"}


def test_an_unknown_category_is_404_and_an_unknown_parameter_422(client: Client) -> None:
    assert client.call(BRANCH, "GET", f"{CATEGORIES}/9876").status_code == 404
    assert client.call(BRANCH, "GET", f"{CATEGORIES}?page=2").status_code == 422


def test_the_definition_is_listed_and_shown_whole(client: Client) -> None:
    listed = client.call(BRANCH, "GET", WORKFLOWS).json["items"]
    assert [(each["name"], each["active"]) for each in listed] == [(MAIN, True)]
    shown = client.call(BRANCH, "GET", f"{WORKFLOWS}/{MAIN}/{listed[0]['version']}").json
    assert shown["digest"] == listed[0]["digest"]
    assert {"reported", "dispatched", "handling", "closed"} <= {state["code"] for state in shown["states"]}
    assert {"report", "accept", "resolve", "rate"} <= {action["code"] for action in shown["actions"]}
    assert shown["source"] == read_text(f"{MAIN}.toml")


def test_the_definition_is_drawn_in_the_callers_language(client: Client) -> None:
    version = client.call(BRANCH, "GET", WORKFLOWS).json["items"][0]["version"]
    path = f"{WORKFLOWS}/{MAIN}/{version}"
    svg = client.call(BRANCH, "GET", f"{path}?format=svg", Accept_Language="zh")
    assert svg.content_type == "image/svg+xml; charset=utf-8"
    assert "待签收" in svg.text
    assert client.call(BRANCH, "GET", f"{path}?format=mermaid").text.startswith("stateDiagram")
    table = client.call(BRANCH, "GET", f"{path}?format=md")
    assert table.content_type.startswith("text/markdown")
    assert "|" in table.text
    assert client.call(BRANCH, "GET", f"{path}?format=pdf").status_code == 422
    assert client.call(BRANCH, "GET", f"{WORKFLOWS}/{MAIN}/999").status_code == 404


def test_a_city_supervisor_may_have_a_definition_proved(client: Client) -> None:
    good = {"definition": read_text(f"{MAIN}.toml")}
    report = client.call(CITY, "POST", f"{WORKFLOWS}/check", good)
    assert (report.status_code, report.json["ok"], report.json["findings"]) == (200, True, [])
    assert report.json["silence"]
    assert client.call(BRANCH, "POST", f"{WORKFLOWS}/check", good).status_code == 403


def test_a_definition_that_does_not_parse_is_refused_with_its_line(client: Client) -> None:
    answer = client.call(CITY, "POST", f"{WORKFLOWS}/check", {"definition": "name = \n"})
    assert (answer.status_code, answer.json["code"]) == (422, "definition_error")
    assert "line 1" in answer.json["detail"]
