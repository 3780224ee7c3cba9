"""A GeoJSON file (RFC 7946) of boundaries: read as it is written. Whether a ring is a boundary: services.imports.

A feature is one unit: its `code` stands in the properties, its geometry is a Polygon of one ring, a MultiPolygon of
one such, or a Point.
"""

import json
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from gridgov.adapters.table_files import refused
from gridgov.domain.coordinates import LonLat
from gridgov.domain.mapping import Rejected

MOST_FEATURES = 100_000
MOST_CORNERS = 50_000
# RFC 7946 knows WGS-84 only; what else a client states comes beside the file.
KNOWN_CRS = ("crs84", "4326", "4490")


@dataclass(frozen=True, slots=True)
class Shape:
    """A feature: its number in the file from 1, the unit's code, and a closed ring or a single point as written."""

    row: int
    code: str
    ring: tuple[LonLat, ...] = ()
    point: LonLat | None = None


class NotAShape(ValueError):
    """A feature that cannot be read; the arguments are the sentence in English and Chinese."""


def read_shapes(path: Path) -> list[Shape | Rejected]:
    """The features of the file, each bad one as its reason. Raises Invalid when the file is no FeatureCollection."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise refused(path.name, "the file is not UTF-8", "文件不是 UTF-8 编码") from None
    except (ValueError, RecursionError) as error:
        raise refused(path.name, f"the file is not JSON ({str(error)[:80]})", "文件不是有效的 JSON") from None
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or content.get("type") != "FeatureCollection":
        raise refused(path.name, "the file is no GeoJSON FeatureCollection", "文件不是 GeoJSON FeatureCollection")
    if len(features) > MOST_FEATURES:
        raise refused(path.name, f"more than {MOST_FEATURES} features", f"要素超过 {MOST_FEATURES} 个")
    _check_crs(path.name, content.get("crs"))
    return [_shape(number, feature) for number, feature in enumerate(features, start=1)]


def _check_crs(name: str, crs: object) -> None:
    named = json.dumps(crs).lower()
    if crs is not None and not any(known in named for known in KNOWN_CRS):
        raise refused(name, f"its crs is not degrees of longitude and latitude: {named[:80]}", "坐标系不是经纬度")


def _shape(row: int, feature: Any) -> Shape | Rejected:
    try:
        properties = feature.get("properties") if isinstance(feature, dict) else None
        code = properties.get("code") if isinstance(properties, dict) else None
        if not isinstance(code, str | int) or isinstance(code, bool) or not _is_word(str(code)):
            return Rejected(row, "the feature has no property code", "要素缺少 code 属性", "code")
        return _of_geometry(row, str(code).strip(), feature.get("geometry"))
    except NotAShape as error:
        en, zh = error.args
        return Rejected(row, en, zh, "geometry")


def _of_geometry(row: int, code: str, geometry: Any) -> Shape:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if kind == "Point":
        return Shape(row, code, point=_point(coordinates))
    if kind == "MultiPolygon" and isinstance(coordinates, list) and len(coordinates) == 1:
        coordinates, kind = coordinates[0], "Polygon"
    if kind != "Polygon" or not isinstance(coordinates, list):
        raise NotAShape("the geometry is neither a polygon of one part nor a point", "几何应为单个多边形或点")
    if len(coordinates) != 1:
        raise NotAShape("a boundary is one ring, without holes", "边界应为一个不带洞的环")
    return Shape(row, code, ring=_ring(coordinates[0]))


def _ring(corners: Any) -> tuple[LonLat, ...]:
    if not isinstance(corners, list) or not 4 <= len(corners) <= MOST_CORNERS:
        raise NotAShape(f"a ring has 4 to {MOST_CORNERS} corners", f"环应有 4 至 {MOST_CORNERS} 个顶点")
    ring = tuple(map(_point, corners))
    if ring[0] != ring[-1]:
        raise NotAShape("the ring is not closed: its first and last corner differ", "环未闭合:首尾顶点不同")
    return ring


def _point(pair: Any) -> LonLat:
    if not _is_pair(pair):
        raise NotAShape("a position is [longitude, latitude] in degrees", "位置应为 [经度, 纬度]（度）")
    lon, lat = float(pair[0]), float(pair[1])
    if not (isfinite(lon) and isfinite(lat)) or abs(lon) > 180 or abs(lat) > 90:
        raise NotAShape(f"{lon:g}, {lat:g} is no place on earth", f"{lon:g}, {lat:g} 不是有效坐标")
    return LonLat(lon, lat)


def _is_word(code: str) -> bool:
    """No NUL and no half of a character, which no database takes."""
    return bool(code.strip()) and code.isprintable()


def _is_pair(pair: Any) -> bool:
    return isinstance(pair, list) and len(pair) in {2, 3} and all(_is_number(each) for each in pair[:2])


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e6
