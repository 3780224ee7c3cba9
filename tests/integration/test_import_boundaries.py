"""Boundaries of a file become those of the units, whatever their coordinates; what is no boundary is refused."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gridgov.db.session import city_now
from gridgov.domain.coordinates import Crs, LonLat, from_wgs84
from gridgov.domain.errors import Invalid
from gridgov.domain.jobs import ImportKind
from gridgov.domain.model_city import BUILDING, COMPOUND
from gridgov.services.places import load_atlas
from tests.integration.import_hand import Hand, model_hand, square


@pytest.fixture
def hand(own_engine: Engine, folder: Path) -> Hand:
    """An import into the model city."""
    return model_hand(own_engine, folder)


def test_boundaries_are_kept_in_wgs84_whatever_they_are_stated_in(hand: Hand) -> None:
    ring = square(104.1, 26.2)
    shifted = [list(from_wgs84(LonLat(*corner), Crs.BD09)) for corner in ring]
    assert hand.boundaries({"m.s.c.x": shifted}, Crs.BD09, dry_run=True).counts == (1, 0, 0, 0)
    assert hand.sql("SELECT count(*) FROM units WHERE boundary IS NOT NULL") == [(0,)]
    assert hand.boundaries({"m.s.c.x": shifted}, Crs.BD09).counts == (1, 0, 0, 0)
    ((kept,),) = hand.sql("SELECT boundary FROM units WHERE code = 'm.s.c.x'")
    assert kept == ring
    assert hand.boundaries({"m.s.c.x": ring}).counts == (0, 0, 1, 0)
    assert hand.boundaries({"m.s.c.x": square(104.1, 26.3)}).counts == (0, 1, 0, 0)


def test_a_point_becomes_the_units_point(hand: Hand) -> None:
    assert hand.boundaries({"m.s.c.x.b": {"type": "Point", "coordinates": [104.1, 26.2]}}).counts == (1, 0, 0, 0)
    assert hand.sql("SELECT point FROM units WHERE code = 'm.s.c.x.b'") == [([104.1, 26.2],)]


CROSSED = [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]


@pytest.mark.parametrize(
    ("code", "ring", "column", "reason"),
    [
        ("m.s.c.x", CROSSED, "geometry", "Self-intersection"),
        ("m.s.c.x", [*square(104, 26)[:-1], [0, 0]], "geometry", "not closed"),
        ("m.s.c.x", [[0, 0], [1, 1], [0, 0]], "geometry", "corners"),
        ("m.s.c.x", square(104, 95), "geometry", "no place on earth"),
        ("m.s.c.x", {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}, "geometry", "neither a polygon"),
        ("m.s.c.x", {"type": "Polygon", "coordinates": [square(1, 1), square(1, 1, 0.001)]}, "geometry", "holes"),
        ("m.s.c.x", {"type": "Point", "coordinates": ["1", True]}, "geometry", "a position"),
        ("m.nowhere", square(104, 26), "code", "no unit"),
        ("m.s.c.x.branch", square(104, 26), "code", "no boundary"),
        (7, square(104, 26), "code", "no unit 7"),
        (None, square(104, 26), "code", "no property code"),
        ("\ud800", square(104, 26), "code", "no property code"),
        ("m\0", square(104, 26), "code", "no property code"),
    ],
)
def test_a_shape_that_is_no_boundary_is_refused(hand: Hand, code: Any, ring: Any, column: str, reason: str) -> None:
    ran = hand.boundaries({code: ring, "m.s.c.g": square(104, 26)})
    assert ran.counts == (1, 0, 0, 1)
    ((number, where, why),) = ran.refusals
    assert (number, where, reason in why) == (1, column, True), why


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("[]", "no GeoJSON FeatureCollection"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        (
            '{"type": "FeatureCollection", "features": [], "crs": {"properties": {"name": "EPSG:3857"}}}',
            "longitude and latitude",
        ),
    ],
)
def test_a_file_that_is_no_feature_collection_is_refused_whole(hand: Hand, content: str, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        hand.run(ImportKind.BOUNDARIES, content, crs=Crs.WGS84)


def test_overlaps_gaps_and_what_sticks_out_are_said(hand: Hand) -> None:
    hand.units("m.s.c.g2,grid,二网格,m.s.c")
    ran = hand.boundaries(
        {
            "m.s.c": square(104.1, 26.2, 0.02),
            "m.s.c.g": square(104.1, 26.2, 0.011),
            "m.s.c.g2": square(104.11, 26.2, 0.011),
        }
    )
    assert ran.counts == (3, 0, 0, 0)
    assert [remark.split(" by ")[0] for remark in ran.remarks if " by " in remark] == [
        "m.s.c.g and m.s.c.g2 overlap",
        "m.s.c.g2 lies outside m.s.c",
    ]
    (gap,) = (remark for remark in ran.remarks if "lie in no grid" in remark)
    missing = int(gap.split(" m²")[0].replace(",", ""))
    # Of 0.02° × 0.02° the two leave 0.02 × 0.009: about 2,000 m by 1,000 m.
    assert missing == pytest.approx(0.02 * 0.009 * 111_320**2 * 0.897, rel=0.01)


def test_a_point_finds_the_building_whose_own_boundary_holds_it(hand: Hand) -> None:
    hand.boundaries({"m.s.c.x": square(104.1, 26.2), "m.s.c.x.b": square(104.102, 26.202, 0.001)})
    with Session(hand.engine) as session:
        atlas = load_atlas(session, hand.desk.world.at(session, city_now(session)).tree)
    inside, beside = atlas.place_at(104.1025, 26.2025), atlas.place_at(104.109, 26.209)
    assert (inside.compound_id, inside.building_id) == (COMPOUND, BUILDING)
    assert (beside.compound_id, beside.building_id) == (COMPOUND, None)
