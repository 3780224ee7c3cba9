"""Addresses, webhooks, wishes and the ledger over HTTP; `gridgov why` at the command line."""

from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, text

from gridgov.adapters.sealing import Sealer
from gridgov.cli.why import why
from gridgov.db.models import Address, WebhookDelivery
from gridgov.db.session import Transactions, city_now
from gridgov.domain.errors import NotFound
from gridgov.domain.model_city import BRANCH, CITY, COMMUNITY, PROPERTY
from gridgov.domain.reasons import REASONS
from gridgov.services.fanout import fan_out
from gridgov.services.world import World
from gridgov.settings import Settings
from tests.conftest import CITY as SCHEMA
from tests.factories import ZONE
from tests.http_client import Client, make_client

ADDRESSES, HOOKS, WISHES = "/api/v1/addresses", "/api/v1/webhooks", "/api/v1/me/preferences"
ROBOT = {"kind": "apprise", "url": "wecombot://abc-123", "label": "物业群"}


@pytest.fixture
def client(own_engine: Engine, settings: Settings) -> Iterator[Client]:
    """A city in which somebody of the city's unit is an administrator beside the supervisors."""
    made = make_client(own_engine, settings)
    with own_engine.begin() as connection:
        admin = "UPDATE posts SET role = 'admin' WHERE id = (SELECT min(id) FROM posts WHERE unit_id = :city)"
        connection.execute(text(admin), {"city": COMMUNITY})
        connection.execute(text("UPDATE org_version SET version = version + 1"))
    yield made


def admin(client: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """What the administrator gets: the first person of the community, whose post was changed."""
    return client.call(COMMUNITY, method, path, body, **headers)


def fan(client: Client) -> None:
    with Transactions(client.engine)() as session:
        now = city_now(session)
        fan_out(session, World(ZONE).at(session, now).tree, now)


def test_an_address_is_made_proved_and_dropped_and_never_shown(client: Client) -> None:
    made = client.call(BRANCH, "POST", ADDRESSES, {**ROBOT, "label": "me"}, Idempotency_Key="a")
    again = client.call(BRANCH, "POST", ADDRESSES, {**ROBOT, "label": "me"}, Idempotency_Key="a")
    assert (made.status_code, again.json) == (201, made.json)
    assert (made.json["verified_at"], made.json["lane"]) == (None, "wecombot")
    path = f"{ADDRESSES}/{made.json['id']}"
    assert client.call(BRANCH, "POST", f"{path}/verify", {"code": "no"}).json["wrong_codes"] == 1
    with Transactions(client.engine)() as session:
        code = Sealer("for tests only").open(session.get_one(Address, made.json["id"]).sealed)["code"]
    assert client.call(BRANCH, "POST", f"{path}/verify", {"code": code}).json["verified_at"] is not None
    listed = client.call(BRANCH, "GET", ADDRESSES)
    assert [each["id"] for each in listed.json["items"]] == [made.json["id"]]
    assert "abc-123" not in listed.text + made.text
    assert client.call(PROPERTY, "GET", ADDRESSES).json["items"] == []
    assert client.call(PROPERTY, "DELETE", path).status_code == 404
    assert client.call(BRANCH, "DELETE", path).status_code == 204
    assert client.call(BRANCH, "GET", ADDRESSES).json["items"][0]["disabled_reason"] == "removed"


def test_a_units_address_is_for_its_people_and_an_administrator(client: Client) -> None:
    order = {**ROBOT, "unit_id": PROPERTY}
    assert client.call(BRANCH, "POST", ADDRESSES, order).status_code == 403
    assert client.call(PROPERTY, "POST", ADDRESSES, order).status_code == 201
    assert admin(client, "POST", ADDRESSES, order).status_code == 201


@pytest.mark.parametrize("url", ["file:///etc/passwd", "json://127.0.0.1:1/", "ntfys://x.example/t?verify=no", "x"])
def test_an_address_of_another_kind_is_refused_in_both_languages(client: Client, url: str) -> None:
    answer = client.call(BRANCH, "POST", ADDRESSES, {**ROBOT, "url": url})
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["url"])
    chinese = client.call(BRANCH, "POST", ADDRESSES, {**ROBOT, "url": url}, Accept_Language="zh")
    assert "不接受" in str(chinese.json["errors"])


