"""What every test may use: own servers in a temporary home, migrated databases, one rolled-back session.

Nothing here reads DATABASE_URL, uses port 8000 or touches .gridgov, so the tests run beside a running city.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from gridgov.cities.xuanwei import plan_xuanwei
from gridgov.db.session import city_now, make_engine
from gridgov.embedded.servers import ServerUrls, servers_for
from gridgov.migrations.upgrade import upgrade
from gridgov.services.passwords import hash_password
from gridgov.services.seeding import seed_city
from gridgov.settings import Settings, read_settings

CITY = "xuanwei"
HOME = "GRIDGOV_TEST_HOME"
TEMPLATE = "gridgov_migrated"


def pytest_configure(config: pytest.Config) -> None:
    """One home for the whole run: the controller of xdist makes it, its workers inherit the name."""
    if HOME not in os.environ:
        os.environ[HOME] = tempfile.mkdtemp(prefix="gridgov-test-")
        config.add_cleanup(_remove_home)


def _remove_home() -> None:
    shutil.rmtree(os.environ.pop(HOME), ignore_errors=True)


@pytest.fixture(scope="session")
def settings() -> Settings:
    """The settings of the test home: no variable of the person who runs the tests counts."""
    return read_settings({"GRIDGOV_HOME": os.environ[HOME], "GRIDGOV_SECRET_KEY": "for tests only"})


@pytest.fixture(scope="session")
def servers(settings: Settings) -> Iterator[ServerUrls]:
    """Real PostgreSQL and Valkey, shared by every worker of the run."""
    with servers_for(settings) as urls:
        yield urls


@pytest.fixture(scope="session")
def make_database(servers: ServerUrls) -> Iterator[Callable[[str], str]]:
    """A function that makes an empty migrated database (or a copy of a named template) and gives its URL."""
    made: list[str] = []

    def make(template: str = TEMPLATE) -> str:
        name = f"t_{uuid4().hex[:12]}"
        with _maintenance(servers) as connection:
            _require_template(connection, servers)
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
        made.append(name)
        return url_of(servers, name)

    yield make
    with _maintenance(servers) as connection:
        for name in made:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


def url_of(servers: ServerUrls, database: str) -> str:
    """The URL of another database on the same server."""
    head, _, query = servers.database_url.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{database}?{query}"


@contextmanager
def _maintenance(servers: ServerUrls) -> Iterator[Connection]:
    engine = create_engine(servers.database_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(7)"))
        yield connection


def _require_template(connection: Connection, servers: ServerUrls) -> None:
    known = text("SELECT 1 FROM pg_database WHERE datname = :name")
    if connection.execute(known, {"name": TEMPLATE}).scalar() is not None:
        return
    connection.execute(text('CREATE DATABASE "gridgov_raw"'))
    engine = make_engine(url_of(servers, "gridgov_raw"), CITY)
    upgrade(engine, CITY)
    engine.dispose()
    connection.execute(text(f'ALTER DATABASE "gridgov_raw" RENAME TO "{TEMPLATE}"'))


@pytest.fixture(scope="session")
def database_url(make_database: Callable[[], str]) -> str:
    """A migrated, empty database of this worker; tests roll back what they write, or take `own_database`."""
    return make_database()


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on this worker's database, in the city's schema."""
    engine = make_engine(database_url, CITY)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose whole work is rolled back after the test."""
    with engine.connect() as connection:
        transaction = connection.begin()
        with Session(
            connection, autoflush=False, expire_on_commit=False, join_transaction_mode="create_savepoint"
        ) as one:
            yield one
        transaction.rollback()


@pytest.fixture
def own_database(make_database: Callable[[], str]) -> str:
    """A migrated, empty database for one test that has to commit."""
    return make_database()


@pytest.fixture
def own_engine(own_database: str) -> Iterator[Engine]:
    """An engine on a database for one test that has to commit."""
    engine = make_engine(own_database, CITY, pool_size=20)
    yield engine
    engine.dispose()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of the test's own."""
    return tmp_path


XUANWEI = "gridgov_xuanwei"


@pytest.fixture(scope="session")
def xuanwei_password() -> str:
    """What everybody in the seeded city of the tests logs in with."""
    return "only-in-tests-2026"


@pytest.fixture(scope="session")
def xuanwei_template(servers: ServerUrls, xuanwei_password: str) -> str:
    """The name of a seeded database, made once per run: `make_database(xuanwei_template)` copies it in a moment."""
    with _maintenance(servers) as connection:
        _require_template(connection, servers)
        known = text("SELECT 1 FROM pg_database WHERE datname = :name")
        if connection.execute(known, {"name": XUANWEI}).scalar() is None:
            connection.execute(text('DROP DATABASE IF EXISTS "gridgov_seeding" WITH (FORCE)'))
            connection.execute(text(f'CREATE DATABASE "gridgov_seeding" TEMPLATE "{TEMPLATE}"'))
            _seed_xuanwei(url_of(servers, "gridgov_seeding"), xuanwei_password)
            connection.execute(text(f'ALTER DATABASE "gridgov_seeding" RENAME TO "{XUANWEI}"'))
    return XUANWEI


def _seed_xuanwei(url: str, password: str) -> None:
    engine = make_engine(url, CITY)
    with Session(engine, autoflush=False) as session, session.begin():
        seed_city(session, plan_xuanwei(), city_now(session), hash_password(password))
    engine.dispose()


@pytest.fixture(scope="session")
def xuanwei_database(make_database: Callable[[str], str], xuanwei_template: str) -> str:
    """The URL of this worker's own copy of the seeded city; tests roll back what they write, or make another copy."""
    return make_database(xuanwei_template)
