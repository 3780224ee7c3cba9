"""The demonstration city on the map: its parts nest, fill and do not overlap."""

from itertools import combinations

import pytest
from shapely import Point, Polygon

from gridgov.cities import kinds
from gridgov.cities.plan import UnitPlan
from gridgov.cities.xuanwei import plan_xuanwei

PLAN = plan_xuanwei()
UNITS = {unit.code: unit for unit in PLAN.units}

# In square degrees: about one square metre here.
ROUNDING_AREA = 1e-10


def of_kind(kind: str) -> list[UnitPlan]:
    return [unit for unit in PLAN.units if unit.kind == kind]


def ordinary_compounds() -> list[UnitPlan]:
    return [unit for unit in of_kind(kinds.COMPOUND) if unit.boundary and not unit.public_area]


def children(parent: str, kind: str) -> list[UnitPlan]:
    return [unit for unit in of_kind(kind) if unit.parent_code == parent]


def ground(unit: UnitPlan) -> Polygon:
    assert unit.boundary is not None, unit.code
    return Polygon(unit.boundary)


def overlap(one: UnitPlan, other: UnitPlan) -> float:
    return float(ground(one).intersection(ground(other)).area)


@pytest.mark.parametrize(
    ("parent_kind", "kind"),
    [(kinds.CITY, kinds.SUBDISTRICT), (kinds.SUBDISTRICT, kinds.COMMUNITY), (kinds.COMMUNITY, kinds.GRID)],
)
def test_the_parts_of_a_territory_fill_it_and_do_not_overlap(parent_kind: str, kind: str) -> None:
    for parent in of_kind(parent_kind):
        parts = children(parent.code, kind)
        assert all(overlap(one, other) < ROUNDING_AREA for one, other in combinations(parts, 2)), parent.code
        assert all(ground(parent).covers(ground(part)) for part in parts), parent.code
        assert abs(sum(ground(part).area for part in parts) - ground(parent).area) < ROUNDING_AREA, parent.code


def test_compounds_lie_inside_their_community_and_leave_room_between_them() -> None:
    for community in of_kind(kinds.COMMUNITY):
        inside = [unit for unit in ordinary_compounds() if unit.parent_code == community.code]
        assert all(ground(community).contains_properly(ground(unit)) for unit in inside), community.code
        assert all(ground(one).disjoint(ground(other)) for one, other in combinations(inside, 2)), community.code


def test_boundaries_are_closed_counter_clockwise_rings_of_six_decimals() -> None:
    for unit in PLAN.units:
        if unit.boundary:
            assert unit.boundary[0] == unit.boundary[-1]
            assert ground(unit).exterior.is_ccw, unit.code
            assert all(round(number, 6) == number for point in unit.boundary for number in point), unit.code


def test_every_building_stands_inside_its_compound_and_its_grid() -> None:
    for building in of_kind(kinds.BUILDING):
        assert building.point is not None
        place = Point(building.point)
        assert ground(UNITS[str(building.parent_code)]).contains(place), building.code
        assert ground(UNITS[str(building.grid_code)]).contains(place), building.code
        assert UNITS[str(building.grid_code)].kind == kinds.GRID
