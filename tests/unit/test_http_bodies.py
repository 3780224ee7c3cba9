"""What a body may be: JSON of one sound value, not too large, with the fields of its schema and no others."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from marshmallow import fields

from gridgov.http.blueprint import Blueprint
from gridgov.http.body import JSON_BYTES, UPLOAD_BYTES, takes
from gridgov.http.install import install
from gridgov.schemas.fields import Flag, Line, Moment, Prose, WholeNumber
from gridgov.schemas.paging import PageQuery
from gridgov.schemas.shape import Input, Output

PROBLEM = "application/problem+json"
ENGLISH = {"Accept-Language": "en"}


class Point(Input):
    lat = fields.Float(required=True)


class Place(Input):
    point = fields.Nested(Point, required=True)


class Report(Input):
    title = Line(40, required=True)
    description = Prose(2_000_000)
    occurred_at = Moment()
    urgent = Flag()
    floors = WholeNumber(-5, 200)
    place = fields.Nested(Place)
    data = fields.Dict()


class Kept(Output):
    title = fields.String()
    occurred_at = Moment()
    at = Moment()


@pytest.fixture
def client() -> FlaskClient:
    app = Flask("test")
    api = install(app)
    reports = Blueprint("reports", __name__, url_prefix="/api/v1")

    @reports.post("/reports")
    @reports.arguments(Report)
    @reports.response(201, Kept)
    def report(body: dict[str, Any]) -> dict[str, Any]:
        """Keep a report."""
        return {**body, "at": datetime(2026, 3, 1, tzinfo=UTC)}

    @reports.get("/reports")
    @reports.arguments(PageQuery, location="query")
    @reports.response(200)
    def reports_of(query: dict[str, Any]) -> dict[str, Any]:
        """List reports."""
        return query

    @reports.post("/uploads")
    @takes("multipart/form-data")
    def upload() -> Any:
        """Take a file."""
        return {"fields": 1}

    @reports.post("/empty")
    def empty() -> Any:
        """Need no body."""
        return {}

    api.register_blueprint(reports)
    return app.test_client()


def post(client: FlaskClient, body: Any, **sent: Any) -> Any:
    """The answer to `body` (bytes as they are, else as JSON) in English."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post("/api/v1/reports", data=data, **{"content_type": "application/json", "headers": ENGLISH, **sent})


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The problem in `answer`."""
    assert (answer.status_code, answer.content_type) == (status, PROBLEM), answer.text
    found: dict[str, Any] = json.loads(answer.data)
    assert found["code"] == code
    return found


def test_a_sound_report_is_taken_and_its_times_go_out_in_utc_with_z(client: FlaskClient) -> None:
    answer = post(client, {"title": "  路灯不亮 ", "occurred_at": "2026-03-01T08:00:00+08:00"})
    assert answer.status_code == 201
    assert answer.json == {"title": "路灯不亮", "occurred_at": "2026-03-01T00:00:00Z", "at": "2026-03-01T00:00:00Z"}
    assert "路灯" in answer.text


def test_unknown_missing_and_wrong_fields_are_named_by_their_path_in_both_languages(client: FlaskClient) -> None:
    body = {"state": "closed", "place": {"point": {"lat": "north"}}, "floors": "5", "urgent": 1}
    english = problem(post(client, body), 422, "validation_failed")["errors"]
    assert english == {
        "state": ["Unknown field."],
        "title": ["Missing data for required field."],
        "place.point.lat": ["Not a valid number."],
        "floors": ["Not a valid integer."],
        "urgent": ["Not a valid boolean."],
    }
    chinese = problem(post(client, body, headers={}), 422, "validation_failed")["errors"]
    assert chinese["state"] == ["没有这个字段。"]
    assert chinese["title"] == ["缺少必填项。"]
    assert chinese["place.point.lat"] == ["应为数字。"]


def test_a_time_without_a_zone_is_refused_with_a_sentence(client: FlaskClient) -> None:
    answer = post(client, {"title": "x", "occurred_at": "2026-03-01T08:00:00"})
    sentence = problem(answer, 422, "validation_failed")["errors"]["occurred_at"][0]
    assert "with its zone" in sentence


@pytest.mark.parametrize("body", [[], None, "text", 5, True])
def test_a_body_that_is_no_object_is_refused_as_a_whole(client: FlaskClient, body: Any) -> None:
    assert problem(post(client, body), 422, "validation_failed")["errors"]


def test_an_absent_body_misses_its_required_fields(client: FlaskClient) -> None:
    answer = client.post("/api/v1/reports", headers=ENGLISH)
    assert problem(answer, 422, "validation_failed")["errors"] == {"title": ["Missing data for required field."]}
    assert client.post("/api/v1/empty").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"title": }',
        b'{"title": "a"} x',
        b"\xff\xfe{}",
        '{"title": "路灯"}'.encode("gbk"),
        b'{"title": "a", "title": "b"}',
        b'{"data": {"a": 1, "a": 1}, "title": "x"}',
        b'{"title": NaN}',
        b'{"title": -Infinity}',
        b'{"title": 1e999}',
        b'{"title": "raw \x00 nul"}',
        b'{"title": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b"[" * 65 + b"]" * 65,
        b'{"a":' * 70 + b"1" + b"}" * 70,
    ],
)
def test_what_is_not_one_sound_json_value_is_malformed(client: FlaskClient, body: bytes) -> None:
    problem(post(client, body), 400, "malformed_json")


def test_a_syntax_error_names_line_and_column(client: FlaskClient) -> None:
    assert "line 2, column 10" in problem(post(client, b'{\n"title": }'), 400, "malformed_json")["detail"]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b'{"title": "a\\u0000b"}', "title"),
        (b'{"title": "a\\ud800b"}', "title"),
        (b'{"title": "x", "data": {"list": [{"k": "\\u0000"}]}}', "data.list.0.k"),
        (b'{"title": "x", "data": {"a\\u0000": 1}}', "data.a\ufffd"),
    ],
)
def test_a_string_that_cannot_be_stored_is_named(client: FlaskClient, body: bytes, path: str) -> None:
    assert list(problem(post(client, body), 422, "validation_failed")["errors"]) == [path]


def test_a_whole_surrogate_pair_is_one_character(client: FlaskClient) -> None:
    assert post(client, b'{"title": "\\ud83d\\ude00"}').json["title"] == "😀"


def test_a_json_body_may_hold_one_mebibyte_and_no_byte_more(client: FlaskClient) -> None:
    frame = len(json.dumps({"title": "x", "description": ""}))
    fits = {"title": "x", "description": "a" * (JSON_BYTES - frame)}
    assert post(client, fits).status_code == 201
    problem(post(client, {**fits, "description": fits["description"] + "a"}), 413, "too_large")


@pytest.mark.parametrize(("extra", "status"), [(0, 201), (1, 413), (5_000_000, 413)])
def test_a_body_without_a_length_is_cut_off_at_the_same_byte(client: FlaskClient, extra: int, status: int) -> None:
    frame = len(json.dumps({"title": "x", "description": ""}))
    body = json.dumps({"title": "x", "description": "a" * (JSON_BYTES - frame + extra)}).encode()
    stream = {"wsgi.input": io.BytesIO(body), "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    answer = client.post("/api/v1/reports", content_type="application/json", environ_overrides=stream)
    assert answer.status_code == status


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "text/html", ""])
def test_a_body_of_another_type_is_not_taken(client: FlaskClient, media_type: str) -> None:
    answer = post(client, b'{"title": "x"}', content_type=media_type)
    assert "application/json" in problem(answer, 415, "unsupported_media_type")["detail"]


def test_an_upload_has_its_own_type_and_limit(client: FlaskClient) -> None:
    multipart = "multipart/form-data; boundary=b"
    two_mebibytes = b"x" * (2 * JSON_BYTES)
    assert client.post("/api/v1/uploads", data=two_mebibytes, content_type=multipart).status_code == 200
    answer = client.post("/api/v1/reports", data=b"x", content_type=multipart)
    problem(answer, 415, "unsupported_media_type")
    answer = client.post("/api/v1/uploads", data=b"x" * (UPLOAD_BYTES + JSON_BYTES), content_type=multipart)
    problem(answer, 413, "too_large")


def test_a_query_is_as_strict_as_a_body(client: FlaskClient) -> None:
    assert client.get("/api/v1/reports?limit=7&count=true").json == {"limit": 7, "cursor": None, "count": True}
    for query, name in (
        ("stat=open", "stat"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("limit=%EF%BC%95", "limit"),
        ("limit=5&limit=6", "limit"),
        ("count=yes", "count"),
        ("cursor=", "cursor"),
        ("cursor=a%00b", "cursor"),
    ):
        errors = problem(client.get(f"/api/v1/reports?{query}"), 422, "validation_failed")["errors"]
        assert list(errors) == [name], query


def test_a_nul_in_the_path_finds_nothing(client: FlaskClient) -> None:
    problem(client.get("/api/v1/reports/%00"), 404, "not_found")
