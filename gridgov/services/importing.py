"""Cases of another system become cases here, a batch in each transaction of the caller (workflow.md §8).

Reading the file is adapters.tables' and domain.mapping_rows'; what a batch did adds up in import_summary.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session

from gridgov.db.models import Case, UnitRow
from gridgov.domain.case_number import format_case_number
from gridgov.domain.errors import Invalid, NotFound, Text
from gridgov.domain.mapping import ImportedCase, Rejected
from gridgov.domain.org import Tree, UnitKind
from gridgov.domain.steps import Situation
from gridgov.services import ledger
from gridgov.services.history import GENESIS
from gridgov.services.import_life import Ground, life_of
from gridgov.services.import_screen import Screen
from gridgov.services.import_texts import Draft, masked
from gridgov.services.places import place_of_unit
from gridgov.services.situations import Present
from gridgov.services.world import Snapshot

OWN_COMPOUND = ".import"
NOT_TAKEN = (DataError, UnicodeEncodeError)
TABLES = text("SELECT to_regclass('units') IS NOT NULL AND to_regclass('definitions') IS NOT NULL")
NEXT_IDS = text(
    "SELECT nextval('cases_id_seq') AS id, nextval('case_number') AS sequence FROM generate_series(1, :count)"
)


@dataclass(frozen=True)
class Batch:
    """What became of some rows of a file: `added` and `known` (here before) are cases, `refused` the rest."""

    added: tuple[Draft, ...]
    known: tuple[ImportedCase, ...]
    refused: tuple[Rejected, ...]

    def plus(self, written: "Written", refused: Sequence[Rejected]) -> "Batch":
        """The batch after the writing: what another import brought a moment ago was here already."""
        added = tuple(draft for draft in self.added if written.get(draft.case.external_number) is True)
        raced = tuple(draft.case for draft in self.added if written.get(draft.case.external_number) is False)
        return Batch(added, self.known + raced, (*self.refused, *refused))


Written = dict[str, bool]
"""By external number, whether the case was written or was there already; what the database refused is not in it."""


def require_city(session: Session) -> None:
    """Raise NotFound with one sentence when the database holds no city yet."""
    there = session.execute(TABLES).scalar_one() and session.execute(select(UnitRow.id).limit(1)).scalar()
    if not there:
        raise NotFound(
            "There is no city yet: run gridgov seed xuanwei.", "还没有城市数据：请先运行 gridgov seed xuanwei。"
        )


def ground_of(session: Session, snapshot: Snapshot, into: str | None, live: bool) -> Ground:
    """Where the cases go: the compound of the code `into`, else the one that the city keeps for imports.

    Raises Invalid with one sentence when there is no such compound.
    """
    compound_id = _compound(into, snapshot.tree)
    place = place_of_unit(compound_id, "into", UnitKind.COMPOUND, snapshot.tree)
    return Ground(snapshot.present_rules(session), snapshot.tree, place, live)


def _compound(into: str | None, tree: Tree) -> int:
    found = [unit for unit in tree.units.values() if unit.kind is UnitKind.COMPOUND and _is_meant(unit.code, into)]
    if found:
        return found[0].id
    if into is None:
        en, zh = (
            "This city keeps no compound for imports: name one with --into.",
            "本市没有专用的导入小区，请用 --into 指定。",
        )
    else:
        en, zh = f"There is no compound with the code {into}.", f"没有代码为 {into} 的小区。"
    raise Invalid({"into": [Text(en, zh)]})


def _is_meant(code: str, into: str | None) -> bool:
    return code.endswith(OWN_COMPOUND) if into is None else code == into


def import_batch(
    session: Session, ground: Ground, screen: Screen, rows: Sequence[ImportedCase | Rejected], now: datetime
) -> Batch:
    """Write the rows that are cases and not here yet, with all their events; whole or not at all."""
    batch = look_through(session, screen, rows, now)
    if not batch.added:
        return batch
    try:
        with session.begin_nested():
            written = _write(session, ground, batch.added, now)
    except NOT_TAKEN:
        return _one_by_one(session, ground, batch, now)
    return batch.plus(written, ())


def _one_by_one(session: Session, ground: Ground, batch: Batch, now: datetime) -> Batch:
    """The batch with each case written alone, after the database took offence at one of them."""
    written: Written = {}
    refused: list[Rejected] = []
    for draft in batch.added:
        try:
            with session.begin_nested():
                written |= _write(session, ground, [draft], now)
        except NOT_TAKEN as error:
            refused.append(_not_taken(draft.case, str(getattr(error, "orig", error)).splitlines()[0]))
    return batch.plus(written, refused)


def _not_taken(case: ImportedCase, reason: str) -> Rejected:
    return Rejected(case.row_number, f"the database does not take this row: {reason}", f"数据库拒绝该行:{reason}")


def look_through(session: Session, screen: Screen, rows: Sequence[ImportedCase | Rejected], now: datetime) -> Batch:
    """What `import_batch` would do with the rows; nothing is written."""
    refused: list[Rejected] = []
    cases: list[ImportedCase] = []
    for row in rows:
        refusal = row if isinstance(row, Rejected) else screen.refusal(row, now)
        if refusal is not None:
            refused.append(refusal)
        elif isinstance(row, ImportedCase):
            cases.append(row)
    here = _known_numbers(session, cases)
    fresh = tuple(masked(case) for case in cases if case.external_number not in here)
    return Batch(fresh, tuple(case for case in cases if case.external_number in here), tuple(refused))


def _known_numbers(session: Session, cases: Sequence[ImportedCase]) -> set[str]:
    if not cases:
        return set()
    numbers = [case.external_number for case in cases]
    query = select(Case.external_number).where(
        Case.external_source == cases[0].external_source, Case.external_number.in_(numbers)
    )
    return {number for number in session.execute(query).scalars() if number is not None}


def _write(session: Session, ground: Ground, drafts: Sequence[Draft], now: datetime) -> Written:
    ids = session.execute(NEXT_IDS, {"count": len(drafts)}).all()
    entries = [_entry(draft, ground, id_, sequence, now) for draft, (id_, sequence) in zip(drafts, ids, strict=True)]
    added = ledger.write_imported(session, entries, [_columns(draft, ground) for draft in drafts])
    pairs = zip(drafts, entries, strict=True)
    return {draft.case.external_number: entry.present.case_id in added for draft, entry in pairs}


def _entry(draft: Draft, ground: Ground, case_id: int, sequence: int, now: datetime) -> ledger.Entry:
    rules, case = ground.rules, draft.case
    steps = life_of(case, draft.reply, ground, now)
    number = format_case_number(rules.day(case.reported_at), sequence)
    before = Situation(steps[0].situation.facts, (), 0, case.reported_at, case.reported_at)
    present = Present(case_id, number, (rules.definition.name, rules.definition.version), GENESIS, before)
    return ledger.Entry(present, rules, steps)


def _columns(draft: Draft, ground: Ground) -> dict[str, object]:
    """A case that lives on has a fresh promise (its clock); any other keeps the one of its source."""
    case = draft.case
    lives_on = ground.live and case.closed_at is None
    columns = draft.columns(ground.rules.catalogue.get(case.category).sensitive, case.due_at)
    return {name: value for name, value in columns.items() if name != "promised_at"} if lives_on else columns
