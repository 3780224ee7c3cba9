"""Where a unit may lie: the tree keeps its shape whatever moves (workflow.md §1, Territory)."""

from collections.abc import Mapping

from gridgov.domain.errors import Invalid, Text
from gridgov.domain.org import Tree, Unit, UnitKind

PARENT: Mapping[UnitKind, UnitKind] = {
    UnitKind.BUILDING: UnitKind.COMPOUND,
    UnitKind.COMPOUND: UnitKind.COMMUNITY,
    UnitKind.GRID: UnitKind.COMMUNITY,
    UnitKind.COMMUNITY: UnitKind.SUBDISTRICT,
}
"""What may move, and into what. Organisations do not lie anywhere of their own: they serve."""

EXCLUSIVE = frozenset({UnitKind.BRANCH, UnitKind.COMMITTEE})
"""Of these a compound has one at a time; the database holds it too."""

TERRITORY = frozenset(
    {UnitKind.CITY, UnitKind.SUBDISTRICT, UnitKind.COMMUNITY, UnitKind.GRID, UnitKind.COMPOUND, UnitKind.BUILDING}
)


def require_place(unit: Unit, parent_id: int | None, grid_id: int | None, tree: Tree) -> None:
    """Nothing when the unit may lie there. Raises Invalid on `parent_id` or `grid_id`."""
    kind = PARENT.get(unit.kind)
    if kind is None or unit.public_area:
        sentence = Text("Such a unit does not move; end its services instead.", "此类单位不能迁移，请调整其服务关系。")
        raise Invalid({"parent_id": [sentence]})
    _require_kind("parent_id", parent_id, kind, tree)
    if grid_id is not None and unit.kind is not UnitKind.BUILDING:
        raise Invalid({"grid_id": [Text("Only a building lies in a grid.", "只有楼栋可以划入网格。")]})
    if grid_id is not None:
        _require_kind("grid_id", grid_id, UnitKind.GRID, tree)


def _require_kind(name: str, unit_id: int | None, kind: UnitKind, tree: Tree) -> None:
    target = tree.units.get(unit_id or 0)
    if target is None or target.kind is not kind:
        raise Invalid({name: [Text(f"Name a unit of the kind {kind.value}.", f"须为 {kind.value} 类单位。")]})


def strays(unit_id: int, tree: Tree) -> list[Text]:
    """A sentence where buildings lie in a compound of one community and in a grid of another."""
    inside = [each for each in tree.units.values() if each.kind is UnitKind.BUILDING and unit_id in tree.path(each.id)]
    apart = [
        each
        for each in inside
        if each.grid_id is not None
        and tree.above(each.grid_id, UnitKind.COMMUNITY) != tree.above(each.id, UnitKind.COMMUNITY)
    ]
    sentence = Text(
        f"{len(apart)} buildings then lie in a grid of another community: move them too.",
        f"届时有 {len(apart)} 栋楼仍属其他社区的网格，请一并调整。",
    )
    return [sentence] if apart else []


def require_heir_branch(old: Unit, new: Unit | None, tree: Tree, into: Mapping[int, int]) -> Unit:
    """The branch that another may be merged into. Raises Invalid on `into`.

    Both are branches of compounds, neither is merged already, and somebody acts for the new one.
    """
    reason = None
    if new is None or new.kind is not UnitKind.BRANCH or new.id == old.id:
        reason = Text("Name another branch.", "须为另一个支部。")
    elif old.id in into or new.id in into:
        reason = Text("One of the two is merged already.", "其中一个支部已经合并。")
    elif any(tree.units[t].public_area for b in (old, new) for t in tree.territories_of.get(b.id, ())):
        reason = Text("The branch of a public area is not merged.", "公共区域的支部不能合并。")
    elif not tree.acting.get(new.id):
        reason = Text(f"Nobody acts for {new.name_en} then.", f"届时{new.name_zh}无人在岗。")
    if new is None or reason is not None:
        raise Invalid({"into": [reason or Text("Name another branch.", "须为另一个支部。")]})
    return new
