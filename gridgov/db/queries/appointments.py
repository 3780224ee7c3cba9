"""People with their posts, and services, as an administrator lists them."""

from datetime import date

from sqlalchemy import ColumnElement, Select, or_, select

from gridgov.db.models import Person, PostRow, ServiceRow
from gridgov.db.paging import By, Order

BY_ID = Order((By(Person.id),))
SERVICES_BY_ID = Order((By(ServiceRow.id),))


def people_like(words: str | None, unit_id: int | None, today: date) -> Select[Person]:
    """Everybody with an account whose user name or name holds `words` and who has a post in the unit, now or later."""
    rows = select(Person)
    if words is not None:
        found = [name.icontains(words, autoescape=True) for name in (Person.username, Person.name)]
        rows = rows.where(or_(*found))
    if unit_id is not None:
        rows = rows.where(Person.id.in_(select(PostRow.person_id).where(PostRow.unit_id == unit_id, _going_on(today))))
    return rows


def posts_of_people(person_ids: list[int], today: date) -> Select[PostRow]:
    """Their posts that are not over, future ones too."""
    return select(PostRow).where(PostRow.person_id.in_(person_ids), _going_on(today)).order_by(PostRow.id)


def services_like(territory_id: int | None, org_id: int | None) -> Select[ServiceRow]:
    """The services of a territory, of an organisation, or all; past ones too."""
    rows = select(ServiceRow)
    if territory_id is not None:
        rows = rows.where(ServiceRow.territory_id == territory_id)
    return rows if org_id is None else rows.where(ServiceRow.org_id == org_id)


def _going_on(today: date) -> ColumnElement[bool]:
    return or_(PostRow.valid_to.is_(None), PostRow.valid_to > today)
