"""A report's body becomes the Report that intake takes in: the place is looked up here, on the caller's words."""

from typing import Any

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
    point = body["place"].get("point")
    return Report(
        place=place_of(body["place"]),
        address=body["place"].get("address"),
        point=(point["lon"], point["lat"]) if point else None,
        contact={name: reporter[name] for name in ("name", "phone", "email") if name in reporter},
        wants_updates=reporter.get("wants_updates", False),
        about=tuple(body["about"]),
        attachments=tuple(body.get("attachments", ())),
        external_ref=(external["source"], external["number"]) if external else None,
        **{name: body[name] for name in COPIED if name in body},
        **{name: body[name] for name in OPTIONAL if name in body},
    )


def place_of(place: dict[str, Any]) -> Place:
    """The place that a loaded PlaceInput names. Raises Invalid when it is none of the city's."""
    here = work()
    tree = here.snapshot.tree
    if "building_id" in place:
        return place_of_unit(place["building_id"], "place.building_id", UnitKind.BUILDING, tree)
    if "compound_id" in place:
        return place_of_unit(place["compound_id"], "place.compound_id", UnitKind.COMPOUND, tree)
    point = place["point"]
    return edge().atlases.at(here.session, tree).place_at(point["lon"], point["lat"])
