"""The units of the seeded city over HTTP: lists by key, paths, who serves whom, boundaries on request."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from gridgov.app import create_app
from gridgov.bootstrap import make_runtime
from gridgov.db.models import Person
from gridgov.services.tokens import create_token
from gridgov.settings import Settings

UNITS = "/api/v1/units"
CITY_CODE = "530381"


class Reader:
    """Somebody of the seeded city who reads."""

    def __init__(self, app: Flask, secret: str) -> None:
        self.app, self.secret = app, secret

    def get(self, path: str, language: str = "en") -> TestResponse:
        headers = {"Authorization": f"Bearer {self.secret}", "Accept-Language": language}
        return self.app.test_client().get(path, headers=headers)

    def all(self, path: str) -> list[dict[str, Any]]:
        """Every item of a list, page by page."""
        found: list[dict[str, Any]] = []
        answer = self.get(path).json
        while answer["next_cursor"]:
            found += answer["items"]
            answer = self.get(f"{path}&cursor={answer['next_cursor']}").json
        return found + answer["items"]


@pytest.fixture(scope="module")
def reader(xuanwei_database: str, settings: Settings) -> Iterator[Reader]:
    """A city supervisor."""
    runtime = make_runtime(settings, xuanwei_database)
    with runtime.transaction() as session:
        person = session.execute(select(Person.id).where(Person.username == "city.supervisor1")).scalar_one()
        secret = create_token(session, person, "test", ["*"], 1, datetime.now(UTC)).secret
    yield Reader(create_app(runtime), secret)
    runtime.engine.dispose()


def compound(reader: Reader) -> dict[str, Any]:
    found: dict[str, Any] = reader.get(f"{UNITS}?kind=compound&q=吉安家园").json["items"][0]
    return found


def test_the_nine_subdistricts_are_the_citys_children_of_that_kind(reader: Reader) -> None:
    city = reader.get(f"{UNITS}?kind=city").json["items"][0]
    assert (city["code"], city["parent_id"], len(city["path"])) == (CITY_CODE, None, 1)
    children = reader.all(f"{UNITS}?parent={city['id']}&kind=subdistrict&limit=4")
    assert len(children) == 9
    assert [each["code"] for each in children] == sorted(each["code"] for each in children)


def test_pages_by_key_lose_and_repeat_nothing(reader: Reader) -> None:
    counted = reader.get(f"{UNITS}?kind=compound&count=true&limit=1")
    assert 'rel="next"' in counted.headers["Link"]
    codes = [each["code"] for each in reader.all(f"{UNITS}?kind=compound&limit=40")]
    assert len(codes) == len(set(codes)) == counted.json["count"] >= 150


def test_a_compound_shows_its_path_and_who_serves_it(reader: Reader) -> None:
    unit = reader.get(f"{UNITS}/{compound(reader)['id']}").json
    assert [each["kind"] for each in unit["path"]] == ["city", "subdistrict", "community", "compound"]
    assert unit["path"][-1]["id"] == unit["id"]
    assert unit["path"][-2]["id"] == unit["parent_id"]
    assert {"branch", "committee", "property"} <= set(unit["served_by"])
    assert len(unit["served_by"]["branch"]) == 1


def test_the_name_is_in_the_callers_language_and_both_stand_beside_it(reader: Reader) -> None:
    unit_id = compound(reader)["id"]
    chinese, english = (reader.get(f"{UNITS}/{unit_id}", language).json for language in ("zh-CN", "en"))
    assert chinese["name"] == chinese["name_zh"] == english["name_zh"] == "吉安家园"
    assert english["name"] == english["name_en"]


def test_staff_are_named_for_one_unit_and_residents_who_help_are_only_counted(reader: Reader) -> None:
    unit = reader.get(f"{UNITS}/{compound(reader)['id']}").json
    branch = reader.get(f"{UNITS}/{unit['served_by']['branch'][0]['id']}").json
    assert [(post["role"], post["count"], len(post["names"])) for post in branch["posts"]] == [
        ("branch_secretary", 1, 1)
    ]
    group = next(each for each in reader.all(f"{UNITS}?kind=building_group&limit=100") if each["posts"])
    assert all("names" not in post for post in reader.get(f"{UNITS}/{group['id']}").json["posts"])
    listed = reader.get(f"{UNITS}?kind=branch&limit=5").json["items"]
    assert all("names" not in post for each in listed for post in each["posts"])


def test_the_boundary_comes_only_when_it_is_asked_for(reader: Reader) -> None:
    path = f"{UNITS}/{compound(reader)['id']}"
    assert "boundary" not in reader.get(path).json
    ring = reader.get(f"{path}?fields=boundary").json["boundary"]
    assert ring[0] == ring[-1]
    assert len(ring) >= 4


def test_what_cannot_be_asked_is_refused_by_parameter(reader: Reader) -> None:
    for query in ("parent=x", "kind=country", "fields=secrets", "limit=101", "cursor=abc", "colour=red", "q="):
        answer = reader.get(f"{UNITS}?{query}")
        assert (answer.status_code, list(answer.json["errors"])) == (422, [query.split("=")[0]])
    assert reader.get(f"{UNITS}/999999999").status_code == 404
    assert reader.get(f"{UNITS}?q=%25").json["items"] == []


def test_a_foreign_city_has_no_such_words(reader: Reader) -> None:
    assert reader.get(f"{UNITS}?q=Atlantis").json == {"items": [], "next_cursor": None}
