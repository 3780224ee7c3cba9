"""Units of a sheet become units of the city: new ones added, others changed; none is ever taken away."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session, aliased

from gridgov.db.models import ServiceRow, UnitRow
from gridgov.domain.errors import Text
from gridgov.domain.mapping import Rejected, Table
from gridgov.domain.org import Tree, UnitKind
from gridgov.domain.unit_ground import ONE_OF_A_COMPOUND, Ground, Node
from gridgov.domain.unit_sheet import UnitLine, parents_first, read_units
from gridgov.services.imports.outcome import Outcome, Verdict
from gridgov.services.rulebook import touch_city
from gridgov.services.seeding import NEXT_UNIT_ID

CHUNK = 200
# What a row may change, each by the name of its column; the kind stays for ever.
FIELDS = ("name_zh", "name_en", "parent_code", "grid_code", "trade", "public_area")

Present = Mapping[str, Mapping[str, Any]]


class UnitImport:
    """A sheet of units against the city as it stood when the sheet was opened."""

    def __init__(self, table: Table, tree: Tree, day: date) -> None:
        """Read the whole sheet; what it says holds from `day` on. Raises Invalid when it lacks a column."""
        self._day = day
        rows = list(read_units(table))
        self._refused = [row for row in rows if isinstance(row, Rejected)]
        lines = [row for row in rows if isinstance(row, UnitLine)]
        self._ordered: list[UnitLine | Rejected] = [*self._refused, *parents_first(lines)]
        self._ground = Ground(nodes_of(tree), lines)
        self._looked: dict[int, Rejected | None] = {}
        self._compounds = sorted({line.code for line in lines if line.kind is UnitKind.COMPOUND})
        self._served = {code for line in lines if line.kind is UnitKind.BRANCH for code in line.serves}
        self._served |= {tree.units[t].code for (t, kind) in tree.serving if kind is UnitKind.BRANCH}

    def count(self) -> int:
        """The rows of the sheet that are not blank."""
        return len(self._ordered)

    def chunks(self) -> Iterator[Sequence[UnitLine | Rejected]]:
        """Two hundred rows at a time, every unit behind its parent."""
        return (self._ordered[first : first + CHUNK] for first in range(0, len(self._ordered), CHUNK))

    def pass_over(self, chunk: Sequence[UnitLine | Rejected], now: datetime) -> None:
        """Let the units of the chunk stand."""
        for row in chunk:
            self._refusal(row)

    def look(self, session: Session, chunk: Sequence[UnitLine | Rejected], now: datetime) -> Outcome:
        """What would become of the rows."""
        return self._outcome(session, chunk)[0]

    def write(self, session: Session, chunk: Sequence[UnitLine | Rejected], now: datetime) -> Outcome:
        """Add and change the units of the chunk, and let every process learn of it."""
        outcome, taken = self._outcome(session, chunk)
        if outcome.anything:
            verdicts = {change.key: change.verdict for change in outcome.changes}
            _write(session, [line for line in taken if line.code in verdicts], verdicts, self._day)
            touch_city(session)
        return outcome

    def remarks(self) -> Sequence[Text]:
        """The compounds of the sheet that no branch serves: a report from there would find no owner."""
        return [
            Text(f"The compound {code} has no branch: nobody would own its reports.", f"小区 {code} 没有党支部。")
            for code in self._compounds
            if code not in self._served
        ]

    def _refusal(self, row: UnitLine | Rejected) -> Rejected | None:
        if isinstance(row, Rejected):
            return row
        if row.row not in self._looked:
            self._looked[row.row] = self._ground.take(row)
        return self._looked[row.row]

    def _outcome(self, session: Session, chunk: Sequence[UnitLine | Rejected]) -> tuple[Outcome, list[UnitLine]]:
        outcome, taken = Outcome(), []
        present = _present(session, [row.code for row in chunk if isinstance(row, UnitLine)], self._day)
        for row in chunk:
            refusal = self._refusal(row)
            if refusal is not None:
                outcome.refused.append(refusal)
            elif isinstance(row, UnitLine):
                _judge(row, present.get(row.code), outcome)
                taken.append(row)
        return outcome, taken


def nodes_of(tree: Tree) -> dict[str, Node]:
    """The units of the city as a sheet's rows find them."""
    codes = {unit.id: unit.code for unit in tree.units.values()}
    served: dict[int, dict[UnitKind, str]] = {}
    for (territory, kind), orgs in tree.serving.items():
        if kind in ONE_OF_A_COMPOUND:
            served.setdefault(territory, {})[kind] = codes[orgs[0]]
    return {
        unit.code: Node(unit.kind, codes.get(unit.parent_id or 0), served.get(unit.id, {}))
        for unit in tree.units.values()
    }


