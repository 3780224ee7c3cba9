"""To whom a case may be dispatched, and who handles it when nobody says so (workflow.md §3, accept)."""

from gridgov.domain.case import Facts
from gridgov.domain.catalogue import Category
from gridgov.domain.errors import Invalid, NoHolder, Text
from gridgov.domain.holders import candidates, handler_fallback
from gridgov.domain.org import Level, Tree, UnitKind

OUTSIDE = frozenset({UnitKind.DEPARTMENT, UnitKind.UTILITY})
HANDLING = frozenset(UnitKind) - {UnitKind.CITY, UnitKind.COMPOUND, UnitKind.BUILDING, UnitKind.TEAM, UnitKind.STATION}
ORGANISATIONS = {"property": UnitKind.PROPERTY, "committee": UnitKind.COMMITTEE}
NEAREST = frozenset({UnitKind.TEAM, UnitKind.STATION})


def default_handler(category: Category, facts: Facts, tree: Tree, level: int) -> int:
    """The unit that handles when the dispatcher names none: the first of the catalogue's chain that can.

    It has somebody active, is not the one that has just given the case back, is not whom the report
    is about, and lies within what `level` may dispatch to. Raises NoHolder when nobody is left.
    """
    for unit_id in _in_order(category, facts, tree):
        if _usable(unit_id, facts, tree) and may_dispatch(level, category, unit_id, facts, tree):
            return unit_id
    raise NoHolder("No unit can take this case over.", "没有可以承办的单位。")


def require_dispatchable(unit_id: int, category: Category, facts: Facts, tree: Tree, level: int) -> None:
    """Nothing when a unit of `level` may dispatch the case to `unit_id`.

    Raises Invalid on `handler_id`, with the reason: not a unit of the city, nobody active in it,
    just gave the case back, or only a higher level may send a case there.
    """
    reason = _why_not(unit_id, category, facts, tree, level)
    if reason is not None:
        raise Invalid({"handler_id": [reason]})


def may_dispatch(level: int, category: Category, unit_id: int, facts: Facts, tree: Tree) -> bool:
    """True when a unit of `level` may send the case there.

    A branch dispatches inside its compound and to the community; departments from the subdistrict up,
    utilities too unless the catalogue's chain begins with one. The catalogue's own fallback is open to all.
    """
    kind = tree.units[unit_id].kind
    if kind not in HANDLING:
        return False
    if unit_id in _units_of(category.chain[0], facts, tree) or unit_id in _fallbacks(category, facts, tree):
        return True
    if level >= Level.SUBDISTRICT:
        return kind in OUTSIDE or _near(unit_id, facts, tree, facts.city_id)
    return kind not in OUTSIDE and _near(unit_id, facts, tree, (facts.compound_id, facts.community_id)[level])


def _why_not(unit_id: int, category: Category, facts: Facts, tree: Tree, level: int) -> Text | None:
    unit = tree.units.get(unit_id)
    if unit is None:
        return Text("There is no such unit.", "没有这个单位。")
    if unit_id == facts.left_by:
        return Text(f"{unit.name_en} has just given this case back.", f"{unit.name_zh}刚刚退回本案。")
    if not tree.acting.get(unit_id):
        return Text(f"Nobody in {unit.name_en} can act now.", f"{unit.name_zh}目前没有在岗人员。")
    if not may_dispatch(level, category, unit_id, facts, tree):
        return Text(
            f"{unit.name_en} lies outside what you may dispatch to; a higher level may.",
            f"您不能派遣给{unit.name_zh}，请由上级派遣。",
        )
    return None


def _in_order(category: Category, facts: Facts, tree: Tree) -> list[int]:
    first, *later = category.chain
    order = [*_units_of(first, facts, tree), *_fallbacks(category, facts, tree)]
    rest = [unit for word in later for unit in _units_of(word, facts, tree)]
    return [*order, *rest, facts.community_id, facts.subdistrict_id]


def _fallbacks(category: Category, facts: Facts, tree: Tree) -> tuple[int, ...]:
    """Whom the first word of the chain falls back to, also where the compound has no such unit at all."""
    first = category.chain[0]
    known = _units_of(first, facts, tree)
    if known:
        return handler_fallback(known[0], facts, tree)
    urgent = facts.subdistrict_id if facts.priority in {"P1", "P2"} else facts.community_id
    if first == "property":
        return (*tree.served_by(facts.compound_id, UnitKind.EMERGENCY_PROPERTY), urgent, facts.subdistrict_id)
    outside = first.partition(":")[0] in {"department", "utility"}
    return (facts.subdistrict_id,) if outside else (facts.community_id, facts.subdistrict_id)


def _units_of(word: str, facts: Facts, tree: Tree) -> tuple[int, ...]:
    """The units that a word of the catalogue's chain means for this case: `department:fire`, `property`, `grid`."""
    kind, _, trade = word.partition(":")
    if trade:
        serving = tree.served_by(facts.city_id, UnitKind(kind))
        return tuple(unit for unit in serving if tree.units[unit].trade == trade)
    if kind in ORGANISATIONS:
        return tree.served_by(facts.compound_id, ORGANISATIONS[kind])
    if kind in NEAREST:
        return _nearest(UnitKind(kind), facts, tree)
    names = {"building_group": "building_leader", "grid": "grid_worker"}
    return candidates(names.get(kind, kind), facts, tree)


def _nearest(kind: UnitKind, facts: Facts, tree: Tree) -> tuple[int, ...]:
    """Those that serve the compound itself, else its community, and so on up to the city."""
    served = (tree.served_by(territory, kind) for territory in tree.path(facts.compound_id))
    return next((units for units in served if units), ())


def units_told(category: Category, facts: Facts, tree: Tree) -> tuple[int, ...]:
    """In a chain `A+B`, A handles and B is told: these are the B."""
    return tuple(unit for word in category.told for unit in _units_of(word, facts, tree))


def _usable(unit_id: int, facts: Facts, tree: Tree) -> bool:
    named = tree.units[unit_id].kind.value in facts.about
    return bool(tree.acting.get(unit_id)) and unit_id != facts.left_by and not named


def _near(unit_id: int, facts: Facts, tree: Tree, territory_id: int) -> bool:
    """True for units that lie in or serve the territory; the community itself is near to its branches."""
    if unit_id == facts.community_id or territory_id in tree.path(unit_id):
        return True
    served = tree.territories_of.get(unit_id, ())
    grids = tree.grids_of.get(territory_id, ())
    return unit_id in grids or any(territory_id in tree.path(each) for each in served)
