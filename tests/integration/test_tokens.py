"""Programs' tokens: made, listed, scoped, revoked, over HTTP and at the command line."""

from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from gridgov.cli.token import token
from gridgov.domain.errors import NotFound
from gridgov.domain.model_city import BRANCH, CITY, COMMUNITY, PROPERTY
from gridgov.domain.org import Role
from gridgov.services.office_holders import holder_of_role
from gridgov.settings import Settings
from tests.conftest import CITY as SCHEMA
from tests.http_client import Client, make_client

TOKENS = "/api/v1/tokens"
ME = "/api/v1/me"


@pytest.fixture
def client(own_engine: Engine, settings: Settings) -> Client:
    """A client of its own city."""
    return make_client(own_engine, settings)


def make(client: Client, unit: int, *scopes: str, **given: Any) -> TestResponse:
    return client.call(unit, "POST", TOKENS, {"name": "exporter", "scopes": list(scopes), **given})


def with_token(client: Client, secret: str, method: str, path: str, body: Any = None) -> TestResponse:
    return client.app.test_client().open(path, method=method, json=body, headers={"Authorization": f"Bearer {secret}"})


def test_a_token_shows_its_secret_once_and_is_kept_as_a_hash(client: Client) -> None:
    made = make(client, BRANCH, "*")
    assert made.status_code == 201
    secret = made.json["token"]
    assert with_token(client, secret, "GET", ME).status_code == 200
    listed = client.call(BRANCH, "GET", TOKENS)
    assert secret not in listed.text
    assert [each["name"] for each in listed.json["items"]] == ["exporter", "test"]
    with client.engine.connect() as connection:
        assert secret not in str(connection.execute(text("SELECT * FROM tokens")).all())


def test_scopes_cut_down_what_a_token_may_do(client: Client) -> None:
    secret = make(client, BRANCH, "cases:read").json["token"]
    assert with_token(client, secret, "GET", "/api/v1/cases").status_code == 200
    refused = with_token(client, secret, "POST", "/api/v1/cases", {"description": "x", "place": {"building_id": 6}})
    assert (refused.status_code, refused.json["permission"]) == (403, "case:report")
    assert with_token(client, secret, "POST", TOKENS, {"name": "x", "scopes": ["*"]}).status_code == 403


def test_a_token_cannot_make_one_with_wider_scopes_than_its_own(client: Client) -> None:
    secret = make(client, BRANCH, "tokens:write").json["token"]
    assert with_token(client, secret, "POST", TOKENS, {"name": "x", "scopes": ["cases:read"]}).status_code == 403
    assert with_token(client, secret, "POST", TOKENS, {"name": "x", "scopes": ["tokens:write"]}).status_code == 201


def test_a_revoked_token_opens_nothing_from_that_moment(client: Client) -> None:
    made = make(client, BRANCH, "*").json
    assert client.call(BRANCH, "DELETE", f"{TOKENS}/{made['id']}").status_code == 204
    answer = with_token(client, made["token"], "GET", ME)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="gridgov"')
    assert client.call(BRANCH, "GET", TOKENS).json["items"][0]["revoked_at"].endswith("Z")


def test_a_token_ends_on_its_day(client: Client) -> None:
    made = make(client, BRANCH, "*", days=1).json
    with client.engine.begin() as connection:
        connection.execute(text("UPDATE tokens SET expires_at = now() WHERE id = :id"), {"id": made["id"]})
    assert with_token(client, made["token"], "GET", ME).status_code == 401


def test_somebody_elses_token_is_not_there_for_me_but_for_an_administrator(client: Client) -> None:
    made = make(client, BRANCH, "*").json
    assert client.call(PROPERTY, "DELETE", f"{TOKENS}/{made['id']}").status_code == 404
    assert client.call(PROPERTY, "GET", f"{TOKENS}?of=everybody").status_code == 403
    appoint(client, PROPERTY, Role.ADMIN)
    assert made["id"] in [each["id"] for each in client.call(PROPERTY, "GET", f"{TOKENS}?of=everybody").json["items"]]
    assert client.call(PROPERTY, "DELETE", f"{TOKENS}/{made['id']}").status_code == 204


