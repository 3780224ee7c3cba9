"""Small worlds for tests: the model city as rows, people who act, cases as the services write them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from gridgov.adapters.sealing import Sealer
from gridgov.db.models import Case, Person, PostRow, ServiceRow, UnitRow, Upload
from gridgov.domain.actors import Actor
from gridgov.domain.evidence import FIELD, RESOLVING
from gridgov.domain.model_city import BUILDING, model_city
from gridgov.domain.org import Tree, UnitKind
from gridgov.services.intake import Report, report_case
from gridgov.services.places import place_of_unit
from gridgov.services.rulebook import install_rules
from gridgov.services.situations import lock_cases
from gridgov.services.transitions import act
from gridgov.services.uploads import uploader_of
from gridgov.services.world import Snapshot, World

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY_NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SEALER = Sealer("for tests only")


@dataclass
class City:
    """The model city in the database, seen through one session."""

    session: Session
    world: World
    snapshot: Snapshot

    @property
    def tree(self) -> Tree:
        """The city as the rules see it."""
        return self.snapshot.tree

    def person(self, unit_id: int, number: int = 0) -> Actor:
        """Somebody who acts for the unit."""
        person = self.tree.acting[unit_id][number]
        return Actor(person, self.tree.posts_of[person], name=f"person{person}")

    def report(
        self, category: str = "0401", now: datetime = MONDAY_NINE, actor: Actor | None = None, **given: Any
    ) -> int:
        """A case reported in the model building; its id comes back."""
        place = place_of_unit(BUILDING, "place.building_id", UnitKind.BUILDING, self.tree)
        report = Report(place=place, description="garbage at the gate", category=category, **given)
        return report_case(
            self.session, self.snapshot, SEALER, actor or Actor(None, reporter_of=0), report, now
        ).case_id

    def act(self, case_id: int, action: str, actor: Actor, now: datetime = MONDAY_NINE, **inputs: Any) -> Case:
        """Let somebody act; the case as it stands afterwards comes back."""
        if action in RESOLVING or inputs.get(FIELD):
            inputs[FIELD] = [self.upload(actor) for _ in inputs.get(FIELD) or "1"]
        present = lock_cases(self.session, [case_id])[case_id]
        act(self.session, self.snapshot, present, action, actor, inputs, now)
        return self.case(case_id)

    def upload(self, actor: Actor) -> UUID:
        """A photo of `actor` that hangs on no case yet: its row only, no file."""
        names = ("sha256", "stored_sha256", "thumb_sha256")
        row = Upload(id=uuid4(), who=uploader_of(actor), created_at=datetime.now(UTC), **dict.fromkeys(names, "0" * 64))
        row.media_type, row.size, row.width, row.height = "image/jpeg", 1, 1, 1
        self.session.add(row)
        self.session.flush()
        return row.id

    def case(self, case_id: int) -> Case:
        """The case's row, read anew."""
        return self.session.get_one(Case, case_id, populate_existing=True)


def make_city(session: Session, now: datetime = MONDAY_NINE) -> City:
    """The model city with the shipped rules: unit and person ids are those of domain.model_city."""
    install_rules(session, now.date())
    insert_tree(session, model_city())
    world = World(ZONE)
    return City(session, world, world.at(session, now))


def insert_tree(session: Session, tree: Tree) -> None:
    """The rows that a tree is a snapshot of."""
    units = sorted(tree.units.values(), key=lambda unit: unit.id)
    session.execute(insert(UnitRow), [_unit(unit) for unit in units])
    people = sorted({post.person_id for post in tree.posts})
    session.execute(insert(Person), [{"id": each, "username": f"person{each}", "name": f"人{each}"} for each in people])
    session.execute(
        insert(PostRow),
        [{"person_id": post.person_id, "role": post.role.value, "unit_id": post.unit_id} for post in tree.posts],
    )
    services = [
        {"org_id": org, "kind": kind.value, "territory_id": territory}
        for (territory, kind), orgs in tree.serving.items()
        for org in orgs
    ]
    session.execute(insert(ServiceRow), services)
    session.execute(text("UPDATE org_version SET version = version + 1"))
    for table in ("units", "people"):
        session.execute(text(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))"))


def _unit(unit: Any) -> dict[str, Any]:
    names = ("id", "code", "name_zh", "name_en", "parent_id", "grid_id", "trade", "public_area")
    return {"kind": unit.kind.value, **{name: getattr(unit, name) for name in names}}
