"""The sweeper as a process: it needs the database only, hurts nobody, and comes back from everything."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.exc import SQLAlchemyError

from gridgov.db.models import Heartbeat, NoticeRow, Person
from gridgov.db.session import Transactions, city_now, make_engine
from gridgov.embedded.postgres import Postgres
from gridgov.embedded.servers import servers_for
from gridgov.migrations.upgrade import upgrade
from gridgov.settings import read_settings
from tests.conftest import CITY
from tests.integration.mail_server import mail_server
from tests.integration.processes import NO_BROKER, own_valkey, running, wait_for
from tests.integration.silent_cases import escalations, report_silent, start_city


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "process.log"


@pytest.fixture
def city(own_engine: Engine) -> Transactions:
    return start_city(own_engine)


def seen(transaction: Transactions, kind: str) -> Heartbeat | None:
    with transaction() as session:
        return session.scalars(select(Heartbeat).where(Heartbeat.kind == kind)).first()


def test_a_silent_case_climbs_without_any_broker(city: Transactions, own_database: str, log: Path) -> None:
    (case_id,) = report_silent(city, 1)
    with running("sweep", log, own_database, NO_BROKER):
        wait_for(lambda: escalations(city, case_id) == 1)
        wait_for(lambda: (beat := seen(city, "sweeper")) is not None and beat.worked_at is not None)


def test_two_sweepers_and_a_worker_fire_each_stage_once(
    city: Transactions, own_database: str, log: Path, tmp_path: Path
) -> None:
    cases = report_silent(city, 30)
    with own_valkey(tmp_path / "home") as broker, ExitStack() as together:
        for command in ("sweep", "sweep", "work", "beat"):
            together.enter_context(running(command, log, own_database, broker))
        wait_for(lambda: all(escalations(city, each) >= 1 for each in cases))
        wait_for(lambda: seen(city, "worker"), seconds=60)
        assert [escalations(city, each) for each in cases] == [1] * 30


def test_a_signal_ends_it_at_once_and_well(city: Transactions, own_database: str, log: Path) -> None:
    with running("sweep", log, own_database) as process:
        wait_for(lambda: seen(city, "sweeper"))
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0


def test_mail_leaves_the_house_without_any_broker(city: Transactions, own_database: str, log: Path) -> None:
    with city() as session:
        session.execute(update(Person).values(email=Person.username + "@people.example"))
    with mail_server() as box, running("sweep", log, own_database, GRIDGOV_SMTP_URL=box.url):
        (case_id,) = report_silent(city, 1, email_on=True)
        wait_for(lambda: escalations(city, case_id) == 1)
        wait_for(lambda: box.messages)
        wait_for(lambda: seen(city, "deliverer"))
        wait_for(lambda: _mails(city, "sent") == _mails(city, "pending", "sent") > 1)
        ids = [str(message["Message-ID"]) for message in box.messages]
        assert len(ids) == len(set(ids)) == _mails(city, "sent")


def _mails(transaction: Transactions, *states: str) -> int:
    with transaction() as session:
        mails = select(func.count()).where(NoticeRow.channel == "email", NoticeRow.state.in_(states))
        return session.execute(mails).scalar_one()


@pytest.fixture
def silent_mail_server() -> Iterator[str]:
    """It takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"smtp://127.0.0.1:{server.getsockname()[1]}?from=gridgov@city.example"


def test_a_mail_server_that_says_nothing_delays_no_escalation(
    city: Transactions, own_database: str, log: Path, silent_mail_server: str
) -> None:
    with city() as session:
        session.execute(update(Person).values(email=Person.username + "@people.example"))
    report_silent(city, 1, email_on=True)
    with running("sweep", log, own_database, GRIDGOV_SMTP_URL=silent_mail_server):
        wait_for(lambda: escalations(city) == 1)
        time.sleep(1)
        (second,) = report_silent(city, 1, email_on=True)
        wait_for(lambda: escalations(city, second) == 1, seconds=5)


def test_it_goes_on_after_the_database_was_killed(tmp_path: Path, log: Path) -> None:
    home = tmp_path / "home"
    with servers_for(read_settings({"GRIDGOV_HOME": str(home), "REDIS_URL": NO_BROKER})) as urls:
        engine = make_engine(urls.database_url, CITY)
        upgrade(engine, CITY)
        city = start_city(engine)
        with running("sweep", log, urls.database_url):
            wait_for(lambda: seen(city, "sweeper"))
            time.sleep(2)
            os.kill(int(Postgres(home).pid_file().read_text().split()[0]), signal.SIGKILL)
            wait_for(lambda: _answers(engine))
            (case_id,) = report_silent(city, 1)
            wait_for(lambda: escalations(city, case_id) == 1, seconds=15)
        engine.dispose()
    assert "the database:" in log.read_text()


def _answers(engine: Engine) -> bool:
    try:
        with Transactions(engine)() as session:
            return city_now(session) is not None
    except SQLAlchemyError:
        return False


def test_an_address_of_a_mail_server_that_cannot_be_ends_it_at_once(own_database: str, log: Path) -> None:
    with running("sweep", log, own_database, GRIDGOV_SMTP_URL="nonsense") as process:
        assert process.wait(10) == 1
    assert "GRIDGOV_SMTP_URL has to look like" in log.read_text()


def test_the_sweeper_carries_neither_celery_nor_flask() -> None:
    code = "import sys, gridgov.cli.sweep; print(*sys.modules)"
    loaded = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True).stdout.split()
    assert {"celery", "kombu", "flask", "openpyxl", "shapely", "marshmallow", "cryptography"} & set(loaded) == set()
