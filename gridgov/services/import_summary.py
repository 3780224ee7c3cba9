"""What an import did, added up batch by batch, and the file's own word on time held against ours. Prints nothing."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from gridgov.domain.mapping import ImportedCase, on_time
from gridgov.domain.scrub import Identifier
from gridgov.services.importing import Batch


class Verdict(StrEnum):
    """How our reading of "in time" and the file's word for it stand to each other."""

    BOTH = "both"
    NEITHER = "neither"
    DISAGREEING = "disagreeing"
    NO_PROMISE = "without_promise"
    OPEN = "not_over_yet"
    FILE_SILENT = "file_silent"


class Disagreement(NamedTuple):
    """A case in which the file's word and our reading of its own times differ."""

    row: int
    number: str
    ours: bool
    file: bool


@dataclass
class Summary:
    """The tally of an import. On time is counted over every case of the file that could be read, new or known."""

    rows: int = 0
    cases: int = 0
    refused: int = 0
    already_there: int = 0
    remarks: int = 0
    on_time: int = 0
    late: int = 0
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    disagreeing: list[Disagreement] = field(default_factory=list)
    masked: Counter[Identifier] = field(default_factory=Counter)

    def add(self, batch: Batch, now: datetime) -> None:
        """Count a batch that is committed."""
        self.cases += len(batch.added)
        self.already_there += len(batch.known)
        self.refused += len(batch.refused)
        self.rows += len(batch.added) + len(batch.known) + len(batch.refused)
        for draft in batch.added:
            self.masked.update(draft.masked)
            self.remarks += bool(draft.case.notes)
            self._judge(draft.case, now)
        for case in batch.known:
            self._judge(case, now)

    def _judge(self, case: ImportedCase, now: datetime) -> None:
        ours = kept_in_time(case, now)
        self.on_time += ours is True
        self.late += ours is False
        verdict = verdict_on(case, ours)
        self.verdicts[verdict] += 1
        if verdict is Verdict.DISAGREEING:
            self.disagreeing.append(
                Disagreement(case.row_number, case.external_number, bool(ours), bool(case.file_on_time))
            )


def kept_in_time(case: ImportedCase, now: datetime) -> bool | None:
    """Whether the case was closed no later than its source promised; False too when it is open past that moment.

    None without a promise, and while an open case still has time.
    """
    if case.due_at is not None and case.closed_at is None and case.due_at < now:
        return False
    return on_time(case)


def verdict_on(case: ImportedCase, ours: bool | None) -> Verdict:
    """How `ours` and the file's word on the case stand to each other."""
    if case.due_at is None:
        return Verdict.NO_PROMISE
    if ours is None:
        return Verdict.OPEN
    if case.file_on_time is None:
        return Verdict.FILE_SILENT
    if ours is not case.file_on_time:
        return Verdict.DISAGREEING
    return Verdict.BOTH if ours else Verdict.NEITHER