def test_a_webhook_is_made_tested_listed_and_deleted_by_an_administrator(client: Client) -> None:
    order = {"url": "https://hooks.example/x", "events": ["report", "close"], "unit_id": CITY}
    assert client.call(BRANCH, "POST", HOOKS, order).status_code == 403
    made = admin(client, "POST", HOOKS, order)
    assert made.status_code == 201
    assert made.json["secret"].startswith("whsec_")
    path = f"{HOOKS}/{made.json['id']}"
    listed = admin(client, "GET", HOOKS)
    assert [each["url"] for each in listed.json["items"]] == [order["url"]]
    assert made.json["secret"] not in listed.text
    tested = admin(client, "POST", f"{path}/test", {})
    assert (tested.status_code, tested.json["state"], tested.json["case"]) == (202, "pending", None)
    assert tested.json["webhook_id"].startswith("msg_")
    number = client.report(BRANCH)["number"]
    fan(client)
    calls = admin(client, "GET", f"{path}/deliveries").json["items"]
    assert [(each["case"], each["action"]) for each in calls] == [(number, "report"), (None, None)]
    assert admin(client, "DELETE", path).status_code == 204
    assert admin(client, "GET", f"{path}/deliveries").status_code == 404
    with Transactions(client.engine)() as session:
        assert {row.state for row in session.query(WebhookDelivery)} == {3}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "http://hooks.example/"}, "url"),
        ({"url": "https://10.1.2.3/"}, "url"),
        ({"url": "https://u:p@hooks.example/"}, "url"),
        ({"events": ["fly"]}, "events"),
        ({"unit_id": 999999}, "unit_id"),
        ({"secret": "mine"}, "secret"),
    ],
)
def test_a_webhook_that_cannot_be_is_refused(client: Client, change: dict[str, Any], field: str) -> None:
    answer = admin(client, "POST", HOOKS, {"url": "https://hooks.example/x", **change})
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


def test_wishes_are_read_and_written_whole(client: Client) -> None:
    before = client.call(BRANCH, "GET", WISHES).json
    assert before["channels"] == {"email": True, "apprise": True}
    assert (before["quiet_hours"], before["digest"], before["digest_at"]) == (None, False, "08:00")
    wanted = {
        "channels": {"email": False, "apprise": True},
        "quiet_hours": {"from": "22:00", "to": "07:30"},
        "digest": True,
    }
    written = client.call(BRANCH, "PUT", WISHES, wanted)
    assert written.status_code == 200, written.text
    after = client.call(BRANCH, "GET", WISHES).json
    assert after == written.json
    assert {name: after[name] for name in wanted} == wanted
    assert client.call(PROPERTY, "GET", WISHES).json == before
    assert client.call(BRANCH, "PUT", WISHES, {**wanted, "quiet_hours": None}).json["quiet_hours"] is None
    for bad in ({"from": "24:00", "to": "07:00"}, {"from": "07:00", "to": "07:00"}, {"from": "07:00"}, "night"):
        assert client.call(BRANCH, "PUT", WISHES, {**wanted, "quiet_hours": bad}).status_code == 422
    assert client.call(BRANCH, "PUT", WISHES, {"digest": True}).status_code == 422


def test_the_ledger_says_in_words_why_and_shows_what_went_to_addresses_and_programs(client: Client) -> None:
    robot = client.call(PROPERTY, "POST", ADDRESSES, {**ROBOT, "unit_id": PROPERTY}).json["id"]
    with client.engine.begin() as connection:
        connection.execute(text("UPDATE addresses SET verified_at = created_at"))
    admin(client, "POST", HOOKS, {"url": "https://hooks.example/x"})
    number = client.report(BRANCH)["number"]
    client.act(BRANCH, number, "accept")
    fan(client)
    page = client.call(CITY, "GET", f"/api/v1/notices?case={number}").json
    mails = [each for each in page["items"] if each["channel"] == "email"]
    assert {each["reason_zh"] for each in mails} == {REASONS["email_off"].zh}
    assert {each["state_en"] for each in mails} == {"not sent"}
    assert [(each["channel"], each["unit_id"], each["state"]) for each in page["messages"]] == [
        ("wecombot", PROPERTY, "pending")
    ]
    assert [each["action"] for each in page["webhooks"]] == ["report", "accept"]
    assert robot
    person = f"person{client.city.tree.acting[PROPERTY][0]}"
    narrowed = client.call(CITY, "GET", f"/api/v1/notices?case={number}&person={person}").json
    assert {each["person_id"] for each in narrowed["items"]} == {client.city.tree.acting[PROPERTY][0]}
    assert "messages" not in narrowed
    assert client.call(PROPERTY, "GET", f"/api/v1/notices?case={number}").status_code == 403


def test_the_command_says_who_was_told_and_who_was_not_and_why(
    client: Client, own_database: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = client.report(BRANCH)["number"]
    client.act(BRANCH, number, "accept")
    for name, value in (
        ("DATABASE_URL", own_database),
        ("REDIS_URL", "redis://127.0.0.1:1"),
        ("GRIDGOV_HOME", str(settings.home)),
        ("GRIDGOV_CITY", SCHEMA),
    ):
        monkeypatch.setenv(name, value)
    person = f"person{client.city.tree.acting[PROPERTY][0]}"
    everybody = CliRunner().invoke(why, [number], catch_exceptions=False)
    assert everybody.exit_code == 0
    assert f"2 accept → {person} [in_app] shown in the application" in everybody.output
    assert "the city has no mail server" in everybody.output
    assert "本市未配置邮件服务器" in everybody.output
    one = CliRunner().invoke(why, [number, "--person", person], catch_exceptions=False)
    assert {line.split()[3] for line in one.output.splitlines()} == {person}
    with pytest.raises(NotFound):
        CliRunner().invoke(why, ["991231-0001-0"], catch_exceptions=False)
