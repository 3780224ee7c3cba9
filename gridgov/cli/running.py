"""What every command opens and closes: settings, servers and a runtime. No command of its own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from gridgov.bootstrap import Runtime, make_runtime
from gridgov.domain.errors import Unavailable
from gridgov.embedded.servers import servers_for
from gridgov.settings import read_settings

# Commands move whole sets of rows, and nobody waits at a page for them.
COMMAND_TIMEOUT_MS = 60_000
PATIENT = text("SET LOCAL lock_timeout = '30s'")
"""For a transaction that locks many cases: it waits for a sweep or a person instead of giving up after two seconds."""


@contextmanager
def running_city(statement_timeout_ms: int = COMMAND_TIMEOUT_MS) -> Iterator[Runtime]:
    """A runtime of the environment's settings, on running servers; connections are closed before the servers stop.

    Raises ValueError for settings, EmbeddedError for servers that cannot be used, Unavailable for a database that does
    not answer, each with one sentence.
    """
    settings = read_settings(os.environ)
    with servers_for(settings) as urls:
        runtime = make_runtime(settings, urls.database_url, statement_timeout_ms=statement_timeout_ms)
        try:
            yield runtime
        except OperationalError as error:
            reason = str(error.orig).strip().split("\n")[0]
            raise Unavailable(f"The database does not answer: {reason}", f"数据库没有响应：{reason}") from None
        finally:
            runtime.engine.dispose()
