"""How the boundaries of neighbours fit: overlaps of siblings, gaps in their parent, and what sticks out of it.

Areas are square metres on a plane that touches the earth at the place: right to a part in a thousand for a city.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from math import cos, radians

from shapely import Polygon, STRtree, union_all
from shapely.affinity import scale

from gridgov.domain.errors import Text
from gridgov.domain.org import Tree, Unit, UnitKind

METRES_OF_A_DEGREE = 111_320.0
# What a hand that draws at the screen leaves: below it nothing is said.
SMALLEST_M2 = 10.0
# Only these fill their parent without a gap; between compounds there are streets.
FILLING = frozenset({UnitKind.SUBDISTRICT, UnitKind.COMMUNITY, UnitKind.GRID})

Rings = dict[int, list[list[float]]]
Shapes = Mapping[int, Polygon]


def remarks_on(tree: Tree, rings: Rings, touched: set[int]) -> list[Text]:
    """What is odd about the boundaries of the touched units, their siblings and their parents."""
    found: list[Text] = []
    parents = {tree.units[unit_id].parent_id for unit_id in touched if tree.units[unit_id].parent_id is not None}
    for parent_id in sorted(parents | {unit_id for unit_id in touched if _has_children(tree, unit_id)}, key=str):
        found.extend(_of_family(tree, rings, touched, parent_id))
    return found


def _has_children(tree: Tree, unit_id: int) -> bool:
    return any(unit.parent_id == unit_id for unit in tree.units.values())


def _of_family(tree: Tree, rings: Rings, touched: set[int], parent_id: int | None) -> Iterator[Text]:
    children = [unit for unit in tree.units.values() if unit.parent_id == parent_id and not unit.public_area]
    shapes = _in_metres({unit.id: rings[unit.id] for unit in children if unit.id in rings})
    for kind, group in groupby(sorted(children, key=lambda unit: (unit.kind, unit.code)), key=lambda unit: unit.kind):
        units = list(group)
        drawn = [unit for unit in units if unit.id in shapes]
        yield from _overlaps(drawn, shapes, touched)
        if parent_id in rings:
            family = _in_metres({parent_id or 0: rings[parent_id or 0], **{unit.id: rings[unit.id] for unit in drawn}})
            complete = kind in FILLING and bool(drawn) and len(drawn) == len(units)
            yield from _against_parent(tree.units[parent_id or 0], drawn, family, complete)


def _in_metres(rings: Mapping[int, list[list[float]]]) -> dict[int, Polygon]:
    """The sound rings on one plane, in metres."""
    if not rings:
        return {}
    lat = next(iter(rings.values()))[0][1]
    wide = METRES_OF_A_DEGREE * cos(radians(lat))
    shapes = {unit_id: Polygon(ring) for unit_id, ring in rings.items()}
    return {
        unit_id: scale(shape, wide, METRES_OF_A_DEGREE, origin=(0, 0))
        for unit_id, shape in shapes.items()
        if shape.is_valid
    }


def _overlaps(units: Sequence[Unit], shapes: Shapes, touched: set[int]) -> Iterator[Text]:
    if len(units) < 2:
        return
    index = STRtree([shapes[unit.id] for unit in units])
    for number, unit in enumerate(units):
        for other in sorted(index.query(shapes[unit.id], predicate="intersects")):
            pair = {unit.id, units[other].id}
            if other <= number or not pair & touched:
                continue
            area = shapes[unit.id].intersection(shapes[units[other].id]).area
            if area > SMALLEST_M2:
                one, two = unit.code, units[other].code
                yield Text(f"{one} and {two} overlap by {area:,.0f} m².", f"{one} 与 {two} 重叠 {area:,.0f} 平方米。")


def _against_parent(parent: Unit, units: Sequence[Unit], shapes: Shapes, complete: bool) -> Iterator[Text]:
    around = shapes.get(parent.id)
    if around is None:
        return
    drawn = [shapes[unit.id] for unit in units if unit.id in shapes]
    for unit in units:
        outside = shapes[unit.id].difference(around).area if unit.id in shapes else 0.0
        if outside > SMALLEST_M2:
            en = f"{unit.code} lies outside {parent.code} by {outside:,.0f} m²."
            yield Text(en, f"{unit.code} 超出 {parent.code} {outside:,.0f} 平方米。")
    gap = around.difference(union_all(drawn)).area if complete else 0.0
    if gap > SMALLEST_M2:
        kind = units[0].kind
        en = f"{gap:,.0f} m² of {parent.code} lie in no {kind}."
        yield Text(en, f"{parent.code} 有 {gap:,.0f} 平方米不属于任何 {kind}。")
