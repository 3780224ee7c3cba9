"""The rows that make up the city at a date."""

from datetime import date

from sqlalchemy import Date, Select, literal, or_, select

from gridgov.db.models import OrgVersion, Person, PostRow, ServiceRow, UnitRow


def org_version() -> Select[int]:
    """The number that every change of units, services, people and posts raises."""
    return select(OrgVersion.version)


def all_units() -> Select[int, str, str, str, str, int | None, int | None, str | None, bool]:
    """What the rules know of each unit; boundaries stay in the database."""
    return select(
        UnitRow.id,
        UnitRow.code,
        UnitRow.kind,
        UnitRow.name_zh,
        UnitRow.name_en,
        UnitRow.parent_id,
        UnitRow.grid_id,
        UnitRow.trade,
        UnitRow.public_area,
    )


def services_on(day: date) -> Select[int, str, int]:
    """Which organisation serves which territory on that day, in the order of the organisations' codes."""
    return (
        select(ServiceRow.territory_id, ServiceRow.kind, ServiceRow.org_id)
        .join(UnitRow, UnitRow.id == ServiceRow.org_id)
        .where(ServiceRow.valid.contains(literal(day, Date)))
        .order_by(UnitRow.code)
    )


def posts_on(day: date) -> Select[int, str, int]:
    """The posts that are valid on that day, of people who are active."""
    begun = or_(PostRow.valid_from.is_(None), PostRow.valid_from <= day)
    going_on = or_(PostRow.valid_to.is_(None), PostRow.valid_to > day)
    return (
        select(PostRow.person_id, PostRow.role, PostRow.unit_id)
        .join(Person, Person.id == PostRow.person_id)
        .where(Person.active, begun, going_on)
        .order_by(PostRow.id)
    )
