"""`gridgov pulse`, the health check of a container: it believes rows, not process tables."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, text

from gridgov.cli import main
from gridgov.services.heartbeats import process_name


def pulse(kind: str, database_url: str, home: Path) -> Result:
    named = {"DATABASE_URL": database_url, "REDIS_URL": "redis://127.0.0.1:1/0", "GRIDGOV_HOME": str(home)}
    unset = dict.fromkeys(("GRIDGOV_CITY", "GRIDGOV_TIMEZONE", "GRIDGOV_PORT"), "")
    return CliRunner().invoke(main, ["pulse", kind], env={**unset, **named})


def seen(engine: Engine, process: str, seconds_ago: int) -> None:
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO heartbeats VALUES (:process, 'any', now() - make_interval(secs => :ago), NULL)"),
            {"process": process, "ago": seconds_ago},
        )


@pytest.mark.parametrize(("seconds_ago", "exit_code"), [(5, 0), (100, 1)])
def test_a_sweeper_that_was_seen_a_moment_ago_is_well(
    own_engine: Engine, own_database: str, tmp_path: Path, seconds_ago: int, exit_code: int
) -> None:
    seen(own_engine, process_name("sweeper"), seconds_ago)
    assert pulse("sweeper", own_database, tmp_path).exit_code == exit_code


def test_a_worker_speaks_less_often(own_engine: Engine, own_database: str, tmp_path: Path) -> None:
    seen(own_engine, process_name("worker"), 100)
    assert pulse("worker", own_database, tmp_path).exit_code == 0


def test_neither_another_machine_nor_another_kind_counts(own_engine: Engine, own_database: str, tmp_path: Path) -> None:
    seen(own_engine, "sweeper@elsewhere:1", 1)
    seen(own_engine, process_name("worker"), 1)
    run = pulse("sweeper", own_database, tmp_path)
    assert run.exit_code == 1
    assert "was never seen" in run.output
