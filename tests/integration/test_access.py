"""Every route says who may come in, and what a request writes is committed before its answer leaves."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from gridgov.app import create_app
from gridgov.bootstrap import Runtime, make_runtime
from gridgov.db.session import count_statements
from gridgov.domain.actors import Actor
from gridgov.domain.model_city import BRANCH, CITY, PROPERTY
from gridgov.domain.org import Role
from gridgov.domain.rights import BY_ROLE, EVERYBODY, SCOPES, Permission, permissions_of
from gridgov.http.access import PUBLIC, requires
from gridgov.http.context import work
from gridgov.settings import Settings
from tests.http_client import Client, make_client

ME = "/api/v1/me"
# The specification, its page and the stylesheets: made by libraries, the same for everybody.
OPEN = {"api-docs.openapi_json", "docs.static", "docs.page", "front.static"}


@pytest.fixture
def client(own_engine: Engine, settings: Settings) -> Iterator[Client]:
    """A client of its own city."""
    return make_client(own_engine, settings)


@pytest.fixture(scope="module")
def app(settings: Settings) -> Flask:
    """The application alone: no database is asked."""
    return create_app(make_runtime(settings, "postgresql://nobody@127.0.0.1:1/nothing"))


def test_every_route_declares_its_access(app: Flask) -> None:
    undeclared = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in OPEN and not hasattr(app.view_functions[rule.endpoint], "access")
    }
    assert undeclared == set()


def test_only_these_routes_are_open_to_everybody(app: Flask) -> None:
    public = {name for name, view in app.view_functions.items() if getattr(view, "access", None) == PUBLIC}
    assert public == {"health.healthz", "health.readyz", "metrics.metrics", "front.front", "sessions.log_in"}


def test_every_other_route_of_the_contract_turns_a_stranger_away(client: Client) -> None:
    tried = 0
    for rule in client.app.url_map.iter_rules():
        access = getattr(client.app.view_functions[rule.endpoint], "access", PUBLIC)
        if access == PUBLIC:
            continue
        path = rule.rule
        for name in ("int:unit_id", "int:token_id", "int:version", "int:address_id", "int:webhook_id"):
            path = path.replace(f"<{name}>", "1")
        for name in rule.arguments:
            path = path.replace(f"<{name}>", "x")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            answer = client.call(None, method, path, {} if method != "GET" else None)
            assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated"), f"{method} {path}"
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            tried += 1
    assert tried >= 20


def test_a_credential_that_is_none_is_401(client: Client) -> None:
    for header in ("Bearer", "Bearer ", "Bearer ggt_unknown", "Bearer ggs_unknown", "Basic YTpi", "Bearer \u00e9", "x"):
        answer = client.app.test_client().get(ME, headers={"Authorization": header})
        assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated"), header


def test_permissions_are_alphabetical_and_each_is_given_to_somebody() -> None:
    assert [each.value for each in Permission] == sorted(each.value for each in Permission)
    assert EVERYBODY.union(*BY_ROLE.values()) == set(Permission)
    assert set(BY_ROLE) == set(Role)


def test_an_administrator_sees_no_case_and_an_auditor_acts_on_none() -> None:
    assert not {each for each in permissions_of([Role.ADMIN]) if each.value.startswith("case:")}
    assert {each for each in permissions_of([Role.AUDITOR]) if each.value.startswith("case:")} == {Permission.CASE_READ}


def test_a_scope_gives_nothing_that_the_person_does_not_have() -> None:
    for scope in SCOPES:
        assert permissions_of([Role.AUDITOR], [scope]) <= permissions_of([Role.AUDITOR])
    assert permissions_of([Role.AUDITOR], ["no such scope"]) == frozenset()


def test_a_post_that_ends_closes_its_doors_at_the_next_request(client: Client) -> None:
    assert client.call(BRANCH, "GET", "/api/v1/cases").status_code == 200
    with client.engine.begin() as connection:
        connection.execute(text("UPDATE posts SET valid_to = '2020-01-01' WHERE unit_id = :unit"), {"unit": BRANCH})
        connection.execute(text("UPDATE org_version SET version = version + 1"))
    assert client.call(BRANCH, "GET", "/api/v1/cases").status_code == 403
    me = client.call(BRANCH, "GET", ME)
    assert (me.status_code, me.json["posts"]) == (200, [])


def test_me_shows_posts_with_their_units_and_what_the_credential_opens(client: Client) -> None:
    me = client.call(PROPERTY, "GET", ME, Accept_Language="zh").json
    assert [(post["role"], post["unit"]["code"]) for post in me["posts"]] == [("property_staff", "m.s.c.x.property")]
    assert me["posts"][0]["unit"]["name"] == "物业"
    assert "case:act" in me["permissions"]
    assert me["preferences"] == {"language": "zh"}


def test_the_moment_the_version_and_the_credential_cost_one_statement(client: Client) -> None:
    client.call(BRANCH, "GET", ME)
    seen: list[str] = []
    count_statements(client.engine, seen)
    assert client.call(BRANCH, "GET", ME).status_code == 200
    assert len(seen) == 1


def with_view(client: Client, settings: Settings, result: object) -> Flask:
    """The application with one more view, which writes a row and gives `result` back."""
    app = create_app(Runtime(settings, client.engine, client.app.extensions["gridgov"].runtime.transaction,
                             client.app.extensions["gridgov"].runtime.sealer))  # fmt: skip

    @app.post("/api/v1/try")
    @requires(Permission.ACCOUNT_READ)
    def try_it(actor: Actor) -> object:
        sql = "INSERT INTO units (code, kind, name_zh, name_en, parent_id, public_area, invented)"
        work().session.execute(text(f"{sql} VALUES ('m.new', 'team', '队', 'Team', {CITY}, false, false)"))
        return result

    return app


def rows(client: Client) -> int:
    with client.engine.connect() as connection:
        return connection.execute(text("SELECT count(*) FROM units WHERE code = 'm.new'")).scalar_one()


def post(app: Flask, client: Client) -> int:
    headers = {"Authorization": f"Bearer {client.token_of(BRANCH)}"}
    return app.test_client().post("/api/v1/try", json={}, headers=headers).status_code


def test_a_view_that_answers_well_is_committed(client: Client, settings: Settings) -> None:
    assert post(with_view(client, settings, {"ok": True}), client) == 200
    assert rows(client) == 1


def test_a_view_that_answers_with_a_refusal_has_written_nothing(client: Client, settings: Settings) -> None:
    assert post(with_view(client, settings, ({"ok": False}, 409)), client) == 409
    assert rows(client) == 0


def test_an_answer_that_cannot_be_rendered_has_written_nothing(client: Client, settings: Settings) -> None:
    assert post(with_view(client, settings, {"no": object()}), client) == 500
    assert rows(client) == 0


def test_a_commit_that_fails_is_never_a_success(client: Client, settings: Settings) -> None:
    """A deferred trigger kills the connection's transaction at COMMIT, as a dying server would."""
    with client.engine.begin() as connection:
        connection.execute(
            text(
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " RAISE EXCEPTION 'too late' USING ERRCODE = '40001'; END $$"
            )
        )
        connection.execute(
            text(
                "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON units DEFERRABLE INITIALLY DEFERRED"
                " FOR EACH ROW EXECUTE FUNCTION refuse()"
            )
        )
    assert post(with_view(client, settings, {"ok": True}), client) == 503
    assert rows(client) == 0
