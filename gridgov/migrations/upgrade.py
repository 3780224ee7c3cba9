"""Bring a city's schema to the newest revision, once, however many processes try at the same time."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

LOCK = 0x67726964  # "grid": one migration at a time


def upgrade(engine: Engine, city: str, revision: str = "head") -> None:
    """Create the city's schema when it is not there and run what is missing, in one transaction.

    A change that would wait for a lock longer than a second gives up instead of holding the city.
    """
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL lock_timeout = '60s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        connection.execute(text("SET LOCAL lock_timeout = '1s'"))
        connection.execute(text("SET LOCAL statement_timeout = '5min'"))
        connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{city}"'))
        command.upgrade(config(connection), revision)


def config(connection: Connection) -> Config:
    """What alembic needs to know: where the revisions are, and the connection to use."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    settings.attributes["connection"] = connection
    return settings
