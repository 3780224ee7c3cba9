"""Rectangles on the map and how they are cut: WGS-84 degrees with six decimals. Nothing here knows a city."""

from dataclasses import dataclass
from itertools import pairwise
from math import ceil, sqrt

Point = tuple[float, float]
Ring = tuple[Point, ...]

DECIMALS = 6

# Not the middle: a building on the line between two grids would lie in both.
OFF_CENTRE = 0.45


@dataclass(frozen=True)
class Rect:
    """A piece of ground between two meridians and two parallels."""

    west: float
    south: float
    east: float
    north: float

    @property
    def centre(self) -> Point:
        """The point in the middle."""
        return _point((self.west + self.east) / 2, (self.south + self.north) / 2)

    @property
    def ring(self) -> Ring:
        """The boundary, counter-clockwise, closed: the first point comes again at the end."""
        corners = ((self.west, self.south), (self.east, self.south), (self.east, self.north), (self.west, self.north))
        return (*corners, corners[0])

    def contains(self, point: Point) -> bool:
        """Whether `point` lies in here; the west and south edges belong to the rectangle, the others do not."""
        return self.west <= point[0] < self.east and self.south <= point[1] < self.north

    def columns(self, count: int) -> tuple["Rect", ...]:
        """`count` equal strips from west to east that share their edges exactly."""
        return tuple(Rect(a, self.south, b, self.north) for a, b in pairwise(_cuts(self.west, self.east, count)))

    def rows(self, count: int) -> tuple["Rect", ...]:
        """`count` equal strips from north to south that share their edges exactly."""
        return tuple(Rect(self.west, b, self.east, a) for a, b in pairwise(_cuts(self.north, self.south, count)))

    def tile(self, count: int, rows: int) -> tuple["Rect", ...]:
        """`count` cells in `rows` rows that fill the rectangle, northern rows first and never emptier."""
        base, longer = divmod(count, rows)
        strips = enumerate(self.rows(rows))
        return tuple(cell for n, strip in strips for cell in strip.columns(base + (n < longer)))

    def inset(self, share: float) -> "Rect":
        """The rectangle without a margin of `share` of its width and height on each side."""
        dx, dy = (self.east - self.west) * share, (self.north - self.south) * share
        return Rect(*_point(self.west + dx, self.south + dy), *_point(self.east - dx, self.north - dy))

    def joined(self, other: "Rect") -> "Rect":
        """The smallest rectangle around both."""
        west, south = min(self.west, other.west), min(self.south, other.south)
        return Rect(west, south, max(self.east, other.east), max(self.north, other.north))

    def lattice(self, count: int) -> tuple[Point, ...]:
        """`count` points inside, spread in rows from the north-west, none of them in the middle of anything."""
        columns = ceil(sqrt(count))
        return tuple(self._lattice_point(n, columns, ceil(count / columns)) for n in range(count))

    def _lattice_point(self, number: int, columns: int, rows: int) -> Point:
        row, column = divmod(number, columns)
        across, down = (column + OFF_CENTRE) / columns, (row + OFF_CENTRE) / rows
        return _point(self.west + (self.east - self.west) * across, self.north - (self.north - self.south) * down)


def _cuts(start: float, end: float, count: int) -> list[float]:
    return [round(start + (end - start) * n / count, DECIMALS) for n in range(count + 1)]


def _point(lon: float, lat: float) -> Point:
    return round(lon, DECIMALS), round(lat, DECIMALS)
