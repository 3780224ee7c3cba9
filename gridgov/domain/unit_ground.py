"""Where the units of a sheet would stand in the city, and what cannot stand there. Rows: domain.unit_sheet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gridgov.domain.errors import Text
from gridgov.domain.mapping import Rejected
from gridgov.domain.org import UnitKind
from gridgov.domain.unit_sheet import UnitLine

# workflow.md §2: grids and compounds are both children of a community.
TERRITORY_PARENT: Mapping[UnitKind, UnitKind | None] = {
    UnitKind.CITY: None,
    UnitKind.SUBDISTRICT: UnitKind.CITY,
    UnitKind.COMMUNITY: UnitKind.SUBDISTRICT,
    UnitKind.GRID: UnitKind.COMMUNITY,
    UnitKind.COMPOUND: UnitKind.COMMUNITY,
    UnitKind.BUILDING: UnitKind.COMPOUND,
}
TRADED = frozenset({UnitKind.DEPARTMENT, UnitKind.UTILITY})
ONE_OF_A_COMPOUND = frozenset({UnitKind.BRANCH, UnitKind.COMMITTEE})


@dataclass(frozen=True, slots=True)
class Node:
    """What a unit's place depends on: its kind, its parent, its grid, and the one branch or committee it has."""

    kind: UnitKind
    parent_code: str | None
    served_by: Mapping[UnitKind, str]


class Ground:
    """The units that stand so far: those of the city, then each line that was taken. Says what cannot stand."""

    def __init__(self, known: Mapping[str, Node], lines: Iterable[UnitLine]) -> None:
        """`lines` are all of the sheet: together with the city they say who would hang below whom."""
        self._known = dict(known)
        self._rows: dict[str, int] = {}
        self._parents = {code: node.parent_code for code, node in known.items()}
        self._parents.update({line.code: line.parent_code for line in lines})

    def take(self, line: UnitLine) -> Rejected | None:
        """Why the unit cannot stand where its row puts it; None when it stands there from now on."""
        for column, sentence in (
            ("code", self._repeated(line)),
            ("kind", self._of_another_kind(line)),
            ("parent_code", self._loose(line)),
            ("grid_code", self._off_grid(line)),
            ("trade", self._untraded(line)),
            ("public_area", _public(line)),
            ("serves", self._misplaced(line)),
        ):
            if sentence is not None:
                return Rejected(line.row, str(sentence), sentence.zh, column)
        self._stand(line)
        return None

    def _stand(self, line: UnitLine) -> None:
        before = self._known.get(line.code)
        self._known[line.code] = Node(line.kind, line.parent_code, before.served_by if before else {})
        if line.kind in ONE_OF_A_COMPOUND:
            for code in line.serves:
                node = self._known[code]
                self._known[code] = Node(node.kind, node.parent_code, {**node.served_by, line.kind: line.code})

    def _repeated(self, line: UnitLine) -> Text | None:
        first = self._rows.setdefault(line.code, line.row)
        if first == line.row:
            return None
        return Text(f"{line.code} stands in row {first} already", f"{line.code} 在第 {first} 行已出现")

    def _of_another_kind(self, line: UnitLine) -> Text | None:
        known = self._known.get(line.code)
        if known is None or known.kind is line.kind:
            return None
        return Text(f"{line.code} is a {known.kind} and stays one", f"{line.code} 的类型是 {known.kind}，不能改变")

    def _loose(self, line: UnitLine) -> Text | None:
        """What is wrong with the unit above."""
        if line.kind is UnitKind.CITY:
            return self._second_root(line)
        if line.parent_code is None:
            return Text("only the city has no unit above it", "只有市级单位没有上级")
        if self._is_below_itself(line):
            return Text(f"{line.code} would lie below itself", f"{line.code} 的上级链指向自身")
        parent = self._known.get(line.parent_code)
        if parent is None:
            return _absent(line.parent_code)
        wanted = TERRITORY_PARENT.get(line.kind)
        if wanted is not None and parent.kind is not wanted:
            return Text(f"a {line.kind} lies in a {wanted}, not in a {parent.kind}", f"{line.kind} 的上级应为 {wanted}")
        if wanted is None and parent.kind not in TERRITORY_PARENT:
            return Text("an organisation hangs on a territory", "组织的上级应为地域单位")
        return None

    def _second_root(self, line: UnitLine) -> Text | None:
        if line.parent_code is not None:
            return Text("a city has no unit above it", "市级单位没有上级")
        if line.code in self._known:
            return None
        return Text("this database holds another city", "该数据库中已有另一个城市")

    def _is_below_itself(self, line: UnitLine) -> bool:
        seen: set[str] = set()
        code = line.parent_code
        while code is not None and code not in seen:
            if code == line.code:
                return True
            seen.add(code)
            code = self._parents.get(code)
        return False

    def _off_grid(self, line: UnitLine) -> Text | None:
        if line.grid_code is None:
            return None
        if line.kind is not UnitKind.BUILDING:
            return Text("only a building lies in a grid", "只有楼栋需要填写网格")
        grid = self._known.get(line.grid_code)
        if grid is None:
            return _absent(line.grid_code)
        compound = self._known[line.parent_code or ""]
        if grid.kind is not UnitKind.GRID or grid.parent_code != compound.parent_code:
            return Text(f"{line.grid_code} is no grid of this community", f"{line.grid_code} 不是该社区的网格")
        return None

    def _untraded(self, line: UnitLine) -> Text | None:
        if "trade" not in line.stated and (line.kind not in TRADED or line.code in self._known):
            return None
        if (line.trade is not None) is (line.kind in TRADED):
            return None
        en = "a department or utility names its trade, and nobody else does"
        return Text(en, "部门和公用事业须填写专业，其他单位不填")

    def _misplaced(self, line: UnitLine) -> Text | None:
        """What is wrong with the territory that an organisation serves."""
        if line.serves and line.kind in TERRITORY_PARENT:
            return Text("only an organisation serves a territory", "只有组织才有服务范围")
        for code in line.serves:
            node = self._known.get(code)
            if node is None or node.kind not in TERRITORY_PARENT:
                return _absent(code)
            other = node.served_by.get(line.kind) if line.kind in ONE_OF_A_COMPOUND else None
            if other not in {None, line.code}:
                return Text(f"{code} has the {line.kind} {other} already", f"{code} 已有 {line.kind} {other}")
        return None


def _absent(code: str) -> Text:
    return Text(f"there is no unit {code[:80]}, or its row was refused", f"没有单位 {code[:80]}，或其所在行未被接受")


def _public(line: UnitLine) -> Text | None:
    if not line.public_area or line.kind is UnitKind.COMPOUND:
        return None
    return Text("a public area is a compound", "公共区域的类型应为小区")
