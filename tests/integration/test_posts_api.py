"""People, posts, rosters, services and moves over HTTP: who may, what comes back, what a repeat does."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select, text
from werkzeug.test import TestResponse

from gridgov.db.models import PostRow
from gridgov.db.session import Transactions, city_now
from gridgov.domain.model_city import BRANCH, BUILDING, COMMUNITY, COMPOUND, GRID, PROPERTY, SUBDISTRICT
from gridgov.services.doctor import run_doctor
from gridgov.services.tokens import create_token
from gridgov.services.world import World
from gridgov.settings import Settings
from tests.factories import ZONE
from tests.http_client import Client, make_client

API = "/api/v1"
SECRET = "long enough for anybody 1"


class Office:
    """An administrator's desk in a city of its own."""

    def __init__(self, client: Client) -> None:
        self.client = client
        with Transactions(client.engine)() as session:
            session.execute(text("INSERT INTO people (username, name) VALUES ('admin', '管理员')"))
            admin = session.execute(text("SELECT id FROM people WHERE username = 'admin'")).scalar_one()
            session.add(PostRow(person_id=admin, role="admin", unit_id=1))
            session.execute(text("UPDATE org_version SET version = version + 1"))
            self.secret = create_token(session, admin, "test", ["*"], 1, datetime.now(UTC)).secret
            self.today = city_now(session).astimezone(ZoneInfo("Asia/Shanghai")).date()

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """What the administrator gets."""
        sent = {"Authorization": f"Bearer {self.secret}", "Accept-Language": "en"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.app.test_client().open(f"{API}{path}", method=method, json=body, headers=sent)

    def newcomer(self, name: str) -> int:
        """Somebody with an account and no post."""
        made = self.call("POST", "/people", {"username": name, "name": name, "password": SECRET})
        assert made.status_code == 201, made.text
        number: int = made.json["id"]
        return number

    def post(self, person: int, unit: int) -> int:
        """The id of somebody's post."""
        with Transactions(self.client.engine)() as session:
            rows = select(PostRow.id).where(PostRow.person_id == person, PostRow.unit_id == unit)
            return session.execute(rows).scalars().all()[-1]

    def problems(self) -> list[str]:
        """What doctor calls broken."""
        with Transactions(self.client.engine)() as session:
            found = run_doctor(session, World(ZONE), city_now(session))
        return [str(each.sentence) for each in found if not each.warning]


@pytest.fixture
def office(own_engine: Engine, settings: Settings) -> Office:
    """An administrator's desk."""
    return Office(make_client(own_engine, settings))


def test_only_an_administrator_manages_people_posts_and_the_tree(office: Office) -> None:
    calls = [
        ("GET", "/people", None),
        ("POST", "/people", {}),
        ("POST", "/posts", {}),
        ("POST", "/posts/1/end", {}),
        ("POST", f"/units/{BUILDING}/move", {}),
        ("POST", f"/branches/{BRANCH}/merge", {}),
        ("GET", "/services", None),
        ("POST", "/services", {}),
        ("POST", "/services/1/end", {}),
    ]
    for unit in (SUBDISTRICT, COMMUNITY, BRANCH):
        for method, path, body in calls:
            answer = office.client.call(unit, method, API + path, body)
            assert (answer.status_code, answer.json["permission"]) == (403, "org:manage"), path


def test_people_are_listed_with_their_posts_and_no_private_data(office: Office) -> None:
    listed = office.call("GET", f"/people?unit={PROPERTY}&count=true").json
    assert (listed["count"], len(listed["items"])) == (2, 2)
    assert set(listed["items"][0]) == {"id", "username", "name", "active", "posts"}
    post = listed["items"][0]["posts"][0]
    assert set(post) == {"id", "person_id", "role", "unit_id", "from", "until", "substitute_for"}
    assert (post["role"], post["unit_id"]) == ("property_staff", PROPERTY)
    assert [each["username"] for each in office.call("GET", "/people?q=adm").json["items"]] == ["admin"]


def test_an_account_made_twice_is_a_conflict_and_shows_no_password(office: Office) -> None:
    body = {"username": "wang", "name": "王", "password": SECRET}
    made = office.call("POST", "/people", body)
    assert (made.status_code, made.json["posts"], SECRET in made.text) == (201, [], False)
    assert office.call("POST", "/people", body).status_code == 409
    assert office.call("POST", "/people", {**body, "username": "li", "password": "short"}).status_code == 422


def test_a_post_is_made_once_for_a_key_and_works_in_the_next_request(office: Office) -> None:
    person = office.newcomer("wang")
    body = {"person_id": person, "role": "property_staff", "unit_id": PROPERTY}
    made = office.call("POST", "/posts", body, Idempotency_Key="a")
    assert (made.status_code, made.json["from"], made.json["until"]) == (201, office.today.isoformat(), None)
    again = office.call("POST", "/posts", body, Idempotency_Key="a")
    assert (again.status_code, again.json, again.headers["Idempotent-Replayed"]) == (201, made.json, "true")
    assert office.call("POST", "/posts", body).status_code == 409
    found = office.call("GET", f"/people?unit={PROPERTY}").json["items"]
    assert person in {each["id"] for each in found}


def test_wrong_posts_are_refused_field_by_field(office: Office) -> None:
    person = office.newcomer("wang")
    good = {"person_id": person, "role": "property_staff", "unit_id": PROPERTY}
    for wrong, field in (
        ({"role": "king"}, "role"),
        ({"unit_id": 999}, "unit_id"),
        ({"person_id": 999_999}, "person_id"),
        ({"from": "2026-13-01"}, "from"),
        ({"from": "2020-01-01"}, "from"),
        ({"colour": "red"}, "colour"),
    ):
        answer = office.call("POST", "/posts", {**good, **wrong})
        assert (answer.status_code, list(answer.json["errors"])) == (422, [field]), wrong


def test_leaving_is_blocked_with_the_cases_then_allowed_with_an_heir(office: Office) -> None:
    client = office.client
    first, second = client.city.tree.acting[PROPERTY]
    number = client.report(COMMUNITY)["number"]
    client.act(BRANCH, number, "accept")
    client.act(PROPERTY, number, "assign", person_id=first)
    end = f"/posts/{office.post(first, PROPERTY)}/end"
    blocked = office.call("POST", end, {"on": office.today.isoformat()})
    assert (blocked.status_code, blocked.json["code"]) == (409, "work_in_hand")
    assert (blocked.json["open_cases"], blocked.json["numbers"]) == (1, [number])
    body = {"on": office.today.isoformat(), "hand_over_to": second}
    done = office.call("POST", end, body, Idempotency_Key="b")
    assert (done.status_code, done.json["cases_moved"], done.json["until"]) == (200, 1, office.today.isoformat())
    assert office.call("POST", end, body, Idempotency_Key="b").json == done.json
    events = client.call(COMMUNITY, "GET", f"{API}/cases/{number}/events").json["items"]
    assert [(each["action"], each["actor"]["kind"]) for each in events][-1] == ("hand_over", "system")
    assert office.problems() == []


def test_a_unit_writes_its_own_roster_and_a_stranger_does_not(office: Office) -> None:
    client, person = office.client, office.client.city.tree.acting[PROPERTY][0]
    path = f"{API}/units/{PROPERTY}/roster"
    night = {"person_id": person, "begins_at": "2026-12-01T22:00:00+08:00", "ends_at": "2026-12-02T06:00:00+08:00"}
    body = {"from": "2026-12-01T12:00:00+08:00", "to": "2026-12-02T12:00:00+08:00", "shifts": [night]}
    for unit, status in ((PROPERTY, 200), (COMMUNITY, 200), (SUBDISTRICT, 200), (GRID, 403), (BRANCH, 403)):
        assert client.call(unit, "PUT", path, body).status_code == status, unit
    read = client.call(COMMUNITY, "GET", f"{path}?from=2026-12-01T00:00:00Z&to=2026-12-03T00:00:00Z")
    assert [(each["person_id"], each["begins_at"]) for each in read.json["shifts"]] == [
        (person, "2026-12-01T14:00:00Z")
    ]
    holed = office.call("PUT", f"/units/{PROPERTY}/roster", {**body, "shifts": []}, Accept_Language="zh")
    assert holed.status_code == 422
    assert holed.json["errors"]["shifts"] == ["2026-12-01 22:00 至 2026-12-02 00:00 无人值班。"]
    backwards = {**body, "from": body["to"], "to": body["from"]}
    assert list(client.call(PROPERTY, "PUT", path, backwards).json["errors"]) == ["to"]


def test_a_building_moves_and_a_repeat_moves_nothing(office: Office) -> None:
    body = {"grid_id": GRID, "on": (office.today + timedelta(days=1)).isoformat()}
    moved = office.call("POST", f"/units/{BUILDING}/move", body, Idempotency_Key="m")
    assert (moved.status_code, moved.json) == (
        200,
        {"unit_id": BUILDING, "on": body["on"], "posts_ended": 0, "warnings": []},
    )
    assert office.call("POST", f"/units/{BUILDING}/move", body, Idempotency_Key="m").json == moved.json
    assert office.call("POST", "/units/999/move", body).status_code == 404


def test_services_are_listed_replaced_and_ended(office: Office) -> None:
    listed = office.call("GET", f"/services?territory={COMPOUND}&org={PROPERTY}").json["items"]
    (present,) = listed
    assert (present["kind"], present["from"], present["until"]) == ("property", None, None)
    again = {"org_id": PROPERTY, "territory_id": COMPOUND, "kind": "property", "from": office.today.isoformat()}
    made = office.call("POST", "/services", {**again, "replaces": present["id"]})
    assert (made.status_code, made.json["from"]) == (201, office.today.isoformat())
    ended = office.call("POST", f"/services/{made.json['id']}/end", {"on": office.today.isoformat()})
    assert (ended.status_code, ended.json["cancelled"]) == (200, True)
    branch = office.call("GET", f"/services?org={BRANCH}").json["items"][0]["id"]
    refused = office.call("POST", f"/services/{branch}/end", {"on": office.today.isoformat()})
    assert (refused.status_code, refused.json["code"]) == (409, "conflict")


def test_a_merger_over_http_leaves_a_sound_city(office: Office) -> None:
    client = office.client
    with Transactions(client.engine)() as session:
        rows = "INSERT INTO units (code, kind, name_zh, name_en, parent_id, public_area, invented) VALUES "
        rows += "('m.s.c.b2', 'branch', '二支部', 'Second branch', :parent, false, false) RETURNING id"
        into = session.execute(text(rows), {"parent": COMPOUND}).scalar_one()
    number = client.report(COMMUNITY)["number"]
    person = office.newcomer("wang")
    office.call("POST", "/posts", {"person_id": person, "role": "branch_secretary", "unit_id": into})
    merged = office.call("POST", f"/branches/{BRANCH}/merge", {"into": into, "on": office.today.isoformat()})
    assert (merged.status_code, merged.json["posts_ended"]) == (200, 1), merged.text
    assert client.call(COMMUNITY, "GET", f"{API}/cases/{number}").json["holder"]["id"] == BRANCH
    assert client.report(COMMUNITY)["owner"]["id"] == into
    assert office.problems() == []
