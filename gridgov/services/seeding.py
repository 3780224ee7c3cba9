"""Writing a city's plan into an empty database, whole sets at a time. What a city consists of belongs to cities."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from gridgov.cities.kinds import BUILDING
from gridgov.cities.plan import CityPlan, PersonPlan, UnitPlan
from gridgov.db.models import Person, PostRow, ServiceRow, UnitRow
from gridgov.domain.errors import Conflict
from gridgov.services.qr_codes import make_missing
from gridgov.services.rulebook import install_rules, touch_city

LOCK = 0x73656564  # "seed": one seeding at a time

NEXT_UNIT_ID = func.nextval(func.pg_get_serial_sequence("units", "id"))

Ids = Mapping[str, int]


@dataclass(frozen=True)
class Seeded:
    """How many rows a seeding added; `nothing` when the city stood there already."""

    units: int = 0
    services: int = 0
    people: int = 0
    posts: int = 0

    @property
    def nothing(self) -> bool:
        """Whether the city was there before."""
        return self == Seeded()


def seed_city(session: Session, plan: CityPlan, now: datetime, password_hash: str) -> Seeded:
    """Install the rules and add the plan's units, services, people and posts; nothing when its root is there.

    Posts and services are valid without bounds, so that imported years have their people too. Nobody has an e-mail
    address. One `password_hash` is for all: 2,000 of them would take a minute, and a demonstration has one password
    anyway. Raises Conflict when another city is in the database.
    """
    if is_seeded(session, plan):
        return Seeded()
    install_rules(session, now.date())
    unit_ids = _add_units(session, plan.units)
    services = _add_services(session, plan, unit_ids)
    person_ids = _add_people(session, plan.people, now, password_hash)
    posts = _add_posts(session, plan.people, person_ids, unit_ids)
    # The city is the same each time; the codes on its walls are not, or everybody would know them.
    make_missing(session, (unit_ids[unit.code] for unit in plan.units if unit.kind == BUILDING), now)
    touch_city(session)
    return Seeded(len(unit_ids), services, len(person_ids), posts)


def is_seeded(session: Session, plan: CityPlan) -> bool:
    """Whether the plan's city is there; until the transaction ends nobody else can seed it.

    Raises Conflict when another city is in the database.
    """
    # The usual two seconds are too short to wait until somebody else has written a whole city.
    session.execute(text("SET LOCAL lock_timeout = '30s'"))
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    root = session.execute(select(UnitRow.code).where(UnitRow.parent_id.is_(None))).scalar()
    if root is not None and root != plan.code:
        raise Conflict(
            f"This database holds the city {root} already; {plan.code} needs one of its own.",
            f"该数据库中已有城市 {root}；{plan.code} 需要单独的数据库或模式。",
        )
    return root is not None


def _add_units(session: Session, units: tuple[UnitPlan, ...]) -> Ids:
    # The ids are taken beforehand, because a unit names its parent and its grid by id.
    taken = session.execute(select(NEXT_UNIT_ID).select_from(func.generate_series(1, len(units)))).scalars()
    ids = dict(zip((unit.code for unit in units), taken, strict=True))
    # Without render_nulls the rows are sent in runs that miss the same columns: hundreds of statements.
    insertion = insert(UnitRow).returning(UnitRow.id).execution_options(render_nulls=True)
    session.execute(insertion, [_unit_row(unit, ids) for unit in units])
    return ids


def _unit_row(unit: UnitPlan, ids: Ids) -> dict[str, Any]:
    return {
        "id": ids[unit.code],
        "code": unit.code,
        "kind": unit.kind,
        "name_zh": unit.name_zh,
        "name_en": unit.name_en,
        "parent_id": ids[unit.parent_code] if unit.parent_code else None,
        "grid_id": ids[unit.grid_code] if unit.grid_code else None,
        "trade": unit.trade,
        "public_area": unit.public_area,
        "invented": unit.invented,
        "boundary": unit.boundary,
        "point": unit.point,
    }


def _add_services(session: Session, plan: CityPlan, unit_ids: Ids) -> int:
    rows = [
        {
            "org_id": unit_ids[service.org_code],
            "kind": service.kind,
            "territory_id": unit_ids[service.territory_code],
            "valid": Range(None, None),
        }
        for service in plan.services
    ]
    return len(session.execute(insert(ServiceRow).returning(ServiceRow.id), rows).all())


def _add_people(session: Session, people: tuple[PersonPlan, ...], now: datetime, password_hash: str) -> Ids:
    rows = [
        {"username": person.username, "name": person.name_zh, "password_hash": password_hash, "created_at": now}
        for person in people
    ]
    added = session.execute(insert(Person).returning(Person.username, Person.id), rows)
    return dict(added.all())


def _add_posts(session: Session, people: tuple[PersonPlan, ...], person_ids: Ids, unit_ids: Ids) -> int:
    rows = [
        {"person_id": person_ids[person.username], "role": post.role, "unit_id": unit_ids[post.unit_code]}
        for person in people
        for post in person.posts
    ]
    return len(session.execute(insert(PostRow).returning(PostRow.id), rows).all())
