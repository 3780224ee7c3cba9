"""The engine and the one transaction. Edges commit through `transaction`; services only receive the Session."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from select import select

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session, sessionmaker

WEB_TIMEOUT_MS = 5_000
SWEEP_TIMEOUT_MS = 30_000
CITY_NOW = text("SELECT city_now()")


def make_engine(url: str, city: str, statement_timeout_ms: int = WEB_TIMEOUT_MS, pool_size: int = 5) -> Engine:
    """An engine whose connections see the city's schema and give up in time (reliability.md §1).

    Connect 5 s, a statement `statement_timeout_ms`, a lock 2 s, an idle transaction 15 s.
    """
    settings = {
        "search_path": f'"{city}"',
        "statement_timeout": statement_timeout_ms,
        "lock_timeout": 2_000,
        "idle_in_transaction_session_timeout": 15_000,
        "timezone": "UTC",
    }
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    arguments = {"connect_timeout": 5, "tcp_user_timeout": 5_000, "options": options}
    engine = create_engine(
        driver_url(url),
        connect_args=arguments,
        pool_size=pool_size,
        max_overflow=5,
        pool_timeout=5,
        pool_recycle=300,
    )
    event.listen(engine, "checkout", _require_open)
    return engine


def _require_open(connection: DBAPIConnection, _record: object, _proxy: object) -> None:
    """Have the pool try another connection when the server has closed this one: then there is an end to read on it.

    A ping would be a round trip for every request; an idle connection has nothing to read unless it was closed.
    """
    if connection.closed or select([connection.fileno()], [], [], 0)[0]:
        raise DisconnectionError("the server has closed this connection")


def driver_url(url: str) -> str:
    """The URL with our driver: `postgres://` and `postgresql://` mean psycopg 3."""
    scheme, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if scheme in {"postgres", "postgresql"} else url


AfterCommit = Callable[[list[int]], None]
AfterOrder = Callable[[], None]


class Transactions:
    """Opens transactions on one engine and rings `after_commit` with the ids of cases whose clocks or notices are due.

    The bell is only a hint: whatever happens to it, the sweep finds the rows.
    """

    def __init__(
        self, engine: Engine, after_commit: AfterCommit | None = None, after_order: AfterOrder | None = None
    ) -> None:
        """`after_commit` gets the case ids that services left in `session.info["hints"]`.

        `after_order` is called when a service left `session.info["jobs"]`: somebody ordered a job.
        """
        self.engine = engine
        self._sessions = sessionmaker(engine, expire_on_commit=False, autoflush=False)
        self._after_commit = after_commit
        self._after_order = after_order

    @contextmanager
    def __call__(self) -> Iterator[Session]:
        """A session whose work is committed at the end, or rolled back whole when anything is raised."""
        with self._sessions() as session:
            with session.begin():
                yield session
            hints = session.info.pop("hints", None)
            ordered = session.info.pop("jobs", False)
        if hints and self._after_commit is not None:
            self._after_commit(sorted(hints))
        if ordered and self._after_order is not None:
            self._after_order()


def city_now(session: Session) -> datetime:
    """The moment it is in the city (aware UTC): the database's clock, faster in a demonstration; read it once."""
    moment: datetime = session.execute(CITY_NOW).scalar_one()
    return moment


def hint(session: Session, case_id: int) -> None:
    """Remember that the case is worth a look as soon as this transaction is committed."""
    session.info.setdefault("hints", set()).add(case_id)


def dispose_after_fork(engine: Engine) -> None:
    """Forget connections that belong to the parent process (never close them: they are still its own)."""
    engine.dispose(close=False)


def count_statements(engine: Engine, seen: list[str]) -> None:
    """Append the text of each statement to `seen`: for tests that hold the number of queries constant."""
    event.listen(engine, "before_cursor_execute", lambda *arguments: seen.append(arguments[2]))
