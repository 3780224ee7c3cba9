"""Logging in and out over HTTP: tokens, cookies, CSRF, and what happens after wrong passwords."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from gridgov.domain.model_city import BRANCH
from gridgov.services.passwords import hash_password
from gridgov.settings import Settings
from tests.http_client import Client, make_client

SESSIONS = "/api/v1/sessions"
CURRENT = f"{SESSIONS}/current"
READ = "/api/v1/notifications/read"
NOTHING_READ = {"until_id": 1}
PASSWORD = "a long enough phrase"
KEPT = hash_password(PASSWORD)


@pytest.fixture
def client(own_engine: Engine, settings: Settings) -> Iterator[Client]:
    """A city in which everybody has the same password."""
    made = make_client(own_engine, settings)
    run(made, "UPDATE people SET password_hash = :kept", kept=KEPT)
    return made


def run(client: Client, sql: str, **values: Any) -> None:
    with client.engine.begin() as connection:
        connection.execute(text(sql), values)


def log_in(browser: FlaskClient, username: str, password: str = PASSWORD, **headers: str) -> TestResponse:
    body = {"username": username, "password": password}
    return browser.post(SESSIONS, json=body, headers={"Accept-Language": "en", **headers})


def secretary(client: Client) -> str:
    return f"person{client.city.tree.acting[BRANCH][0]}"


def test_a_login_gives_a_token_that_opens_the_api_until_it_is_ended(client: Client) -> None:
    answer = log_in(client.app.test_client(), secretary(client))
    assert answer.status_code == 201
    assert answer.json["person"]["username"] == secretary(client)
    bearer = {"Authorization": f"Bearer {answer.json['token']}"}
    programme = client.app.test_client(use_cookies=False)
    current = programme.get(CURRENT, headers=bearer)
    assert (current.status_code, current.json["person"]) == (200, answer.json["person"])
    assert current.json["now"].endswith("Z")
    assert programme.delete(CURRENT, headers=bearer).status_code == 204
    assert programme.get(CURRENT, headers=bearer).status_code == 401


def test_only_the_hash_of_a_login_is_stored(client: Client) -> None:
    token = log_in(client.app.test_client(), secretary(client)).json["token"]
    with client.engine.connect() as connection:
        stored = connection.execute(text("SELECT token_hash FROM sessions")).scalar_one()
    assert len(stored) == 32
    assert token.encode() not in bytes(stored)


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(client: Client) -> None:
    cookie = log_in(client.app.test_client(), secretary(client)).headers["Set-Cookie"]
    assert cookie.startswith("gridgov_session=ggs_")
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"} <= set(cookie.split("; "))
    assert "Secure" not in cookie


def test_a_page_reads_with_the_cookie_and_writes_with_the_csrf_token_only(client: Client) -> None:
    browser = client.app.test_client()
    log_in(browser, secretary(client))
    csrf = browser.get(CURRENT).json["csrf"]
    without = browser.post(READ, json=NOTHING_READ)
    assert (without.status_code, without.json["code"]) == (403, "forbidden")
    assert browser.post(READ, json=NOTHING_READ, headers={"X-CSRF-Token": "x" + csrf}).status_code == 403
    assert browser.post(READ, json=NOTHING_READ, headers={"X-CSRF-Token": csrf}).status_code == 200


@pytest.mark.parametrize("foreign", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_another_sites_page_can_neither_write_nor_log_in(client: Client, foreign: dict[str, str]) -> None:
    browser = client.app.test_client()
    log_in(browser, secretary(client))
    csrf = {"X-CSRF-Token": browser.get(CURRENT).json["csrf"]}
    assert browser.post(READ, json=NOTHING_READ, headers={**csrf, **foreign}).status_code == 403
    assert log_in(browser, secretary(client), **foreign).status_code == 403
    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert browser.post(READ, json=NOTHING_READ, headers={**csrf, **own}).status_code == 200


def test_a_new_login_in_the_same_browser_ends_the_one_before(client: Client) -> None:
    browser = client.app.test_client()
    first = log_in(browser, secretary(client)).json["token"]
    second = log_in(browser, secretary(client)).json["token"]
    assert first != second
    old = client.app.test_client().get(CURRENT, headers={"Authorization": f"Bearer {first}"})
    assert old.status_code == 401


def test_a_login_ends_after_its_twelve_hours_and_its_cookie_after_thirty_idle_minutes(client: Client) -> None:
    browser = client.app.test_client()
    token = log_in(browser, secretary(client)).json["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    run(client, "UPDATE sessions SET seen_at = seen_at - interval '31 minutes'")
    assert browser.get(CURRENT).status_code == 401
    assert client.app.test_client().get(CURRENT, headers=bearer).status_code == 200
    run(client, "UPDATE sessions SET expires_at = now() - interval '1 second'")
    assert client.app.test_client().get(CURRENT, headers=bearer).status_code == 401


def test_a_login_lasts_twelve_real_hours_also_where_the_citys_time_runs_fast(client: Client) -> None:
    token = log_in(client.app.test_client(), secretary(client)).json["token"]
    run(client, "UPDATE city_time SET city_base = city_base + interval '30 days'")
    answer = client.app.test_client().get(CURRENT, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(client: Client) -> None:
    browser = client.app.test_client()
    wrong = log_in(browser, secretary(client), "not the password")
    unknown = log_in(browser, "nobody.here", "not the password")
    for answer in (wrong, unknown):
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert "Set-Cookie" not in answer.headers
    known, missing = ({**answer.json, "request_id": ""} for answer in (wrong, unknown))
    assert known == missing


def test_somebody_who_has_left_is_answered_like_somebody_unknown(client: Client) -> None:
    token = log_in(client.app.test_client(), secretary(client)).json["token"]
    run(client, "UPDATE people SET active = false WHERE username = :name", name=secretary(client))
    assert log_in(client.app.test_client(), secretary(client)).status_code == 401
    open_before = client.app.test_client().get(CURRENT, headers={"Authorization": f"Bearer {token}"})
    assert open_before.status_code == 401


def test_wrong_passwords_slow_an_account_down_and_time_opens_it_again(client: Client) -> None:
    browser = client.app.test_client()
    answers = [log_in(browser, secretary(client), "wrong") for _ in range(7)]
    assert [answer.status_code for answer in answers] == [401] * 6 + [429]
    assert answers[-1].json["code"] == "rate_limited"
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert log_in(browser, secretary(client)).status_code == 429
    run(client, "UPDATE login_delays SET next_at = now() - interval '1 second'")
    assert log_in(browser, secretary(client)).status_code == 201
    with client.engine.connect() as connection:
        left = connection.execute(text("SELECT count(*) FROM login_delays WHERE key LIKE 'account:%'")).scalar_one()
    assert left == 0


def test_the_wait_doubles_with_each_wrong_password_up_to_two_minutes(client: Client) -> None:
    browser = client.app.test_client()
    waits = []
    for failures in (5, 6, 8, 60):
        log_in(browser, secretary(client), "wrong")
        run(client, "UPDATE login_delays SET failures = :n, next_at = now() WHERE key LIKE 'account:%'", n=failures)
        log_in(browser, secretary(client), "wrong")
        waits.append(int(log_in(browser, secretary(client), "wrong").headers["Retry-After"]))
        run(client, "DELETE FROM login_delays")
    assert waits == [1, 2, 8, 120]


def test_an_address_that_tries_many_names_is_slowed_down_and_others_are_not(client: Client) -> None:
    browser = client.app.test_client()
    log_in(browser, "nobody", "wrong")
    sql = "UPDATE login_delays SET failures = 110, next_at = now() + interval '30 seconds' WHERE key LIKE 'address:%'"
    run(client, sql)
    assert log_in(browser, "somebody", "wrong").status_code == 429
    elsewhere = {
        "json": {"username": secretary(client), "password": PASSWORD},
        "environ_base": {"REMOTE_ADDR": "10.1.1.1"},
    }
    assert browser.post(SESSIONS, **elsewhere).status_code == 201


def test_what_is_typed_as_a_user_name_is_not_kept_in_the_clear(client: Client) -> None:
    log_in(client.app.test_client(), "my-password-by-mistake", "x")
    with client.engine.connect() as connection:
        keys = connection.execute(text("SELECT key FROM login_delays")).scalars().all()
    assert len(keys) == 2
    assert not any("password" in key for key in keys)


def test_a_login_that_lacks_something_is_refused_by_field(client: Client) -> None:
    for body in ({}, {"username": "a"}, {"username": "a", "password": ""}, {"username": 1, "password": "x"}):
        answer = client.app.test_client().post(SESSIONS, json=body)
        assert (answer.status_code, answer.json["code"]) == (422, "validation_failed"), body
