"""What an import does, in the words that all kinds share: changes, refusals, counts, and the shape of an importer."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from sqlalchemy.orm import Session

from gridgov.domain.errors import Text
from gridgov.domain.mapping import Rejected

Item = TypeVar("Item")

EXAMPLES = 100
MOST_REMARKS = 200


class Verdict(StrEnum):
    """What becomes of a row that is taken."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Change:
    """A row that adds or changes something: its number, the thing's own key, and the names of what changes."""

    row: int | None
    key: str
    verdict: Verdict
    fields: tuple[str, ...] = ()


@dataclass
class Outcome:
    """What became of some rows, or would become of them in a dry run; `counts` has more than the verdicts."""

    changes: list[Change] = field(default_factory=list)
    refused: list[Rejected] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, row: int | None, key: str, verdict: Verdict, fields: Sequence[str] = ()) -> None:
        """Note what becomes of one row."""
        self.counts[verdict.value] += 1
        if verdict is not Verdict.UNCHANGED:
            self.changes.append(Change(row, key, verdict, tuple(fields)))

    @property
    def anything(self) -> bool:
        """Whether a row adds or changes something."""
        return bool(self.changes)


@dataclass
class Tally:
    """The outcomes of a whole file, added up: counts, the first hundred changes, and remarks about the whole."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: list[dict[str, Any]] = field(default_factory=list)
    remarks: list[dict[str, str]] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count an outcome."""
        self.counts.update(outcome.counts)
        for change in outcome.changes[: EXAMPLES - len(self.examples)]:
            plain = {"row": change.row, "key": change.key, "verdict": change.verdict.value}
            self.examples.append({**plain, "fields": list(change.fields)})

    def remark(self, remarks: Sequence[Text]) -> None:
        """Keep what is to be said of the whole, two hundred sentences at most."""
        self.remarks = [{"en": str(each), "zh": each.zh} for each in remarks[:MOST_REMARKS]]

    def as_plain(self) -> dict[str, Any]:
        """The tally as JSON."""
        counts = {verdict.value: 0 for verdict in Verdict} | dict(self.counts)
        return {"counts": counts, "changes": self.examples, "remarks": self.remarks}


def tally_from(plain: Mapping[str, Any]) -> Tally:
    """The tally that `as_plain` gave, or a fresh one."""
    return Tally(Counter(plain.get("counts", {})), list(plain.get("changes", ())), list(plain.get("remarks", ())))


class Importer(Protocol[Item]):
    """An open file of one kind. The same file always gives the same chunks, so that work can go on at a chunk.

    `look` reads only; `write` does the same and writes, in the caller's transaction. Both may be asked again for a
    chunk of a transaction that was rolled back. `pass_over` remembers a chunk that an earlier turn has done.
    """

    def count(self) -> int:
        """How many rows or features there are."""

    def chunks(self) -> Iterator[Sequence[Item]]:
        """The rows in the order in which they are taken."""

    def pass_over(self, chunk: Sequence[Item], now: datetime) -> None:
        """Remember what a chunk said, for the chunks that follow."""

    def look(self, session: Session, chunk: Sequence[Item], now: datetime) -> Outcome:
        """What would become of the chunk."""

    def write(self, session: Session, chunk: Sequence[Item], now: datetime) -> Outcome:
        """Let it become so."""

    def remarks(self) -> Sequence[Text]:
        """What is to be said of the whole, after the last chunk; takes its own time outside any transaction."""