def appoint(client: Client, unit: int, role: Role) -> None:
    person = client.city.tree.acting[unit][0]
    with client.engine.begin() as connection:
        row = {"person": person, "role": role.value, "unit": CITY}
        connection.execute(text("INSERT INTO posts (person_id, role, unit_id) VALUES (:person, :role, :unit)"), row)
        connection.execute(text("UPDATE org_version SET version = version + 1"))


def test_the_last_use_is_written_down_at_most_once_a_minute(client: Client) -> None:
    made = make(client, BRANCH, "*").json

    def used_at() -> Any:
        with client.engine.connect() as connection:
            return connection.execute(text("SELECT used_at FROM tokens WHERE id = :id"), {"id": made["id"]}).scalar()

    assert used_at() is None
    with_token(client, made["token"], "GET", ME)
    first = used_at()
    with_token(client, made["token"], "GET", ME)
    assert first is not None
    assert used_at() == first
    with client.engine.begin() as connection:
        connection.execute(text("UPDATE tokens SET used_at = now() - interval '2 minutes'"))
    with_token(client, made["token"], "GET", ME)
    assert used_at() > first


def test_a_token_that_cannot_be_is_refused_by_field(client: Client) -> None:
    for given in ({"scopes": ["everything"]}, {"scopes": []}, {"days": 0}, {"owner": 1}, {"name": ""}):
        answer = client.call(BRANCH, "POST", TOKENS, {"name": "x", "scopes": ["*"], **given})
        assert answer.status_code == 422
        assert {path.split(".")[0] for path in answer.json["errors"]} == set(given)


def test_the_person_nearest_to_a_unit_is_found_inside_it_then_above_it(client: Client) -> None:
    tree = client.city.tree
    assert holder_of_role(tree, Role.BRANCH_SECRETARY, "m.s.c.x").unit_id == BRANCH
    assert tree.units[holder_of_role(tree, Role.GRID_WORKER, "m.s.c.x").unit_id].code == "m.s.c.g"
    assert tree.units[holder_of_role(tree, Role.BUILDING_LEADER, "m.s.c").unit_id].code == "m.s.c.x.b.group"
    assert holder_of_role(tree, Role.COMMUNITY_OFFICER, "m.s.c.x.b").unit_id == COMMUNITY
    assert tree.units[holder_of_role(tree, Role.DEPARTMENT_OFFICER, "m.s.c.x").unit_id].code == "m.civil_affairs"
    with pytest.raises(NotFound):
        holder_of_role(tree, Role.AUDITOR, "m.s.c.x")
    with pytest.raises(NotFound):
        holder_of_role(tree, Role.AUDITOR, "elsewhere")


def test_the_command_prints_a_working_token_as_its_last_word(
    client: Client, settings: Settings, own_database: str
) -> None:
    environ = {"GRIDGOV_HOME": str(settings.home), "DATABASE_URL": own_database, "REDIS_URL": "redis://127.0.0.1:1"}
    environ["GRIDGOV_CITY"] = SCHEMA
    runner = CliRunner()
    by_office = runner.invoke(token, ["--role", "branch_secretary", "--unit", "m.s.c.x", "--days", "2"], env=environ)
    assert by_office.exit_code == 0, by_office.output
    me = with_token(client, by_office.output.split()[-1], "GET", ME)
    assert [post["role"] for post in me.json["posts"]] == ["branch_secretary"]
    by_name = runner.invoke(token, ["--user", me.json["person"]["username"], "--scope", "cases:read"], env=environ)
    assert with_token(client, by_name.output.split()[-1], "GET", "/api/v1/cases").status_code == 200
    assert runner.invoke(token, ["--role", "auditor"], env=environ).exit_code == 2
    assert isinstance(runner.invoke(token, ["--user", "nobody"], env=environ).exception, NotFound)
