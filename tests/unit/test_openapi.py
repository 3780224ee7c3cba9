"""The specification says every answer that an operation can give, and the page shows every operation."""

import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gridgov.http.blueprint import Blueprint
from gridgov.http.install import install
from gridgov.http.problems import TITLES
from gridgov.schemas.fields import Flag, Line, Moment, Prose, RealNumber, WholeNumber
from gridgov.schemas.paging import PageQuery
from gridgov.schemas.shape import Input, Output


class Report(Input):
    title = Line(40, required=True)
    text = Prose(400, blank=True)
    at = Moment(allow_none=True)
    floors = WholeNumber(-5, 200)
    lat = RealNumber(-90, 90)
    urgent = Flag()


class Kept(Output):
    at = Moment()


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    app = Flask("test")
    api = install(app)
    cases = Blueprint("cases", __name__, url_prefix="/api/v1", description="Cases")

    @cases.post("/cases")
    @cases.arguments(Report)
    @cases.response(201, Kept)
    def report(body: dict[str, Any]) -> Any:
        """Report <script>alert(1)</script> a case.

        At length.
        """
        return body

    @cases.get("/cases")
    @cases.arguments(PageQuery, location="query")
    @cases.response(200, Kept(many=True))
    def cases_of(query: dict[str, Any]) -> Any:
        """List cases."""
        return [query]

    @cases.delete("/cases/<int:number>")
    @cases.response(204)
    def drop(number: int) -> Any:
        """Drop a case."""
        return number

    @cases.get("/public/<code>")
    @cases.doc(security=[])
    @cases.response(200, Kept)
    @cases.alt_response(404, description="No such code.")
    def public(code: str) -> Any:
        """Follow a case."""
        return code

    api.register_blueprint(cases)
    return app.test_client()


@pytest.fixture
def spec(client: FlaskClient) -> dict[str, Any]:
    answer = client.get("/api/v1/openapi.json")
    assert answer.content_type == "application/json"
    found: dict[str, Any] = json.loads(answer.data)
    return found


def test_the_specification_is_openapi_3_1_with_both_credentials(spec: dict[str, Any]) -> None:
    assert spec["openapi"] == "3.1.0"
    assert set(spec["components"]["securitySchemes"]) == {"bearerAuth", "sessionCookie"}
    assert spec["security"] == [{"bearerAuth": []}, {"sessionCookie": []}]


def test_every_operation_says_each_status_that_the_edge_can_answer(spec: dict[str, Any]) -> None:
    reading = {"200", "401", "403", "404", "422", "429", "500", "503"}
    writing = {"400", "401", "403", "404", "409", "413", "415", "422", "429", "500", "503"}
    assert set(spec["paths"]["/api/v1/cases"]["get"]["responses"]) == reading
    assert set(spec["paths"]["/api/v1/cases"]["post"]["responses"]) == writing | {"201"}
    assert set(spec["paths"]["/api/v1/cases/{number}"]["delete"]["responses"]) == writing | {"204"}
    assert set(spec["paths"]["/api/v1/public/{code}"]["get"]["responses"]) == reading - {"401", "403"}


def test_every_error_is_a_problem_of_its_media_type(spec: dict[str, Any]) -> None:
    assert spec["paths"]["/api/v1/cases"]["post"]["responses"]["409"] == {"$ref": "#/components/responses/CONFLICT"}
    for name, response in spec["components"]["responses"].items():
        assert list(response["content"]) == ["application/problem+json"], name
        schema = response["content"]["application/problem+json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/Problem"}
    problem = spec["components"]["schemas"]["Problem"]
    assert problem["additionalProperties"] is True
    assert {"type", "title", "status", "detail", "code", "request_id"} == set(problem["required"])


def test_what_an_operation_says_of_a_status_itself_is_kept(spec: dict[str, Any]) -> None:
    assert spec["paths"]["/api/v1/public/{code}"]["get"]["responses"]["404"]["description"] == "No such code."


def test_an_input_refuses_other_fields_and_its_fields_say_their_bounds(spec: dict[str, Any]) -> None:
    report = spec["components"]["schemas"]["Report"]
    assert report["additionalProperties"] is False
    fields = report["properties"]
    assert fields["at"] == {"type": ["string", "null"], "format": "date-time"}
    assert fields["floors"] == {"type": "integer", "minimum": -5, "maximum": 200}
    assert fields["lat"] == {"type": "number", "minimum": -90, "maximum": 90}
    assert fields["urgent"] == {"type": "boolean"}
    assert (fields["title"]["type"], fields["title"]["minLength"], fields["title"]["maxLength"]) == ("string", 1, 40)
    for text, fine in (("路 灯", True), ("  ", False), ("a\x00", False), ("a\nb", False)):
        assert bool(re.search(fields["title"]["pattern"], text)) is fine
    for text, fine in (("a\nb\t", True), ("", True), ("a\x00", False)):
        assert bool(re.search(fields["text"]["pattern"], text)) is fine


def test_the_page_shows_every_operation_schema_and_code(client: FlaskClient, spec: dict[str, Any]) -> None:
    answer = client.get("/api/v1/docs")
    assert answer.status_code == 200
    assert answer.mimetype == "text/html"
    for path, item in spec["paths"].items():
        for method in item.keys() - {"parameters"}:
            assert f"<code>{method.upper()} {path}</code></h3>" in answer.text
    for name in spec["components"]["schemas"]:
        assert f'id="schema-{name}"' in answer.text
    for code in TITLES:
        assert f'id="problem-{code}"' in answer.text


def test_every_link_within_the_page_has_a_target_and_no_id_stands_twice(client: FlaskClient) -> None:
    page = client.get("/api/v1/docs").text
    ids = re.findall(r'id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


def test_the_page_works_under_its_own_policy(client: FlaskClient) -> None:
    answer = client.get("/api/v1/docs")
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|https?://|javascript:", answer.text)
    assert "&lt;script&gt;alert(1)" in answer.text
    (stylesheet,) = re.findall(r'rel="stylesheet" href="([^"]+)"', answer.text)
    sheet = client.get(stylesheet, buffered=True)
    assert (sheet.status_code, sheet.mimetype) == (200, "text/css")
