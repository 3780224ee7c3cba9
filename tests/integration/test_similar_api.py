"""Suggestions of duplicates over HTTP: the open and alike first, only what the caller may see, found by indexes."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from gridgov.db.queries.cases import visible
from gridgov.db.queries.similar import neighbours
from gridgov.domain.model_city import BRANCH, BUILDING, CITY, COMMUNITY, COMPOUND, GRID, PROPERTY
from gridgov.domain.similarity import WINDOW
from gridgov.settings import Settings
from tests.factories import MONDAY_NINE, make_city
from tests.http_client import CASES, Client, make_client


@pytest.fixture
def client(own_engine: Engine, settings: Settings) -> Iterator[Client]:
    """A client of its own city."""
    return make_client(own_engine, settings)


def asked(client: Client, unit: int, description: str, **more: Any) -> list[dict[str, Any]]:
    """What is suggested before such a report."""
    body = {"place": {"building_id": BUILDING}, "description": description, **more}
    answer = client.call(unit, "POST", f"{CASES}/similar", body)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def test_before_a_report_the_most_alike_open_case_comes_first(client: Client) -> None:
    lamp = client.report(GRID, category="0203", description="楼道路灯不亮")["number"]
    closed = client.report(GRID, description="大门口垃圾桶满溢")["number"]
    compound = client.report(GRID, description="大门口垃圾满了", place={"compound_id": COMPOUND})["number"]
    building = client.report(GRID, description="大门口垃圾桶满溢发臭")["number"]
    client.act(BRANCH, closed, "reject", reason="repeated", note="known")
    found = asked(client, BRANCH, "大门口垃圾桶满溢", category="0401")
    assert [item["case"]["number"] for item in found] == [building, compound, closed]
    assert lamp not in {item["case"]["number"] for item in found}
    first = found[0]
    assert first["parts"]["place"] == 1 and 0 < first["score"] <= 1
    assert set(first["parts"]) == {"place", "text", "category", "time"}
    assert "description" not in first["case"]


def test_at_most_five_are_suggested_and_a_merged_case_is_not(client: Client) -> None:
    numbers = [client.report(GRID)["number"] for _ in range(7)]
    assert len(asked(client, BRANCH, "garbage at the gate")) == 5
    for number in numbers[2:]:
        assert client.act(BRANCH, number, "merge", into=numbers[0], note="same").status_code == 200
    left = asked(client, BRANCH, "garbage at the gate")
    assert {item["case"]["number"] for item in left} == set(numbers[:2])


def test_a_case_is_not_like_itself_and_what_one_may_not_see_is_not_suggested(client: Client) -> None:
    one, two = client.report(GRID)["number"], client.report(GRID)["number"]
    found = client.call(BRANCH, "GET", f"{CASES}/{one}/similar").json["items"]
    assert [item["case"]["number"] for item in found] == [two]
    assert asked(client, PROPERTY, "garbage at the gate") == []
    assert client.call(PROPERTY, "GET", f"{CASES}/{one}/similar").status_code == 404


def test_a_place_outside_the_city_is_refused_and_nothing_is_written(client: Client) -> None:
    body = {"place": {"building_id": 99_999}, "description": "x"}
    assert client.call(BRANCH, "POST", f"{CASES}/similar", body).status_code == 422
    assert client.call(BRANCH, "GET", CASES).json["items"] == []


COPIED = """
INSERT INTO cases (number, kind, definition_name, definition_version, title, description, lat, lon, source,
  compound_id, building_id, grid_id, community_id, subdistrict_id, owner_id, state, category, priority, level, facts,
  version, last_hash, reported_at, state_since, last_event_at, sensitive, paused)
SELECT number || n, kind, definition_name, definition_version, title, description, 26 + n / 1e5, 104 + n / 1e5, source,
  compound_id, CASE WHEN n % 50 = 0 THEN building_id END, grid_id, community_id, subdistrict_id, owner_id, state,
  category, priority, level, facts, version, last_hash, reported_at - n * interval '3 hours', state_since,
  last_event_at, sensitive, paused
FROM cases, generate_series(1, 5000) AS n
"""


@pytest.mark.parametrize("unit", [BRANCH, COMMUNITY, CITY])
def test_among_thousands_of_cases_only_the_indexes_are_read(session: Session, unit: int) -> None:
    city = make_city(session)
    city.report()
    session.execute(text(COPIED))
    session.execute(text("ANALYZE cases"))
    square = (104.0, 104.01, 26.0, 26.01)
    seen = visible(city.person(unit), city.tree)
    query = neighbours(seen, MONDAY_NINE - WINDOW, MONDAY_NINE + WINDOW, BUILDING, COMPOUND, COMMUNITY, square)
    compiled = query.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    plan = session.connection().exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {compiled}".replace("%", "%%"))
    (found,) = plan.scalar_one()
    assert "Seq Scan" not in json.dumps(found)
    assert found["Plan"]["Actual Rows"] <= 250
    assert max(rows_of(found["Plan"])) <= 250


def rows_of(node: dict[str, Any]) -> Iterator[int]:
    """How many rows each node of a plan gave on."""
    yield node["Actual Rows"]
    for below in node.get("Plans", ()):
        yield from rows_of(below)
