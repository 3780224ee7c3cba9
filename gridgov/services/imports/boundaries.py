"""Boundaries of a GeoJSON file become those of the city's territory; overlaps and gaps are said, not mended."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from shapely import Polygon
from shapely.validation import explain_validity
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gridgov.adapters.geojson import Shape
from gridgov.db.models import UnitRow
from gridgov.domain.coordinates import Crs, LonLat, to_wgs84
from gridgov.domain.errors import Text
from gridgov.domain.mapping import Rejected
from gridgov.domain.org import Tree
from gridgov.domain.unit_ground import TERRITORY_PARENT
from gridgov.services.imports.outcome import Outcome, Verdict
from gridgov.services.imports.siblings import Rings, remarks_on
from gridgov.services.rulebook import touch_city

CHUNK = 100
# About a centimetre.
DECIMALS = 7


class BoundaryImport:
    """The shapes of a file against the city as it stood when the file was opened."""

    def __init__(self, shapes: Sequence[Shape | Rejected], crs: Crs, session: Session, tree: Tree) -> None:
        """The shapes are stated in `crs`."""
        self._shapes, self._crs, self._tree = shapes, crs, tree
        query = select(UnitRow.id, UnitRow.boundary).where(UnitRow.boundary.is_not(None))
        self._rings: Rings = {unit_id: ring or [] for unit_id, ring in session.execute(query)}
        self._rows: dict[str, int] = {}
        self._touched: set[int] = set()

    def count(self) -> int:
        """The features of the file."""
        return len(self._shapes)

    def chunks(self) -> Iterator[Sequence[Shape | Rejected]]:
        """A hundred features at a time."""
        return (self._shapes[first : first + CHUNK] for first in range(0, len(self._shapes), CHUNK))

    def pass_over(self, chunk: Sequence[Shape | Rejected], now: datetime) -> None:
        """Let the boundaries of the chunk stand."""
        for shape in chunk:
            self._taken(shape)

    def look(self, session: Session, chunk: Sequence[Shape | Rejected], now: datetime) -> Outcome:
        """What would become of the features."""
        outcome, drawn = Outcome(), [(shape, self._taken(shape)) for shape in chunk]
        present = _present(session, [shape.code for shape in chunk if isinstance(shape, Shape)])
        for shape, taken in drawn:
            if isinstance(taken, Rejected):
                outcome.refused.append(taken)
            elif isinstance(shape, Shape):
                _judge(shape, taken, present.get(shape.code, {}), outcome)
        return outcome

    def write(self, session: Session, chunk: Sequence[Shape | Rejected], now: datetime) -> Outcome:
        """Write the boundaries and points that differ, and let every process learn of it."""
        outcome = self.look(session, chunk, now)
        differing = {change.row for change in outcome.changes}
        for shape in chunk:
            if isinstance(shape, Shape) and shape.row in differing:
                session.execute(update(UnitRow).where(UnitRow.code == shape.code).values(self._columns(shape)))
        if outcome.anything:
            touch_city(session)
        return outcome

    def remarks(self) -> Sequence[Text]:
        """Overlaps, gaps and what sticks out, around the units of the file."""
        return remarks_on(self._tree, self._rings, self._touched)

    def _taken(self, shape: Shape | Rejected) -> dict[str, Any] | Rejected:
        """The columns that the shape gives its unit; from now on they count for its neighbours."""
        if isinstance(shape, Rejected):
            return shape
        sentence = self._nobodys(shape)
        if sentence is not None:
            return Rejected(shape.row, str(sentence), sentence.zh, "code")
        columns = self._columns(shape)
        ring = columns.get("boundary")
        if ring is not None and (broken := _broken(ring)) is not None:
            return Rejected(shape.row, str(broken), broken.zh, "geometry")
        if ring is not None:
            unit_id = self._tree.by_code[shape.code].id
            self._rings[unit_id] = ring
            self._touched.add(unit_id)
        return columns

    def _columns(self, shape: Shape) -> dict[str, Any]:
        if shape.point is not None:
            return {"point": self._pair(shape.point)}
        return {"boundary": [self._pair(corner) for corner in shape.ring]}

    def _nobodys(self, shape: Shape) -> Text | None:
        """Why the shape is of no unit; None when its unit can have one and has none of this file yet."""
        unit = self._tree.by_code.get(shape.code)
        if unit is None:
            return Text(f"there is no unit {shape.code[:80]}", f"没有单位 {shape.code[:80]}")
        if unit.kind not in TERRITORY_PARENT:
            return Text(f"a {unit.kind} has no boundary", f"{unit.kind} 没有边界")
        first = self._rows.setdefault(f"{shape.code} {shape.point is None}", shape.row)
        if first == shape.row:
            return None
        return Text(f"feature {first} gives {shape.code} already", f"第 {first} 个要素已给出 {shape.code}")

    def _pair(self, point: LonLat) -> list[float]:
        there = to_wgs84(point, self._crs)
        return [round(there.lon, DECIMALS), round(there.lat, DECIMALS)]


def _judge(shape: Shape, taken: dict[str, Any], present: dict[str, Any], outcome: Outcome) -> None:
    ((column, value),) = taken.items()
    before = present.get(column)
    verdict = Verdict.UNCHANGED if before == value else Verdict.ADDED if before is None else Verdict.CHANGED
    outcome.add(shape.row, shape.code, verdict, (column,))


def _present(session: Session, codes: Sequence[str]) -> dict[str, dict[str, Any]]:
    query = select(UnitRow.code, UnitRow.boundary, UnitRow.point).where(UnitRow.code.in_(codes))
    return {code: {"boundary": ring, "point": point} for code, ring, point in session.execute(query)}


def _broken(ring: list[list[float]]) -> Text | None:
    """Why the ring encloses no area; None when it does."""
    shape = Polygon(ring)
    if shape.is_valid and shape.area > 0:
        return None
    said = explain_validity(shape)
    return Text(f"the ring is no boundary: {said}", f"环不能作为边界:{said}")
