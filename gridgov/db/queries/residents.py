"""Which codes hang where, and who saw which contact."""

from collections.abc import Iterable

from sqlalchemy import Select, select

from gridgov.db.models import Case, ContactReveal, Person, QrCode
from gridgov.db.paging import By, Order

BY_CODE = Order((By(QrCode.code),))
NEWEST_FIRST = Order((By(ContactReveal.id, descending=True),))


def codes_at(unit_ids: Iterable[int], in_use: bool | None) -> Select[QrCode]:
    """The codes of those places; only those that hang, only those revoked, or both (None)."""
    rows = select(QrCode).where(QrCode.unit_id.in_(sorted(unit_ids)))
    if in_use is None:
        return rows
    return rows.where(QrCode.revoked_at.is_(None) if in_use else QrCode.revoked_at.is_not(None))


def reveals() -> Select[ContactReveal, str, str]:
    """Each reveal with its case's number and the person's user name."""
    return (
        select(ContactReveal, Case.number, Person.username)
        .join(Case, Case.id == ContactReveal.case_id)
        .join(Person, Person.id == ContactReveal.person_id)
    )
