"""What machines ask: alive, ready, numbers."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import StringIO

import pytest
import structlog
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from gridgov.adapters.logs import configure_logs
from gridgov.app import create_app
from gridgov.bootstrap import make_runtime
from gridgov.db.session import Transactions, make_engine
from gridgov.domain.model_city import BRANCH, GRID
from gridgov.embedded.servers import ServerUrls
from gridgov.settings import Settings
from tests.http_client import Client, make_client


@pytest.fixture(scope="module")
def engine(make_database: Callable[[], str], settings: Settings) -> Iterator[Engine]:
    """The database of these tests."""
    engine = make_engine(make_database(), settings.city)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def client(engine: Engine, settings: Settings, servers: ServerUrls) -> Client:
    """A city with a broker."""
    return make_client(engine, replace(settings, redis_url=servers.redis_url))


@pytest.fixture
def nowhere(settings: Settings) -> FlaskClient:
    """An application whose database and broker are away."""
    away = replace(settings, redis_url="redis://127.0.0.1:1")
    return create_app(make_runtime(away, "postgresql://nobody@127.0.0.1:1/nothing")).test_client()


def beat(engine: Engine, seconds_ago: int) -> None:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM heartbeats"))
        sql = (
            "INSERT INTO heartbeats (process, kind, seen_at) VALUES ('s', 'sweeper', now() - make_interval(secs => :s))"
        )
        connection.execute(text(sql), {"s": seconds_ago})


def test_a_city_whose_sweeper_lives_is_ready(client: Client, engine: Engine) -> None:
    beat(engine, 1)
    answer = client.call(None, "GET", "/readyz")
    assert (answer.status_code, answer.json) == (
        200,
        {"status": "ok", "database": "ok", "sweeper": "ok", "broker": "ok"},
    )


def test_a_city_whose_sweeper_is_silent_for_half_a_minute_is_not_ready(client: Client, engine: Engine) -> None:
    beat(engine, 31)
    answer = client.call(None, "GET", "/readyz")
    assert (answer.status_code, answer.json["sweeper"], answer.json["database"]) == (503, "away", "ok")


def test_without_a_broker_a_city_is_ready_all_the_same(engine: Engine, settings: Settings) -> None:
    beat(engine, 1)
    runtime = make_runtime(replace(settings, redis_url="redis://127.0.0.1:1"), "postgresql://x@127.0.0.1:1/x")
    broken = create_app(replace(runtime, transaction=Transactions(engine)))
    answer = broken.test_client().get("/readyz")
    assert (answer.status_code, answer.json["broker"]) == (200, "away")


def test_a_process_without_a_database_is_alive_and_not_ready(nowhere: FlaskClient) -> None:
    assert nowhere.get("/healthz").json == {"status": "ok"}
    answer = nowhere.get("/readyz")
    assert (answer.status_code, answer.json["database"]) == (503, "away")
    me = nowhere.get("/api/v1/me", headers={"Authorization": "Bearer ggt_x"})
    assert (me.status_code, me.json["code"], me.headers["Retry-After"]) == (503, "unavailable", "5")


def test_the_numbers_count_requests_and_show_the_city(client: Client) -> None:
    client.report(GRID)
    shown = client.call(None, "GET", "/metrics")
    assert shown.content_type.startswith("text/plain")
    numbers = dict(line.rsplit(" ", 1) for line in shown.text.splitlines() if not line.startswith("#"))
    assert float(numbers["gridgov_cases_open"]) == 1
    assert float(numbers["gridgov_clocks_overdue"]) == 0
    assert float(numbers["gridgov_clocks_oldest_overdue_seconds"]) == 0
    assert {"gridgov_outbox_pending"} <= set(numbers)
    assert float(numbers['gridgov_requests_total{method="POST",route="/api/v1/cases",status="201"}']) >= 1


def test_work_that_the_sweeper_has_before_it_is_seen_from_outside(client: Client, engine: Engine) -> None:
    number = client.report(GRID)["number"]
    sql = "UPDATE clocks SET next_at = city_now() - interval '5 minutes' WHERE state = 0 AND case_id = "
    with engine.begin() as connection:
        connection.execute(text(sql + "(SELECT id FROM cases WHERE number = :number)"), {"number": number})
    lines = client.call(None, "GET", "/metrics").text.splitlines()
    oldest = next(line for line in lines if line.startswith("gridgov_clocks_oldest_overdue_seconds"))
    assert 300 <= float(oldest.split()[1]) < 360


@pytest.fixture
def log() -> Iterator[StringIO]:
    """What is logged, until the test ends."""
    stream = StringIO()
    configure_logs(stream)
    yield stream
    structlog.reset_defaults()


def test_each_request_is_one_line_of_json_without_its_query(client: Client, log: StringIO) -> None:
    client.call(BRANCH, "GET", "/api/v1/units?q=13812345678", X_Request_ID="r-1")
    client.call(None, "GET", "/healthz")
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [line["path"] for line in lines if line["event"] == "request"] == ["/api/v1/units"]
    assert (lines[-1]["method"], lines[-1]["status"], lines[-1]["request_id"]) == ("GET", 200, "r-1")
    assert lines[-1]["person"] == client.city.tree.acting[BRANCH][0]
    assert lines[-1]["ms"] > 0
    assert "13812345678" not in log.getvalue()


def test_control_characters_cannot_forge_a_line(client: Client, log: StringIO) -> None:
    client.call(None, "GET", "/api/v1/units/%0d%0a%1b%5b2J%c2%85%e2%80%a8forged")
    lines = log.getvalue().splitlines()
    assert len(lines) == 1
    assert "forged" in json.loads(lines[0])["path"]
    assert lines[0].isprintable()
