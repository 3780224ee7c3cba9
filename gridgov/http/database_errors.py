"""Which errors of the database are passing, so that a caller may try again. All others are our own faults."""

import psycopg
from sqlalchemy import exc

from gridgov.domain.errors import Text
from gridgov.http.problems import Problem

KINDS: tuple[type[Exception], ...] = (exc.DBAPIError, exc.TimeoutError, psycopg.Error)

UNAVAILABLE = Problem(
    503,
    "unavailable",
    Text("The database cannot be reached now. Please try again in a few seconds.", "数据库暂时无法连接，请稍后再试。"),
    headers={"Retry-After": "5"},
)
BUSY = Problem(
    503,
    "busy",
    Text("Others are at work on the same thing. Please try again in a moment.", "系统正忙，请稍后再试。"),
    headers={"Retry-After": "1"},
)

# PostgreSQL, appendix A: serialization failure, deadlock, lock timeout, statement timeout, idle in transaction.
BUSY_STATES = frozenset({"40001", "40P01", "55P03", "57014", "25P03"})
# Connection exception, insufficient resources, and the server stopping or starting.
AWAY_CLASSES = ("08", "53")
AWAY_STATES = frozenset({"57P01", "57P02", "57P03", "57P05"})


def problem_of_database(error: Exception) -> Problem | None:
    """The 503 that fits `error`, or None when trying again would not help."""
    if isinstance(error, exc.TimeoutError):
        return UNAVAILABLE
    if isinstance(error, exc.DBAPIError) and error.connection_invalidated:
        return UNAVAILABLE
    cause = error.orig if isinstance(error, exc.DBAPIError) else error
    state = getattr(cause, "sqlstate", None)
    if state in BUSY_STATES:
        return BUSY
    if state in AWAY_STATES or (state or "").startswith(AWAY_CLASSES):
        return UNAVAILABLE
    # A connection that never came, or was cut, has no SQLSTATE.
    if state is None and isinstance(cause, psycopg.OperationalError):
        return UNAVAILABLE
    return None
