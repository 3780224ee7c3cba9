"""Where a report belongs: a building, a compound or a point becomes the compound that answers for it."""

from dataclasses import dataclass
from functools import cached_property

from shapely import Point, Polygon, STRtree
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridgov.db.models import UnitRow
from gridgov.domain.errors import Invalid, Text
from gridgov.domain.org import Tree, Unit, UnitKind

OUTSIDE = Text("This point lies outside the city.", "该位置不在本市范围内。")


@dataclass(frozen=True, slots=True)
class Place:
    """The territory of a case: its compound always, building and grid where they are known."""

    compound_id: int
    building_id: int | None
    grid_id: int | None


def place_of_unit(unit_id: int, field: str, kind: UnitKind, tree: Tree) -> Place:
    """The place of a building or a compound. Raises Invalid on `field` when there is no such unit."""
    unit = tree.units.get(unit_id)
    if unit is None or unit.kind is not kind:
        raise Invalid({field: [Text(f"There is no such {kind.value}.", "没有这个地点。")]})
    if kind is UnitKind.BUILDING:
        return Place(unit.parent_id or 0, unit.id, unit.grid_id)
    return Place(unit.id, None, _first_grid(unit.id, tree))


def _first_grid(compound_id: int, tree: Tree) -> int | None:
    """Of several grids the first by code (workflow.md §2, resolved)."""
    return next(iter(tree.grids_of.get(compound_id, ())), None)


class Atlas:
    """The boundaries of one version of the city, ready for points (WGS-84 longitude and latitude)."""

    def __init__(self, rows: list[tuple[int, list[list[float]]]], tree: Tree) -> None:
        """`rows` are unit ids with their closed rings of [lon, lat]."""
        self.version = tree.version
        self._tree = tree
        self._ids = [unit_id for unit_id, _ in rows]
        self._shapes = [Polygon(ring) for _, ring in rows]

    @cached_property
    def _index(self) -> STRtree:
        return STRtree(self._shapes)

    def place_at(self, lon: float, lat: float) -> Place:
        """The place of a point: the compound that holds it, else the public area of its community.

        A building is known where its own boundary holds the point and it stands in that compound.

        Raises Invalid on `place.point` for a point outside the city.
        """
        units = self._units_at(lon, lat)
        community = units.get(UnitKind.COMMUNITY)
        compound = units.get(UnitKind.COMPOUND) or (self._public_area(community) if community else None)
        if compound is None:
            raise Invalid({"place.point": [OUTSIDE]})
        grid, building = units.get(UnitKind.GRID), units.get(UnitKind.BUILDING)
        grid_id = grid.id if grid else _first_grid(compound.id, self._tree)
        if building is not None and building.parent_id == compound.id:
            return Place(compound.id, building.id, building.grid_id or grid_id)
        return Place(compound.id, None, grid_id)

    def _units_at(self, lon: float, lat: float) -> dict[UnitKind, Unit]:
        """The units whose boundary holds the point, edges included; of several of a kind the first by code."""
        hits = self._index.query(Point(lon, lat), predicate="intersects")
        units = sorted((self._tree.units[self._ids[hit]] for hit in hits), key=lambda unit: unit.code, reverse=True)
        return {unit.kind: unit for unit in units if not unit.public_area}

    def _public_area(self, community: Unit) -> Unit | None:
        areas = (unit for unit in self._tree.units.values() if unit.public_area and unit.parent_id == community.id)
        return next(areas, None)


def load_atlas(session: Session, tree: Tree) -> Atlas:
    """The atlas of the present city."""
    query = select(UnitRow.id, UnitRow.boundary).where(UnitRow.boundary.is_not(None))
    return Atlas([(unit_id, ring or []) for unit_id, ring in session.execute(query)], tree)


class Atlases:
    """Keeps the atlas of the newest version of the city that this process has seen."""

    def __init__(self) -> None:
        """Nothing is loaded before the first point is asked for."""
        self._known: Atlas | None = None

    def at(self, session: Session, tree: Tree) -> Atlas:
        """The atlas that belongs to `tree`."""
        if self._known is None or self._known.version != tree.version:
            self._known = load_atlas(session, tree)
        return self._known
