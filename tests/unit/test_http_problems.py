"""Every refusal is problem+json with a stable code, in the caller's language, and never HTML."""

import json
from typing import Any

import psycopg
import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy import exc
from structlog.testing import capture_logs
from werkzeug.exceptions import ServiceUnavailable, TooManyRequests
from werkzeug.test import TestResponse

from gridgov.domain.errors import (
    AlreadyDone,
    BoundReached,
    CalendarExhausted,
    DefinitionError,
    Forbidden,
    GridgovError,
    IdempotencyMismatch,
    InProgress,
    Invalid,
    NoHolder,
    NotFound,
    RateLimited,
    StaleCase,
    Text,
    TransitionNotAllowed,
    Unauthenticated,
)
from gridgov.http.blueprint import Blueprint
from gridgov.http.install import install
from gridgov.http.problems import TITLES

ENGLISH = {"Accept-Language": "en"}
SECRET = "secret-of-the-house"


def client_that_raises(error: BaseException) -> FlaskClient:
    """A client of an application whose only view, GET /api/v1/thing, raises `error`."""
    app = Flask("test")
    api = install(app)
    things = Blueprint("things", __name__, url_prefix="/api/v1")

    @things.get("/thing")
    def thing() -> Any:
        raise error

    api.register_blueprint(things)
    return app.test_client()


def refused(answer: TestResponse, status: int, code: str) -> dict[str, Any]:
    """The problem in `answer`, after what holds for every problem has been looked at."""
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    problem: dict[str, Any] = json.loads(answer.data)
    assert problem["status"] == status
    assert problem["code"] == code
    assert problem["type"] == f"/api/v1/docs#problem-{code}"
    assert problem["title"]
    assert problem["detail"]
    assert problem["request_id"] == answer.headers["X-Request-ID"]
    assert "<" not in problem["detail"]
    return problem


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotFound("No such case.", "没有这个工单。"), 404, "not_found"),
        (Unauthenticated("Sign in.", "请登录。"), 401, "unauthenticated"),
        (Forbidden("Not yours.", "无权。"), 403, "forbidden"),
        (Invalid({"note": ["Say why."]}), 422, "validation_failed"),
        (TransitionNotAllowed("Closed.", "已结案。"), 409, "transition_not_allowed"),
        (AlreadyDone("Done.", "已办。"), 409, "already_done"),
        (StaleCase("Changed.", "已变。"), 409, "stale_case"),
        (BoundReached("Used up.", "用完。"), 409, "bound_reached"),
        (IdempotencyMismatch("Other body.", "不同。"), 409, "idempotency_mismatch"),
        (InProgress("At work.", "处理中。"), 409, "in_progress"),
        (RateLimited("Slow down.", "太快。"), 429, "rate_limited"),
        (DefinitionError("Line 3.", "第 3 行。"), 422, "definition_error"),
        (NoHolder("Nobody.", "无人。"), 500, "no_holder"),
        (CalendarExhausted("Ends.", "不足。"), 500, "calendar_exhausted"),
    ],
)
def test_every_error_of_the_domain_has_its_status_and_keeps_its_code_and_sentence(
    error: GridgovError, status: int, code: str
) -> None:
    problem = refused(client_that_raises(error).get("/api/v1/thing"), status, code)
    assert problem["detail"] == error.sentence.zh
    assert code in TITLES


def test_a_caller_who_reads_english_gets_english_and_everybody_else_chinese() -> None:
    client = client_that_raises(Invalid({"note": [Text("Say why.", "请说明原因。")]}))
    english = client.get("/api/v1/thing", headers={"Accept-Language": "en-GB,zh;q=0.5"})
    assert refused(english, 422, "validation_failed")["errors"] == {"note": ["Say why."]}
    assert english.headers["Content-Language"] == "en"
    for wish in ({}, {"Accept-Language": "fr"}, {"Accept-Language": "zh-TW, en;q=0.3"}, {"Accept-Language": "en;q=0"}):
        answer = client.get("/api/v1/thing", headers=wish)
        assert refused(answer, 422, "validation_failed")["errors"] == {"note": ["请说明原因。"]}
        assert answer.headers["Content-Language"] == "zh-CN"


def test_a_conflict_shows_its_facts_but_they_never_replace_a_standard_member() -> None:
    error = StaleCase("Changed.", "已变。", current={"version": 8, "who": Text("Branch", "支部")}, status=200)
    problem = refused(client_that_raises(error).get("/api/v1/thing"), 409, "stale_case")
    assert problem["current"] == {"version": 8, "who": "支部"}


def test_a_broken_rule_shows_no_facts_and_is_logged() -> None:
    with capture_logs() as lines:
        answer = client_that_raises(NoHolder("Nobody.", "无人。", chain=SECRET)).get("/api/v1/thing")
    assert "chain" not in refused(answer, 500, "no_holder")
    assert [line["event"] for line in lines] == ["broken_rule"]


def test_an_unauthenticated_caller_is_told_how_to_show_a_credential() -> None:
    answer = client_that_raises(Unauthenticated("Sign in.")).get("/api/v1/thing")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("facts", "seconds"), [({"retry_after": 2.2}, "3"), ({"retry_after": 0}, "1"), ({}, "60")])
