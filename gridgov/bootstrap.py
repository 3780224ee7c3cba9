"""Floor 2, the wiring: settings become an engine, transactions, a sealer. Entry points build one Runtime."""

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from gridgov.adapters.file_store import FileStore
from gridgov.adapters.sealing import Sealer
from gridgov.db.session import WEB_TIMEOUT_MS, AfterCommit, AfterOrder, Transactions, make_engine
from gridgov.settings import Settings


@dataclass(frozen=True)
class Runtime:
    """Everything an entry point needs of the outside world."""

    settings: Settings
    engine: Engine
    transaction: Transactions
    sealer: Sealer

    @property
    def files(self) -> FileStore:
        """Where photos are kept."""
        return FileStore(self.settings.files)


def make_runtime(
    settings: Settings,
    database_url: str,
    after_commit: AfterCommit | None = None,
    statement_timeout_ms: int = WEB_TIMEOUT_MS,
    pool_size: int = 5,
    after_order: AfterOrder | None = None,
) -> Runtime:
    """A runtime on that database; `after_commit` rings for the cases that a transaction left hints of.

    `after_order` rings when a transaction ordered a job.
    """
    engine = make_engine(database_url, settings.city, statement_timeout_ms, pool_size)
    return Runtime(settings, engine, Transactions(engine, after_commit, after_order), Sealer(secret_key(settings)))


def secret_key(settings: Settings) -> str:
    """GRIDGOV_SECRET_KEY, else the key of the data folder: made once, readable by its owner only."""
    if settings.secret_key:
        return settings.secret_key
    path = settings.home / "secret-key"
    settings.home.mkdir(parents=True, exist_ok=True)
    return _read(path) or _make(path)


def _read(path: Path) -> str | None:
    return path.read_text().strip() if path.exists() else None


def _make(path: Path) -> str:
    """Two processes that start together agree: the first file that is linked into place wins."""
    draft = path.with_suffix(f".{os.getpid()}")
    with open(draft, "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(secrets.token_urlsafe(32))
    with suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
    return path.read_text().strip()
