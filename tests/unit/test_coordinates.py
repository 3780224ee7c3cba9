"""WGS-84, GCJ-02 and BD-09: points whose conversion is published, the way back, and where nothing is shifted."""

import random
from math import cos, hypot, radians

import pytest

from gridgov.domain.coordinates import (
    Crs,
    LonLat,
    bd09_to_gcj02,
    from_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    is_in_china,
    to_wgs84,
    wgs84_to_gcj02,
)

# Published pairs (lon, lat) that several independent programs agree on.
PUBLISHED = {
    "Shanghai": ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    "Shenzhen": ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    "Beijing, Fuxingmen": ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    "Beijing, Tiananmen": ((116.404, 39.915), (116.41024449916938, 39.91640428150164)),
    "Hangzhou Bay": ((121.0917077, 30.6107779), (121.09626935575027, 30.608604331756705)),
}
ABROAD = {"London": (-0.1276, 51.5072), "Denver": (-104.9903, 39.7392), "Brisbane": (153.0251, -27.4698)}


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    return hypot((one[0] - other[0]) * 111_320 * cos(radians(one[1])), (one[1] - other[1]) * 110_574)


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_point_is_met_within_a_metre_both_ways(name: str) -> None:
    earth, mars = PUBLISHED[name]
    assert metres(wgs84_to_gcj02(LonLat(*earth)), mars) < 0.05
    assert metres(gcj02_to_wgs84(LonLat(*mars)), earth) < 0.05


def test_baidus_published_points_are_met() -> None:
    assert metres(gcj02_to_bd09(LonLat(116.404, 39.915)), (116.41036949371029, 39.92133699351021)) < 0.05
    # The published way back is one step of the formula, which is 5 cm off.
    assert metres(bd09_to_gcj02(LonLat(116.404, 39.915)), (116.39762729119315, 39.90865673957631)) < 0.1
    far = from_wgs84(LonLat(121.0917077, 30.6107779), Crs.BD09)
    assert metres(far, (121.10271732371203, 30.61484572185035)) < 0.05


@pytest.mark.parametrize("crs", Crs)
def test_there_and_back_is_the_same_point_to_less_than_a_millimetre(crs: Crs) -> None:
    chance = random.Random(8)
    for _ in range(2_000):
        point = LonLat(chance.uniform(74, 135), chance.uniform(4, 53))
        assert metres(to_wgs84(from_wgs84(point, crs), crs), point) < 0.001


@pytest.mark.parametrize("name", ABROAD)
def test_outside_china_gcj02_is_wgs84(name: str) -> None:
    point = LonLat(*ABROAD[name])
    assert not is_in_china(point)
    assert wgs84_to_gcj02(point) == gcj02_to_wgs84(point) == point


def test_the_shift_is_some_hundred_metres_in_china() -> None:
    for earth, mars in PUBLISHED.values():
        assert 300 < metres(earth, mars) < 800
