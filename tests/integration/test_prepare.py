"""What `gridgov up` has done before its programs start, on a database that an operator has named."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.conftest import CITY

ROOT = Path(__file__).parents[2]


@pytest.fixture
def empty_database(make_database: Callable[[str], str]) -> str:
    """A database without any table of ours."""
    return make_database("template0")


def prepare(home: Path, database_url: str, **more: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GRIDGOV_")}
    named = {"DATABASE_URL": database_url, "REDIS_URL": "redis://127.0.0.1:1/0", "GRIDGOV_HOME": str(home)}
    return subprocess.run(
        (sys.executable, "-m", "gridgov.cli", "prepare"),
        env={**kept, **named, **more, "PYTHONPATH": str(ROOT)},
        cwd=home.parent,
        capture_output=True,
        text=True,
        check=True,
    )


def test_a_named_database_gets_its_tables_and_no_demonstration(empty_database: str, tmp_path: Path) -> None:
    run = prepare(tmp_path / "home", empty_database, GRIDGOV_SPEED="60")
    engine = create_engine(f"postgresql+psycopg://{empty_database.partition('://')[2]}")
    with engine.connect() as connection:
        assert connection.execute(text(f"SELECT count(*) FROM {CITY}.units")).scalar_one() == 0
        assert connection.execute(text(f"SELECT speed FROM {CITY}.city_time")).scalar_one() == 1
    engine.dispose()
    assert run.stdout == ""
    assert run.stderr.startswith("GRIDGOV_SPEED is left alone")


def test_with_both_servers_named_none_of_our_own_starts(empty_database: str, tmp_path: Path) -> None:
    prepare(tmp_path / "home", empty_database)
    assert not (tmp_path / "home" / "postgres").exists()
    assert not (tmp_path / "home" / "valkey").exists()
