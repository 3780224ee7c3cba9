"""The folder of files against its rows: which files nobody names, and sweeping them out. Rows are the truth.

A file is written before its row; so a file without one is only suspicious after a day, and putting it again counts.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridgov.adapters.file_store import FileStore
from gridgov.db.models import Upload
from gridgov.db.session import Transactions

GRACE = timedelta(days=1)
BATCH = 1000


def unreferenced(session: Session, files: FileStore, older_than: float) -> Iterator[list[str]]:
    """The SHA-256s, a batch at a time, of files older than that moment (seconds since the epoch) that no row names."""
    for names in _batches(files.older_than(older_than), BATCH):
        yield nobodys(session, names)


def nobodys(session: Session, names: list[str]) -> list[str]:
    """Those of the SHA-256s that no row names."""
    named: set[str] = set()
    for column in (Upload.stored_sha256, Upload.thumb_sha256):
        named |= set(session.execute(select(column).where(column.in_(names))).scalars())
    return [name for name in names if name not in named]


def sweep_files(transaction: Transactions, files: FileStore, now: float) -> int:
    """How many files and half-written drafts went: older than a day and named by no row. `now`: epoch seconds."""
    limit, gone = now - GRACE.total_seconds(), files.drop_drafts(now - GRACE.total_seconds())
    for names in _batches(files.older_than(limit), BATCH):
        with transaction() as session:
            free = nobodys(session, names)
        gone += sum(files.discard(name, limit) for name in free)
    return gone


def missing_since(session: Session, files: FileStore, moment: datetime) -> int:
    """How many photos that came in since `moment` (real time) lack a file."""
    columns = (Upload.stored_sha256, Upload.thumb_sha256)
    recent = session.execute(select(*columns).where(Upload.created_at >= moment)).all()
    return sum(not all(files.path(digest).exists() for digest in row) for row in recent)


def _batches(names: Iterable[str], size: int) -> Iterator[list[str]]:
    waiting = iter(names)
    while batch := list(islice(waiting, size)):
        yield batch
