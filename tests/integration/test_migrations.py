"""The schema: one line of revisions, equal to the models, and safe to apply again or at the same time."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from click.testing import CliRunner
from sqlalchemy import Engine, text

from gridgov.cli.migrate import migrate
from gridgov.db.base import Base
from gridgov.db.session import make_engine
from gridgov.embedded.servers import ServerUrls
from gridgov.migrations.upgrade import config, upgrade

ROOT = Path(__file__).parents[2]
MIGRATE = [sys.executable, "-c", "from gridgov.cli.migrate import migrate; migrate()"]


@pytest.fixture
def empty_database(make_database: Callable[[str], str]) -> str:
    """A database without a schema of ours."""
    return make_database("template0")


@pytest.fixture
def empty_engine(empty_database: str) -> Iterator[Engine]:
    """An engine on a database without a schema of ours."""
    engine = make_engine(empty_database, "xuanwei")
    yield engine
    engine.dispose()


@pytest.fixture
def command_environ(empty_database: str, servers: ServerUrls, folder: Path) -> dict[str, str]:
    """The settings with which a command finds the empty database."""
    return {"DATABASE_URL": empty_database, "REDIS_URL": servers.redis_url, "GRIDGOV_HOME": str(folder)}


def revision_of(engine: Engine) -> str | None:
    """The revision that the city's schema is at."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_of(engine: Engine) -> str | None:
    """The newest revision; alembic raises when there are several."""
    with engine.connect() as connection:
        return ScriptDirectory.from_config(config(connection)).get_current_head()


def test_the_models_say_the_same_as_the_migrations(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_revisions_have_one_head_and_one_root(engine: Engine) -> None:
    with engine.connect() as connection:
        revisions = ScriptDirectory.from_config(config(connection))
    assert len(revisions.get_heads()) == 1
    assert len(revisions.get_bases()) == 1


def test_upgrading_twice_changes_nothing(empty_engine: Engine) -> None:
    upgrade(empty_engine, "xuanwei")
    rows = "SELECT (SELECT count(*) FROM city_time), (SELECT version FROM org_version)"
    with empty_engine.connect() as connection:
        before = connection.execute(text(rows)).one()
    upgrade(empty_engine, "xuanwei")
    assert revision_of(empty_engine) == head_of(empty_engine) is not None
    with empty_engine.connect() as connection:
        assert connection.execute(text(rows)).one() == before


def test_two_processes_may_migrate_at_the_same_time(empty_engine: Engine, command_environ: dict[str, str]) -> None:
    environ = {**os.environ, **command_environ, "PYTHONPATH": str(ROOT)}
    processes = [
        subprocess.Popen(MIGRATE, env=environ, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    assert revision_of(empty_engine) == head_of(empty_engine)


def test_the_command_brings_an_empty_database_to_the_head(
    empty_engine: Engine, command_environ: dict[str, str]
) -> None:
    result = CliRunner().invoke(migrate, env=command_environ, catch_exceptions=False)
    assert "up to date" in result.output
    assert revision_of(empty_engine) == head_of(empty_engine)


def test_two_cities_share_a_database_in_schemas_of_their_own(empty_engine: Engine, empty_database: str) -> None:
    upgrade(empty_engine, "xuanwei")
    neighbour = make_engine(empty_database, "qujing")
    upgrade(neighbour, "qujing")
    assert revision_of(neighbour) == head_of(neighbour)
    with neighbour.begin() as connection:
        connection.execute(text("UPDATE org_version SET version = 7"))
    neighbour.dispose()
    with empty_engine.connect() as connection:
        assert connection.execute(text("SELECT version FROM org_version")).scalar_one() == 1