def test_a_limited_caller_is_told_when_to_come_back(facts: dict[str, Any], seconds: str) -> None:
    answer = client_that_raises(RateLimited("Slow down.", "太快。", **facts)).get("/api/v1/thing")
    assert answer.headers["Retry-After"] == seconds


def test_retry_after_of_another_library_is_kept_and_one_is_given_where_none_is() -> None:
    kept = client_that_raises(TooManyRequests(retry_after=7)).get("/api/v1/thing")
    refused(kept, 429, "rate_limited")
    assert kept.headers["Retry-After"] == "7"
    given = client_that_raises(ServiceUnavailable()).get("/api/v1/thing")
    refused(given, 503, "unavailable")
    assert given.headers["Retry-After"] == "5"


def test_an_unexpected_error_hides_its_message_and_is_logged_under_the_request_id() -> None:
    client = client_that_raises(RuntimeError(SECRET))
    with capture_logs() as lines:
        answer = client.get("/api/v1/thing", headers={"X-Request-ID": "abc-1"})
    problem = refused(answer, 500, "internal_error")
    assert SECRET not in answer.text
    assert "Traceback" not in answer.text
    assert problem["request_id"] == "abc-1"
    assert [line["event"] for line in lines] == ["unexpected_error"]


class Refused(psycopg.Error):
    """A database error with a SQLSTATE of the test's choice."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(SECRET)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (exc.OperationalError("SELECT 1", {}, psycopg.OperationalError(SECRET)), 503, "unavailable"),
        (exc.OperationalError("SELECT 1", {}, Refused("57P01")), 503, "unavailable"),
        (exc.OperationalError("SELECT 1", {}, Refused("53300")), 503, "unavailable"),
        (exc.TimeoutError("the pool is empty"), 503, "unavailable"),
        (exc.OperationalError("SELECT 1", {}, Refused("55P03")), 503, "busy"),
        (exc.OperationalError("SELECT 1", {}, Refused("40001")), 503, "busy"),
        (exc.OperationalError("SELECT 1", {}, Refused("40P01")), 503, "busy"),
        (Refused("57014"), 503, "busy"),
        (exc.IntegrityError("INSERT", {}, Refused("23505")), 500, "internal_error"),
        (exc.ProgrammingError("SELECT x", {}, Refused("42703")), 500, "internal_error"),
    ],
)
def test_a_database_that_is_away_or_busy_asks_the_caller_to_come_back(error: Exception, status: int, code: str) -> None:
    answer = client_that_raises(error).get("/api/v1/thing")
    refused(answer, status, code)
    assert SECRET not in answer.text
    assert ("Retry-After" in answer.headers) == (status == 503)


@pytest.mark.parametrize(
    "status", [400, 403, 404, 405, 406, 409, 410, 412, 413, 415, 418, 422, 429, 451, 500, 501, 503]
)
def test_whatever_status_a_view_aborts_with_is_a_problem_in_both_languages(status: int) -> None:
    app = Flask("test")
    install(app)
    app.add_url_rule("/api/v1/stop", view_func=lambda: abort(status))
    for headers in ({}, ENGLISH):
        answer = app.test_client().get("/api/v1/stop", headers=headers)
        assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
        assert json.loads(answer.data)["detail"]


def test_an_unknown_address_and_a_wrong_method_are_problems_and_allow_is_kept() -> None:
    client = client_that_raises(NotFound("No."))
    refused(client.get("/api/v1/nothing"), 404, "not_found")
    refused(client.get("/api/v1//thing"), 404, "not_found")
    refused(client.get("/nothing/at/all"), 404, "not_found")
    wrong = client.put("/api/v1/thing")
    refused(wrong, 405, "method_not_allowed")
    assert {"GET", "HEAD", "OPTIONS"} == {method.strip() for method in wrong.headers["Allow"].split(",")}


def test_an_address_with_another_slash_is_served_and_not_redirected_by_a_page() -> None:
    answer = client_that_raises(NotFound("No.")).get("/api/v1/thing/")
    refused(answer, 404, "not_found")


def test_a_sane_request_id_is_echoed_and_any_other_is_replaced() -> None:
    client = client_that_raises(NotFound("No."))
    assert client.get("/api/v1/thing", headers={"X-Request-ID": "a.B-9_"}).headers["X-Request-ID"] == "a.B-9_"
    for bad in ("", "a b", "x" * 65, "ünï", 'a"b'):
        made = client.get("/api/v1/thing", headers={"X-Request-ID": bad}).headers["X-Request-ID"]
        assert made != bad
        assert len(made) == 32


def test_every_answer_carries_the_security_headers_and_the_api_is_never_stored() -> None:
    client = client_that_raises(NotFound("No."))
    for path in ("/api/v1/thing", "/api/v1/openapi.json", "/elsewhere"):
        headers = client.get(path).headers
        assert headers["Content-Security-Policy"] == (
            "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
        )
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert (headers.get("Cache-Control") == "no-store") == path.startswith("/api/")


def test_an_empty_answer_of_the_api_does_not_call_itself_html() -> None:
    answer = client_that_raises(NotFound("No.")).options("/api/v1/thing")
    assert answer.status_code == 200
    assert "Content-Type" not in answer.headers
