"""A real worker on a real queue: it answers the doorbell, may be killed at any moment, and knows when it is deaf."""

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import redis
from sqlalchemy import Engine, select, text

from gridgov.adapters.hints import Doorbell
from gridgov.db.models import Heartbeat
from gridgov.db.session import Transactions
from gridgov.embedded.valkey import redis_py_url
from gridgov.tasks import HINTS
from tests.integration.processes import kill_group, own_valkey, running, wait_for
from tests.integration.silent_cases import escalations, report_silent, start_city
from workers.canary import Canary
from workers.celery_app import make_app

START_SECONDS = 60


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "process.log"


@pytest.fixture
def city(own_engine: Engine) -> Transactions:
    return start_city(own_engine)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    with own_valkey(tmp_path / "home") as url:
        yield url


def ring(broker: str) -> None:
    bell = Doorbell(broker, HINTS)
    bell.ring([1])
    bell.close()


def workers_seen(city: Transactions) -> list[str]:
    with city() as session:
        return list(session.scalars(select(Heartbeat.process).where(Heartbeat.kind == "worker")))


def test_a_hint_makes_a_worker_sweep_at_once(city: Transactions, own_database: str, broker: str, log: Path) -> None:
    with running("work", log, own_database, broker):
        wait_for(lambda: workers_seen(city), START_SECONDS)
        (case_id,) = report_silent(city, 1)
        ring(broker)
        wait_for(lambda: escalations(city, case_id) == 1, seconds=10)


def test_a_worker_goes_on_when_its_queue_was_emptied(
    city: Transactions, own_database: str, broker: str, log: Path
) -> None:
    with running("work", log, own_database, broker):
        wait_for(lambda: workers_seen(city), START_SECONDS)
        with closing(redis.Redis.from_url(redis_py_url(broker))) as queue:
            queue.flushall()
        (case_id,) = report_silent(city, 1)
        ring(broker)
        wait_for(lambda: escalations(city, case_id) == 1, seconds=10)


def test_a_worker_killed_in_mid_task_loses_nothing(
    city: Transactions, own_database: str, own_engine: Engine, broker: str, log: Path
) -> None:
    (case_id,) = report_silent(city, 1)
    with running("work", log, own_database, broker) as worker:
        wait_for(lambda: workers_seen(city), START_SECONDS)
        with own_engine.connect() as holder:
            holder.execute(text("LOCK TABLE case_events IN ACCESS EXCLUSIVE MODE"))
            ring(broker)
            wait_for(lambda: _waiting_for_a_lock(own_engine))
            kill_group(worker)
        assert escalations(city, case_id) == 0
    with running("sweep", log, own_database):
        wait_for(lambda: escalations(city, case_id) == 1)


def _waiting_for_a_lock(engine: Engine) -> bool:
    with engine.connect() as connection:
        found = connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one()
        return bool(found)


def gave_up(broker: str, seconds: float) -> bool:
    """Whether the canary of a worker that takes nothing gives up in that time."""
    given_up = threading.Event()
    canary = Canary(make_app(broker), "celery@deaf", given_up.set, pace=0.1)
    canary.start()
    try:
        return given_up.wait(seconds)
    finally:
        canary.stop()
        canary.join(10)


def test_a_worker_that_hears_nothing_though_the_broker_answers_gives_up(broker: str) -> None:
    assert gave_up(broker, 5)


def test_a_broker_that_is_gone_is_not_held_against_the_worker(tmp_path: Path) -> None:
    assert not gave_up(f"redis+socket://{tmp_path}/nobody.sock", 3)
