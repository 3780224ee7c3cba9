"""Cases of another system as an import like any other: what `services.importing` does, chunk by chunk."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy.orm import Session

from gridgov.adapters.tables import OpenTable, open_table
from gridgov.domain.errors import Text
from gridgov.domain.mapping import ImportedCase, Mapping, Rejected, absent_columns, locate_columns
from gridgov.domain.mapping_rows import read_cases
from gridgov.services.import_screen import Screen, require_known_words
from gridgov.services.import_summary import Summary
from gridgov.services.importing import Batch, ground_of, import_batch, look_through
from gridgov.services.imports.outcome import Outcome, Verdict
from gridgov.services.world import Snapshot, World

CHUNK = 500


class CaseImport:
    """An open table of cases. Rows are read as they are taken, so a large file needs little memory."""

    def __init__(self, path: Path, table: OpenTable, mapping: Mapping, into: str | None, live: bool) -> None:
        """`table` is the open file at `path`. Raises Invalid when it lacks a header that the mapping needs."""
        self._path, self._table, self._mapping = path, table, mapping
        self._into, self._live = into, live
        self._rows = read_cases(table, mapping)

    def prepare(self, session: Session, world: World, snapshot: Snapshot) -> None:
        """Raise Invalid for what refuses the whole import: no such compound, unknown words in the mapping."""
        require_known_words(self._mapping, ground_of(session, snapshot, self._into, self._live).rules.catalogue)
        self._world = world
        self._screen = Screen(world.zone, locate_columns(self._table.headers, self._mapping))

    def count(self) -> int:
        """The rows that are not blank; the file is read once for it."""
        with open_table(self._path) as table:
            return sum(1 for _ in table.rows())

    def chunks(self) -> Iterator[Sequence[ImportedCase | Rejected]]:
        """Five hundred rows at a time, once."""
        while chunk := list(islice(self._rows, CHUNK)):
            yield chunk

    def pass_over(self, chunk: Sequence[ImportedCase | Rejected], now: datetime) -> None:
        """Remember the numbers, so that one that comes again is refused."""
        for row in chunk:
            if isinstance(row, ImportedCase):
                self._screen.refusal(row, now)

    def look(self, session: Session, chunk: Sequence[ImportedCase | Rejected], now: datetime) -> Outcome:
        """Which rows would become cases."""
        return _outcome(look_through(session, self._screen, chunk, now), now)

    def write(self, session: Session, chunk: Sequence[ImportedCase | Rejected], now: datetime) -> Outcome:
        """Write the cases that are not here yet."""
        ground = ground_of(session, self._world.at(session, now), self._into, self._live)
        return _outcome(import_batch(session, ground, self._screen, chunk, now), now)

    def remarks(self) -> Sequence[Text]:
        """The columns that the mapping knows and the file does not have."""
        absent = absent_columns(self._table.headers, self._mapping)
        named = ", ".join(absent)
        return (Text(f"The file has no columns for {named}.", f"文件中没有以下列:{named}。"),) if absent else ()


def _outcome(batch: Batch, now: datetime) -> Outcome:
    outcome, summary = Outcome(refused=list(batch.refused)), Summary()
    summary.add(batch, now)
    for draft in batch.added:
        outcome.add(draft.case.row_number, draft.case.external_number, Verdict.ADDED)
    outcome.counts[Verdict.UNCHANGED] += len(batch.known)
    for name in ("on_time", "late", "remarks"):
        outcome.counts[name] += getattr(summary, name)
    outcome.counts["disagreeing"] += len(summary.disagreeing)
    for kind, count in summary.masked.items():
        outcome.counts[f"masked_{kind.value}"] += count
    return outcome
