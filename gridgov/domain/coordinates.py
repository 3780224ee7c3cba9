"""Points of the three coordinate systems in use in China. Everything that is stored is WGS-84.

GCJ-02 shifts WGS-84 by 50 to 700 m within China; BD-09 shifts GCJ-02 by about 1 km. Neither is published by its
owner: the formulas are those that have been known and measured since 2010 (Krasovsky 1940 ellipsoid, sums of sines).
They agree with the maps that use them to about a metre. The way back is found by iteration, to less than a millimetre
of these formulas. The rectangle of "China" is the maps' own, so near a border a point may be shifted that a map
leaves alone.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from math import atan2, cos, hypot, pi, radians, sin, sqrt
from typing import NamedTuple

AXIS_M = 6_378_245.0
ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943_23
WEST, EAST, SOUTH, NORTH = 72.004, 137.8347, 0.8293, 55.8271
# The shift is measured from this point.
MIDDLE_LON, MIDDLE_LAT = 105.0, 35.0
BAIDU_LON, BAIDU_LAT, BAIDU_TURN = 0.0065, 0.006, 3000 * pi / 180
CLOSE_ENOUGH = 1e-10
MOST_ROUNDS = 12


class Crs(StrEnum):
    """The coordinate systems that a client may state. CGCS2000 differs from WGS-84 by centimetres: state wgs84."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


class LonLat(NamedTuple):
    """A point in degrees, longitude first, as in GeoJSON."""

    lon: float
    lat: float


def to_wgs84(point: LonLat, crs: Crs) -> LonLat:
    """The point, stated in `crs`, in WGS-84."""
    return TO_WGS84[crs](point)


def from_wgs84(point: LonLat, crs: Crs) -> LonLat:
    """The WGS-84 point in `crs`."""
    return FROM_WGS84[crs](point)


def is_in_china(point: LonLat) -> bool:
    """Whether the point lies in the rectangle in which GCJ-02 differs from WGS-84."""
    return WEST <= point.lon <= EAST and SOUTH <= point.lat <= NORTH


def wgs84_to_gcj02(point: LonLat) -> LonLat:
    """The shifted point; outside China the point itself."""
    if not is_in_china(point):
        return point
    x, y = point.lon - MIDDLE_LON, point.lat - MIDDLE_LAT
    sine = sin(radians(point.lat))
    curve = 1 - ECCENTRICITY_SQUARED * sine * sine
    meridian_m = AXIS_M * (1 - ECCENTRICITY_SQUARED) / curve**1.5
    parallel_m = AXIS_M / sqrt(curve) * cos(radians(point.lat))
    return LonLat(
        point.lon + _degrees(_east_m(x, y), parallel_m),
        point.lat + _degrees(_north_m(x, y), meridian_m),
    )


def gcj02_to_wgs84(point: LonLat) -> LonLat:
    """The point whose shift ends at `point`; outside China the point itself."""
    return _undone(wgs84_to_gcj02, point) if is_in_china(point) else point


def gcj02_to_bd09(point: LonLat) -> LonLat:
    """The point as Baidu's maps have it."""
    radius = hypot(point.lon, point.lat) + 0.000_02 * sin(point.lat * BAIDU_TURN)
    angle = atan2(point.lat, point.lon) + 0.000_003 * cos(point.lon * BAIDU_TURN)
    return LonLat(radius * cos(angle) + BAIDU_LON, radius * sin(angle) + BAIDU_LAT)


def bd09_to_gcj02(point: LonLat) -> LonLat:
    """The point before Baidu's own shift."""
    return _undone(gcj02_to_bd09, point)


def _undone(shift: Callable[[LonLat], LonLat], target: LonLat) -> LonLat:
    """The point that `shift` moves to `target`: the shift changes slowly, so each round comes far closer."""
    guess = target
    for _ in range(MOST_ROUNDS):
        there = shift(guess)
        off_lon, off_lat = there.lon - target.lon, there.lat - target.lat
        guess = LonLat(guess.lon - off_lon, guess.lat - off_lat)
        if max(abs(off_lon), abs(off_lat)) < CLOSE_ENOUGH:
            break
    return guess


def _degrees(metres: float, radius_m: float) -> float:
    return metres * 180 / (radius_m * pi)


def _north_m(x: float, y: float) -> float:
    polynomial = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    return polynomial + _ripple(x) + _waves(y, (20, 1), (40, 3)) + _waves(y, (160, 12), (320, 30))


def _east_m(x: float, y: float) -> float:
    polynomial = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    return polynomial + _ripple(x) + _waves(x, (20, 1), (40, 3)) + _waves(x, (150, 12), (300, 30))


def _ripple(x: float) -> float:
    return (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3


def _waves(at: float, *waves: tuple[float, float]) -> float:
    """The sum of sines, each a height and a length in degrees (half a wave)."""
    return sum(height * sin(at * pi / length) for height, length in waves) * 2 / 3


TO_WGS84: Mapping[Crs, Callable[[LonLat], LonLat]] = {
    Crs.WGS84: lambda point: point,
    Crs.GCJ02: gcj02_to_wgs84,
    Crs.BD09: lambda point: gcj02_to_wgs84(bd09_to_gcj02(point)),
}
FROM_WGS84: Mapping[Crs, Callable[[LonLat], LonLat]] = {
    Crs.WGS84: lambda point: point,
    Crs.GCJ02: wgs84_to_gcj02,
    Crs.BD09: lambda point: gcj02_to_bd09(wgs84_to_gcj02(point)),
}
