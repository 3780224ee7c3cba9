"""A view that prepares its body: nobody unknown makes it work, and no connection is held meanwhile."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine

from gridgov.app import create_app
from gridgov.domain.actors import Actor
from gridgov.domain.model_city import BRANCH
from gridgov.domain.rights import Permission
from gridgov.http.context import work
from gridgov.http.prepared import prepared, requires_prepared
from gridgov.settings import Settings
from tests.http_client import Client, make_client


@pytest.fixture
def client(own_engine: Engine, settings: Settings) -> Iterator[Client]:
    """A client of its own city."""
    return make_client(own_engine, settings)


def with_view(client: Client, permission: Permission, seen: list[int]) -> Flask:
    """The application with a view whose preparation notes how many connections are in use."""
    app = create_app(client.app.extensions["gridgov"].runtime)

    def prepare() -> str:
        seen.append(client.engine.pool.checkedout())  # type: ignore[attr-defined]
        return "ready"

    @app.post("/api/v1/try")
    @requires_prepared(permission, prepare)
    def try_it(actor: Actor) -> dict[str, object]:
        return {"person": actor.person_id, "prepared": prepared(), "in_transaction": work().session.in_transaction()}

    return app


def test_the_work_is_done_between_two_transactions(client: Client) -> None:
    seen: list[int] = []
    app = with_view(client, Permission.CASE_REPORT, seen)
    headers = {"Authorization": f"Bearer {client.token_of(BRANCH)}"}
    answer = app.test_client().post("/api/v1/try", json={}, headers=headers)
    person = client.city.tree.acting[BRANCH][0]
    assert answer.json == {"person": person, "prepared": "ready", "in_transaction": True}
    assert seen == [0]


def test_who_may_not_come_in_makes_nobody_work(client: Client) -> None:
    seen: list[int] = []
    app = with_view(client, Permission.TOKEN_ADMINISTER, seen)
    assert app.test_client().post("/api/v1/try", json={}).status_code == 401
    headers = {"Authorization": f"Bearer {client.token_of(BRANCH)}"}
    assert app.test_client().post("/api/v1/try", json={}, headers=headers).status_code == 403
    assert seen == []
