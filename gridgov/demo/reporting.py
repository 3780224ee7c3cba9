"""How a case of the script is reported: where, by whom, in which words. The words come from the catalogue."""

from datetime import datetime

from sqlalchemy.orm import Session

from gridgov.adapters.sealing import Sealer
from gridgov.demo.script import Fate
from gridgov.domain.actors import Actor
from gridgov.domain.org import Tree, Unit, UnitKind
from gridgov.services.intake import Report, report_case
from gridgov.services.places import place_of_unit
from gridgov.services.world import Snapshot

SOURCE = "demo"
"""The external source of every case of the demonstration; the external number is its key in the script."""
NOBODY = {"name": "示范居民"}
"""A contact of nobody: with it a resident can be asked and answers by the link."""


def reported(session: Session, snapshot: Snapshot, sealer: Sealer, fate: Fate, now: datetime) -> int:
    """The id of the case that the fate begins with. Raises Conflict when it was reported before."""
    tree, category = snapshot.tree, snapshot.catalogue.get(fate.category)
    building = building_at(tree, fate.place)
    worker = _worker(building, tree)
    resident = fate.channel == "resident" or worker is None
    report = Report(
        place=place_of_unit(building.id, "place.building_id", UnitKind.BUILDING, tree),
        title=category.title.zh,
        description=f"（示范）{building.name_zh}：{category.title.zh}，请尽快处理。",
        category=fate.category if fate.knows_category else None,
        contact={} if fate.channel == "grid_worker" and not resident else NOBODY,
        on_behalf=fate.channel == "on_behalf" and not resident,
        external_ref=(SOURCE, fate.key),
        source="qr" if resident else "staff",
    )
    actor = Actor(None) if resident or worker is None else worker
    return report_case(session, snapshot, sealer, actor, report, now).case_id


def building_at(tree: Tree, place: float) -> Unit:
    """The building that a number in [0, 1) chooses, by code."""
    buildings = sorted((unit for unit in tree.units.values() if unit.kind is UnitKind.BUILDING), key=_code)
    return buildings[int(place * len(buildings))]


def _code(unit: Unit) -> str:
    return unit.code


def _worker(building: Unit, tree: Tree) -> Actor | None:
    people = tree.acting.get(building.grid_id or 0, ())
    return Actor(people[0], tree.posts_of[people[0]]) if people else None
