"""Merging and unmerging rows: two cases or more change in one transaction, locked in the order of their ids.

The sweeper and every other writer lock in that order too, so nobody waits in a circle. The rules: domain.merging.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gridgov.db.queries.merging import REPORTED_AT, way_up
from gridgov.domain import merging
from gridgov.domain.actors import Actor
from gridgov.domain.errors import AlreadyDone, StaleCase
from gridgov.domain.merging import Party
from gridgov.domain.steps import Step
from gridgov.services import ledger
from gridgov.services.situations import Present, lock_cases
from gridgov.services.transitions import require_version
from gridgov.services.world import Snapshot

TRIES = 3

Presents = Mapping[int, Present]


def followed(session: Session, case_id: int) -> int:
    """The case that a reporter's link acts on: the living master of a merged case, else the case itself."""
    return int(way_up(session, case_id)[-1].id)


def merge(
    session: Session,
    snapshot: Snapshot,
    case_id: int,
    other_id: int,
    actor: Actor,
    inputs: Mapping[str, Any],
    now: datetime,
    expected_version: int | None = None,
) -> None:
    """Make one of two cases that the actor may see; a target that is merged itself stands for its living master.

    Raises what domain.merging.merge raises, StaleCase and AlreadyDone; then nothing has changed.
    """

    def found() -> list[int]:
        root = followed(session, other_id)
        if root == case_id != other_id:
            raise AlreadyDone("That case is merged into this one already.", "该案件已并入本案。")
        return [case_id, root]

    ids, presents = _locked(session, found, lambda ids, held: held[ids[1]].situation.facts.merged_into is None)
    require_version(session, presents[case_id], merging.MERGE, expected_version)
    asked, other = _parties(session, snapshot, [presents[each] for each in ids])
    merger = merging.merge(snapshot.tree, asked, other, actor, inputs, now)
    steps = ((merger.master, merger.absorbed), (merger.merged, merger.ended))
    _write(session, snapshot, presents, steps)


def unmerge(
    session: Session,
    snapshot: Snapshot,
    case_id: int,
    actor: Actor,
    inputs: Mapping[str, Any],
    now: datetime,
    expected_version: int | None = None,
) -> None:
    """Take a merged case out of its master; every case above it that counted its reporters gives them back.

    Raises what domain.merging.unmerge raises, StaleCase and AlreadyDone; then nothing has changed.
    """
    ids, presents = _locked(session, lambda: [row.id for row in way_up(session, case_id)], _is_chain)
    require_version(session, presents[case_id], merging.UNMERGE, expected_version)
    merged, *masters = _parties(session, snapshot, [presents[each] for each in ids])
    freed, released = merging.unmerge(snapshot.tree, merged, masters, actor, inputs, now)
    _write(session, snapshot, presents, ((merged, freed), *zip(masters, released, strict=True)))


def _locked(
    session: Session, find: Callable[[], list[int]], holds: Callable[[Sequence[int], Presents], bool]
) -> tuple[list[int], Presents]:
    """The cases that `find` names, locked; looked for again where they were merged on while we waited."""
    for _ in range(TRIES):
        with session.begin_nested() as savepoint:
            ids = find()
            presents = lock_cases(session, ids)
            if holds(ids, presents):
                return ids, presents
            savepoint.rollback()
    raise StaleCase("These cases are being merged just now; look again.", "这些案件正在并案，请查看后再办。")


def _is_chain(ids: Sequence[int], presents: Presents) -> bool:
    follows = [presents[each].situation.facts.merged_into for each in ids]
    return follows == [*(presents[each].number for each in ids[1:]), None]


def _parties(session: Session, snapshot: Snapshot, presents: Iterable[Present]) -> list[Party]:
    held = list(presents)
    rows = session.connection().execute(REPORTED_AT, {"ids": [present.case_id for present in held]})
    reported = {row.id: row.reported_at for row in rows}
    return [_party(session, snapshot, present, reported[present.case_id]) for present in held]


def _party(session: Session, snapshot: Snapshot, present: Present, reported_at: datetime) -> Party:
    rules = snapshot.rules(session, *present.definition)
    return Party(present.case_id, present.number, reported_at, rules, present.situation)


def _write(session: Session, snapshot: Snapshot, presents: Presents, steps: Iterable[tuple[Party, Step]]) -> None:
    entries = [ledger.Entry(presents[party.case_id], party.rules, (step,)) for party, step in steps]
    ledger.write(session, entries, snapshot.email_on)
