"""The servers of a data folder for the time of one command: those that the settings name, else our own."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from gridgov.embedded.errors import unusable_folder
from gridgov.embedded.folders import usable_home
from gridgov.embedded.postgres import Postgres
from gridgov.embedded.sharing import shared
from gridgov.embedded.valkey import Valkey
from gridgov.settings import Settings


@dataclass(frozen=True)
class ServerUrls:
    """Where the database and the queue are.

    `embedded` says that at least one of them is our own; `new_database`, that our own PostgreSQL got its database in
    this start, so that it is empty.
    """

    database_url: str
    redis_url: str
    embedded: bool
    new_database: bool


@contextmanager
def servers_for(settings: Settings) -> Iterator[ServerUrls]:
    """The servers that `settings` asks for, running.

    What DATABASE_URL or REDIS_URL names is taken as it is. Our own server is shared when another command of the same
    data folder runs it, started otherwise, and stops with the last command that uses it, also when that one is killed.
    Raises EmbeddedError with one sentence when the folder cannot be used or a server does not start.
    """
    with ExitStack() as running:
        yield _enter(settings, running)


def _enter(settings: Settings, running: ExitStack) -> ServerUrls:
    if settings.database_url and settings.redis_url:
        return ServerUrls(settings.database_url, settings.redis_url, embedded=False, new_database=False)
    home = usable_home(settings.home)
    new = False
    try:
        postgres, valkey = Postgres(home), Valkey(home)
        if not settings.database_url:
            new = running.enter_context(shared(postgres))
        if not settings.redis_url:
            running.enter_context(shared(valkey))
    except OSError as error:
        raise unusable_folder(home, error) from None
    return ServerUrls(settings.database_url or postgres.url, settings.redis_url or valkey.url, True, new)