def _judge(line: UnitLine, present: Mapping[str, Any] | None, outcome: Outcome) -> None:
    if present is None:
        outcome.add(line.row, line.code, Verdict.ADDED)
        return
    changed = [name for name in FIELDS if name in line.stated and getattr(line, name) != present[name]]
    if set(line.serves) - present["serves"]:
        changed.append("serves")
    outcome.add(line.row, line.code, Verdict.CHANGED if changed else Verdict.UNCHANGED, changed)


def _present(session: Session, codes: Sequence[str], day: date) -> Present:
    """The units of those codes as they stand, in the words of the sheet."""
    parent, grid, territory = aliased(UnitRow), aliased(UnitRow), aliased(UnitRow)
    columns = [UnitRow.name_zh, UnitRow.name_en, parent.code, grid.code, UnitRow.trade, UnitRow.public_area]
    rows = session.execute(
        select(UnitRow.code, *columns)
        .outerjoin(parent, parent.id == UnitRow.parent_id)
        .outerjoin(grid, grid.id == UnitRow.grid_id)
        .where(UnitRow.code.in_(codes))
    )
    found: dict[str, dict[str, Any]] = {
        code: {**dict(zip(FIELDS, values, strict=True)), "serves": set()} for code, *values in rows
    }
    served = (
        select(UnitRow.code, territory.code)
        .join(ServiceRow, ServiceRow.org_id == UnitRow.id)
        .join(territory, territory.id == ServiceRow.territory_id)
        .where(UnitRow.code.in_(codes), ServiceRow.valid.contains(literal(day, Date)))
    )
    for code, territory_code in session.execute(served):
        found[code]["serves"].add(territory_code)
    return found


def _write(session: Session, lines: Sequence[UnitLine], verdicts: Mapping[str, Verdict], day: date) -> None:
    ids = _ids(session, {code for line in lines for code in _named(line)})
    fresh = [line for line in lines if verdicts[line.code] is Verdict.ADDED]
    if fresh:
        taken = session.execute(select(NEXT_UNIT_ID).select_from(func.generate_series(1, len(fresh)))).scalars()
        ids.update(zip((line.code for line in fresh), taken, strict=True))
        session.execute(insert(UnitRow).execution_options(render_nulls=True), [_row(line, ids) for line in fresh])
    for line in lines:
        if verdicts[line.code] is Verdict.CHANGED:
            session.execute(update(UnitRow).where(UnitRow.code == line.code).values(_stated(line, ids)))
    _serve(session, lines, ids, day)


def _named(line: UnitLine) -> list[str]:
    return [code for code in (line.code, line.parent_code, line.grid_code, *line.serves) if code is not None]


def _ids(session: Session, codes: set[str]) -> dict[str, int]:
    return dict(session.execute(select(UnitRow.code, UnitRow.id).where(UnitRow.code.in_(codes))).all())


def _row(line: UnitLine, ids: Mapping[str, int]) -> dict[str, Any]:
    return {
        "id": ids[line.code],
        "code": line.code,
        "kind": line.kind.value,
        "name_zh": line.name_zh,
        "name_en": line.name_en,
        "parent_id": ids[line.parent_code] if line.parent_code else None,
        "grid_id": ids[line.grid_code] if line.grid_code else None,
        "trade": line.trade,
        "public_area": line.public_area,
        "invented": False,
    }


def _stated(line: UnitLine, ids: Mapping[str, int]) -> dict[str, Any]:
    """The columns of the row that the sheet has an opinion on."""
    columns = {"parent_code": "parent_id", "grid_code": "grid_id"}
    row = _row(line, ids)
    return {column: row[column] for name in FIELDS if name in line.stated for column in (columns.get(name, name),)}


def _serve(session: Session, lines: Sequence[UnitLine], ids: Mapping[str, int], day: date) -> None:
    """Let organisations serve what their rows name and they do not serve yet, from `day` on."""
    orgs = {ids[line.code]: line for line in lines if line.serves}
    if not orgs:
        return
    query = select(ServiceRow.org_id, ServiceRow.territory_id).where(
        ServiceRow.org_id.in_(orgs), ServiceRow.valid.contains(literal(day, Date))
    )
    there = set(session.execute(query))
    rows = [
        {"org_id": org_id, "kind": line.kind.value, "territory_id": ids[code], "valid": Range(day, None)}
        for org_id, line in orgs.items()
        for code in line.serves
        if (org_id, ids[code]) not in there
    ]
    if rows:
        session.execute(insert(ServiceRow), rows)
