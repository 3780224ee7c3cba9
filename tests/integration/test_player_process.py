"""The demonstration's player as a process: it goes on after the database was away, and ends at once when asked."""

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, text

from gridgov.adapters.demo_logins import FILE_NAME
from gridgov.cli import main
from gridgov.db.session import make_engine
from tests.conftest import CITY
from tests.integration.processes import running, wait_for

CASES = "SELECT count(*) FROM cases WHERE external_source = 'demo'"
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> :own"


@pytest.fixture
def database(make_database: Callable[[str], str], xuanwei_template: str) -> str:
    """The seeded city of this test."""
    return make_database(xuanwei_template)


@pytest.fixture
def fast(database: str) -> Iterator[Engine]:
    """The same city, in which a second is half an hour."""
    engine = make_engine(database, CITY)
    with engine.begin() as connection:
        connection.execute(text("UPDATE city_time SET speed = 1800"))
    yield engine
    engine.dispose()


def cases(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text(CASES)).scalar_one())


def test_it_survives_the_loss_of_its_connection_and_stops_within_two_seconds(
    database: str, fast: Engine, folder: Path
) -> None:
    log = folder / "player.log"
    (folder / FILE_NAME).touch()
    with running("play", log, database) as process:
        wait_for(lambda: cases(fast) > 3, 60)
        with fast.begin() as connection:
            own = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            connection.execute(text(CUT), {"own": own})
        before = cases(fast)
        wait_for(lambda: cases(fast) > before, 60)
        assert process.poll() is None
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert time.monotonic() - asked < 2
    said = log.read_text(encoding="utf-8")
    assert "上报 Report → 已上报" in said
    assert "Traceback" not in said


def test_it_refuses_a_data_folder_without_the_logins_of_the_demonstration(database: str, folder: Path) -> None:
    variables = {"DATABASE_URL": database, "REDIS_URL": "redis://localhost:1", "GRIDGOV_HOME": str(folder)}
    run = CliRunner().invoke(main, ["play"], env=variables)
    assert run.exit_code == 1
    assert run.stderr.startswith("--demo plays in the demonstration city only")
