"""The sheet of units: what a row says. Whether the unit can stand where the row puts it: domain.unit_ground.

A column that the sheet does not have is left as it is in the city; an empty cell empties what it names.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gridgov.domain.mapping import Rejected, Row, Table
from gridgov.domain.mapping_cells import Unreadable
from gridgov.domain.org import UnitKind
from gridgov.domain.sheet import Cells, Column, find_columns

CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,79}")
COLUMNS = (
    Column("code", ("代码", "编码"), needed=True),
    Column("kind", ("类型", "层级"), needed=True),
    Column("name_zh", ("名称", "name"), needed=True),
    Column("name_en", ("英文名称",)),
    Column("parent_code", ("上级代码", "parent"), needed=True),
    Column("grid_code", ("网格代码", "grid")),
    Column("trade", ("专业",)),
    Column("public_area", ("公共区域",)),
    Column("serves", ("服务范围",)),
)
KIND_WORDS: Mapping[str, UnitKind] = {
    **{kind.value: kind for kind in UnitKind},
    "市": UnitKind.CITY,
    "街道": UnitKind.SUBDISTRICT,
    "社区": UnitKind.COMMUNITY,
    "网格": UnitKind.GRID,
    "小区": UnitKind.COMPOUND,
    "楼栋": UnitKind.BUILDING,
    "支部": UnitKind.BRANCH,
    "党支部": UnitKind.BRANCH,
    "楼栋党小组": UnitKind.BUILDING_GROUP,
    "业委会": UnitKind.COMMITTEE,
    "物业": UnitKind.PROPERTY,
    "应急物业": UnitKind.EMERGENCY_PROPERTY,
    "部门": UnitKind.DEPARTMENT,
    "公用事业": UnitKind.UTILITY,
    "志愿队": UnitKind.TEAM,
    "驿站": UnitKind.STATION,
}


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A row of the sheet. `stated` names the columns that the sheet has, so that the others change nothing."""

    row: int
    code: str
    kind: UnitKind
    name_zh: str
    name_en: str
    parent_code: str | None
    grid_code: str | None
    trade: str | None
    public_area: bool
    serves: tuple[str, ...]
    stated: frozenset[str]


def read_units(table: Table) -> Iterator[UnitLine | Rejected]:
    """The rows as lines, each bad one as its reason. Raises Invalid at once for a sheet that lacks a column."""
    found = find_columns(table.headers, COLUMNS)
    return (row if isinstance(row, Rejected) else _line(row, found) for row in table.rows())


def _line(row: Row, found: Mapping[str, str]) -> UnitLine | Rejected:
    cells = Cells(row, found)
    try:
        code, kind = _code(cells), _kind(cells)
        name = cells.text("name_zh", needed=True)
        return UnitLine(
            row=row.number,
            code=code,
            kind=kind,
            name_zh=name,
            name_en=cells.text("name_en") or name,
            parent_code=cells.text("parent_code") or None,
            grid_code=cells.text("grid_code") or None,
            trade=cells.text("trade") or None,
            public_area=cells.flag("public_area"),
            serves=cells.several("serves"),
            stated=frozenset(found),
        )
    except Unreadable as error:
        return cells.refused(error)


def _code(cells: Cells) -> str:
    code = cells.text("code", needed=True)
    if not CODE.fullmatch(code):
        raise Unreadable(
            "a code has 1 to 80 letters, digits, dots, lines and underscores",
            "代码由 1 至 80 个字母、数字、点、短横线或下划线组成",
        )
    return code


def _kind(cells: Cells) -> UnitKind:
    word = cells.text("kind", needed=True)
    kind = KIND_WORDS.get(word.casefold())
    if kind is None:
        raise Unreadable(f"'{word[:40]}' is no kind of unit ({', '.join(UnitKind)})", f"“{word[:40]}”不是单位类型")
    return kind


def parents_first(lines: Sequence[UnitLine]) -> list[UnitLine]:
    """The lines with every unit behind its parent, its grid and what it serves; else in the order of the sheet."""
    by_code: dict[str, UnitLine] = {}
    for line in lines:
        by_code.setdefault(line.code, line)
    ordered: dict[int, UnitLine] = {}
    waiting = [(line, False) for line in reversed(lines)]
    entered: set[int] = set()
    while waiting:
        line, done = waiting.pop()
        if done:
            ordered[line.row] = line
        elif line.row not in entered:
            entered.add(line.row)
            waiting.append((line, True))
            needs = (line.parent_code, line.grid_code, *line.serves)
            waiting.extend((by_code[code], False) for code in needs if code in by_code)
    return list(ordered.values())
