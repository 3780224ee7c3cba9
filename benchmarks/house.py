"""A house of the benchmark's own: a temporary home, the embedded servers, one database per purpose."""

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from gridgov.bootstrap import Runtime, make_runtime
from gridgov.cities.xuanwei import plan_xuanwei
from gridgov.db.session import city_now
from gridgov.embedded.servers import ServerUrls, servers_for
from gridgov.migrations.upgrade import upgrade
from gridgov.services.seeding import seed_city
from gridgov.settings import Settings, read_settings

NEVER_MS = 0


@dataclass(frozen=True)
class House:
    """Running servers with the settings of their home."""

    settings: Settings
    urls: ServerUrls

    def url(self, database: str) -> str:
        """The URL of a database on our server."""
        head, _, query = self.urls.database_url.partition("?")
        return f"{head.rsplit('/', 1)[0]}/{database}?{query}"

    def environ(self, database: str) -> dict[str, str]:
        """What a process needs to serve the city of a database."""
        return {
            "GRIDGOV_HOME": str(self.settings.home),
            "GRIDGOV_SECRET_KEY": self.settings.secret_key or "",
            "DATABASE_URL": self.url(database),
            "REDIS_URL": self.urls.redis_url,
        }

    @contextmanager
    def runtime(self, database: str) -> Iterator[Runtime]:
        """A runtime on one of our databases; statements may take as long as they like."""
        runtime = make_runtime(self.settings, self.url(database), statement_timeout_ms=NEVER_MS)
        try:
            yield runtime
        finally:
            runtime.engine.dispose()

    def copy(self, source: str, name: str) -> None:
        """A new database that is a copy of another, which nobody may be using."""
        with self._maintenance() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{source}" STRATEGY file_copy'))

    def drop(self, name: str) -> None:
        """Away with a database, to keep the disk small."""
        with self._maintenance() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))

    def version(self) -> str:
        """The version of the server."""
        with self._maintenance() as connection:
            return str(connection.execute(text("SHOW server_version")).scalar_one())

    @contextmanager
    def _maintenance(self) -> Iterator[Connection]:
        engine = create_engine(self.urls.database_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            yield connection


@contextmanager
def bench_house() -> Iterator[House]:
    """A house in a temporary folder; everything in it is gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="gridgov-bench-"))
    settings = read_settings({"GRIDGOV_HOME": str(home), "GRIDGOV_SECRET_KEY": secrets.token_urlsafe(32)})
    try:
        with servers_for(settings) as urls:
            yield House(settings, urls)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def make_city(house: House, name: str) -> None:
    """A database with the demonstration city and no case."""
    house.copy("template1", name)
    with house.runtime(name) as runtime:
        upgrade(runtime.engine, house.settings.city)
        with runtime.transaction() as session:
            seed_city(session, plan_xuanwei(), city_now(session), "nobody logs in here")


def settle(engine: Engine) -> None:
    """Statistics for the planner and a write-ahead log that is on disk: what every measurement starts from."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
        connection.execute(text("CHECKPOINT"))


def count(session: Session, table: str) -> int:
    """The number of rows of a table."""
    return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
