"""Which units a caller looks for. The tree itself is a value: services.world."""

from sqlalchemy import Select, select

from gridgov.db.models import Person, UnitRow
from gridgov.db.paging import By, Order

BY_CODE = Order((By(UnitRow.code),))


def units_like(parent_id: int | None, kind: str | None, words: str | None) -> Select[int, str]:
    """Id and code of the units under a parent, of a kind, whose code or name holds `words`; None leaves a part out."""
    rows = select(UnitRow.id, UnitRow.code)
    if parent_id is not None:
        rows = rows.where(UnitRow.parent_id == parent_id)
    if kind is not None:
        rows = rows.where(UnitRow.kind == kind)
    if words is not None:
        names = (UnitRow.code, UnitRow.name_zh, UnitRow.name_en)
        named = [name.icontains(words, autoescape=True) for name in names]
        rows = rows.where(named[0] | named[1] | named[2])
    return rows


def boundaries_of(unit_ids: list[int]) -> Select[int, list[float] | None, list[float] | None]:
    """Boundary and point of each unit: they stay in the database until somebody asks."""
    return select(UnitRow.id, UnitRow.boundary, UnitRow.point).where(UnitRow.id.in_(unit_ids))


def names_of(person_ids: list[int]) -> Select[int, str]:
    """The names of people."""
    return select(Person.id, Person.name).where(Person.id.in_(person_ids))
