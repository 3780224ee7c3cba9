"""A report by a point lands in the same place whatever coordinate system its map speaks, and is kept as WGS-84."""

import json
from typing import Any

import pytest
from sqlalchemy import Engine, text

from gridgov.domain.coordinates import Crs, LonLat, from_wgs84
from gridgov.domain.model_city import BUILDING, COMMUNITY, COMPOUND, GRID
from gridgov.settings import Settings
from tests.http_client import CASES, Client, make_client

# A building of 20 m in a compound of 100 m: a shift of half a kilometre would miss all of it.
HERE = LonLat(104.1002, 26.2002)


def square(lon: float, lat: float, size: float) -> str:
    return json.dumps([[lon, lat], [lon + size, lat], [lon + size, lat + size], [lon, lat + size], [lon, lat]])


@pytest.fixture
def client(own_engine: Engine, settings: Settings) -> Client:
    """A client of a city with a map."""
    client = make_client(own_engine, settings)
    rings = {
        COMMUNITY: square(104.099, 26.199, 0.003),
        COMPOUND: square(104.1, 26.2, 0.001),
        GRID: square(104.099, 26.199, 0.003),
        BUILDING: square(104.1001, 26.2001, 0.0002),
    }
    with own_engine.begin() as connection:
        for unit, ring in rings.items():
            statement = text("UPDATE units SET boundary = CAST(:ring AS jsonb) WHERE id = :unit")
            connection.execute(statement, {"ring": ring, "unit": unit})
        connection.execute(text("UPDATE org_version SET version = version + 1"))
    return client


def reported(client: Client, point: dict[str, Any]) -> Any:
    case = client.report(GRID, place={"point": point})
    query = text("SELECT building_id, compound_id, grid_id, lon, lat FROM cases WHERE number = :number")
    with client.engine.connect() as connection:
        return connection.execute(query, {"number": case["number"]}).one()


def test_the_twin_in_another_system_lands_in_the_same_building_compound_and_grid(client: Client) -> None:
    for crs in Crs:
        there = from_wgs84(HERE, crs)
        found = reported(client, {"lon": there.lon, "lat": there.lat, "crs": crs.value, "accuracy_m": 8})
        assert tuple(found[:3]) == (BUILDING, COMPOUND, GRID), crs
        assert tuple(found[3:]) == pytest.approx(tuple(HERE), abs=1e-8), crs
    assert tuple(reported(client, {"lon": HERE.lon, "lat": HERE.lat})[:3]) == (BUILDING, COMPOUND, GRID)


def test_a_shifted_point_that_is_called_wgs84_misses_and_an_unknown_system_is_refused(client: Client) -> None:
    there = from_wgs84(HERE, Crs.GCJ02)
    body = {"description": "garbage", "place": {"point": {"lon": there.lon, "lat": there.lat}}}
    assert list(client.call(GRID, "POST", CASES, body).json["errors"]) == ["place.point"]
    body["place"]["point"]["crs"] = "mars"  # type: ignore[index]
    assert list(client.call(GRID, "POST", CASES, body).json["errors"]) == ["place.point.crs"]
