"""Cases that went through the services, to be multiplied: one of each kind in many compounds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from gridgov.adapters.sealing import Sealer
from gridgov.db.models import Case
from gridgov.domain.actors import Actor
from gridgov.domain.evidence import FIELD, RESOLVING
from gridgov.domain.org import Tree, Unit, UnitKind
from gridgov.services.intake import Report, report_case
from gridgov.services.places import place_of_unit
from gridgov.services.situations import lock_cases
from gridgov.services.transitions import act
from gridgov.services.uploads import Stored, record, uploader_of
from gridgov.services.world import Snapshot, World

CATEGORY = "0401"
TEXT = "小区东门垃圾桶满溢,昨晚起无人清运,影响通行,请尽快处理。" * 2
CONTACT = {"name": "王女士", "phone": "13800001234"}
REPLY = "已安排保洁清运并冲洗地面,现场已恢复。"
HAPPY = {"contacted": True, "solved": True, "satisfaction": "satisfied"}
# What is done to a case after the report, and by whom.
LIVES = {
    "reported": (),
    "dispatched": (("accept", "owner"),),
    "handling": (("accept", "owner"), ("acknowledge", "handler")),
    "closed": (
        *(("accept", "owner"), ("acknowledge", "handler"), ("contact", "handler"), ("resolve", "handler")),
        *(("confirm", "holder"), ("rate", "holder")),
    ),
}
INPUTS: Mapping[str, Mapping[str, Any]] = {
    "contact": {"contact": {"kind": "call", "made_safe": True}},
    "resolve": {"note": REPLY},
    "rate": {"rating": HAPPY},
}


@dataclass(frozen=True)
class Author:
    """Lives cases: the session, the city, and when the first report comes in."""

    session: Session
    snapshot: Snapshot
    sealer: Sealer
    began: datetime

    def live(self, building: Unit, life: str) -> int:
        """A case at that building which has got as far as `life`; its id comes back."""
        tree = self.snapshot.tree
        place = place_of_unit(building.id, "place.building_id", UnitKind.BUILDING, tree)
        report = Report(place, TEXT, category=CATEGORY, address="东门岗亭旁", contact=CONTACT, on_behalf=True)
        reporter = actor_of(tree, building.grid_id or 0)
        case_id = report_case(self.session, self.snapshot, self.sealer, reporter, report, self.began).case_id
        for minutes, (action, who) in enumerate(LIVES[life], 1):
            actor = self._actor(case_id, who)
            moment = self.began + timedelta(minutes=minutes)
            present = lock_cases(self.session, [case_id])[case_id]
            inputs = {**INPUTS.get(action, {}), **self._photo(action, actor, moment)}
            act(self.session, self.snapshot, present, action, actor, inputs, moment)
        return case_id

    def _photo(self, action: str, actor: Actor, moment: datetime) -> dict[str, Any]:
        """The row of a photo of the work done; its files are beside the point here."""
        if action not in RESOLVING:
            return {}
        stored = Stored("0" * 64, "0" * 64, "0" * 64, "image/jpeg", 400_000, 2560, 1920)
        row, _ = record(self.session, uploader_of(actor), uuid4(), stored, moment)
        return {FIELD: [row.id]}

    def _actor(self, case_id: int, who: str) -> Actor:
        case = self.session.get_one(Case, case_id, populate_existing=True)
        return actor_of(self.snapshot.tree, getattr(case, f"{who}_id"))


def actor_of(tree: Tree, unit_id: int) -> Actor:
    """Somebody who acts for the unit."""
    person = tree.acting[unit_id][0]
    return Actor(person, tree.posts_of[person])


def buildings_of(tree: Tree, most: int) -> list[Unit]:
    """One building in each of up to `most` compounds where a building leader, a grid worker and a handler act."""
    found: dict[int, Unit] = {}
    for unit in sorted(tree.units.values(), key=lambda each: each.code):
        staffed = unit.kind is UnitKind.BUILDING and unit.parent_id not in found and unit.grid_id in tree.acting
        if staffed and tree.served_by(unit.parent_id or 0, UnitKind.PROPERTY):
            found[unit.parent_id or 0] = unit
    return list(found.values())[:most]


def write_lives(session: Session, world: World, sealer: Sealer, now: datetime, compounds: int) -> dict[str, list[int]]:
    """The ids of the cases written, by how far they got."""
    snapshot = world.at(session, now)
    author = Author(session, snapshot, sealer, now - timedelta(minutes=10))
    buildings = buildings_of(snapshot.tree, compounds)
    return {life: [author.live(building, life) for building in buildings] for life in LIVES}
