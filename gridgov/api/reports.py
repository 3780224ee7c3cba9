"""A report's body becomes the Report that intake takes in: the place is looked up here, on the caller's words."""

from typing import Any

from gridgov.domain.coordinates import Crs, LonLat, to_wgs84
from gridgov.domain.org import UnitKind
from gridgov.http.context import edge, work
from gridgov.services.intake import Report
from gridgov.services.places import Place, place_of_unit

COPIED = ("title", "description", "category", "on_behalf", "anonymous", "urgent")
OPTIONAL = ("client_ref", "occurred_at", "captured_at")


def report_of(body: dict[str, Any]) -> Report:
    """The report that a loaded CaseReport asks for. Raises Invalid when its place is none of the city's."""
    reporter = body.get("reporter", {})
    external = body.get("external_ref")
    point = point_of(body["place"])
    return Report(
        place=place_of(body["place"]),
        address=body["place"].get("address"),
        point=point,
        contact={name: reporter[name] for name in ("name", "phone", "email") if name in reporter},
        wants_updates=reporter.get("wants_updates", False),
        about=tuple(body["about"]),
        attachments=tuple(body.get("attachments", ())),
        external_ref=(external["source"], external["number"]) if external else None,
        **{name: body[name] for name in COPIED if name in body},
        **{name: body[name] for name in OPTIONAL if name in body},
    )


def point_of(place: dict[str, Any]) -> LonLat | None:
    """The point in WGS-84, whatever system the caller states."""
    if "point" not in place:
        return None
    stated = place["point"]
    return to_wgs84(LonLat(stated["lon"], stated["lat"]), Crs(stated["crs"]))


def place_of(place: dict[str, Any]) -> Place:
    """The place that a loaded PlaceInput names. Raises Invalid when it is none of the city's."""
    point = point_of(place)
    here = work()
    tree = here.snapshot.tree
    if point is not None:
        return edge().atlases.at(here.session, tree).place_at(*point)
    if "building_id" in place:
        return place_of_unit(place["building_id"], "place.building_id", UnitKind.BUILDING, tree)
    return place_of_unit(place["compound_id"], "place.compound_id", UnitKind.COMPOUND, tree)
