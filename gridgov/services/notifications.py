"""Reading the notices: a person's own, in the application, and marking them read. Written by ledger.py only."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from gridgov.db.models import NoticeRow

IN_APP = "in_app"


def notices_of(person_id: int, unread_only: bool = False) -> Select[NoticeRow]:
    """The in-app notices of a person. To be paged by id, newest first: the index leads with the person."""
    own = select(NoticeRow).where(NoticeRow.person_id == person_id, NoticeRow.channel == IN_APP)
    return own.where(NoticeRow.read_at.is_(None)) if unread_only else own


def count_unread(session: Session, person_id: int) -> int:
    """How many in-app notices the person has not read."""
    unread = notices_of(person_id, unread_only=True).with_only_columns(func.count(NoticeRow.id))
    return session.execute(unread).scalar_one()


def count_ringing(session: Session, person_id: int, now: datetime) -> int:
    """How many unread notices may make a noise now: those of the night wait until six."""
    unread = notices_of(person_id, unread_only=True).where(NoticeRow.rings, NoticeRow.ring_at <= now)
    return session.execute(unread.with_only_columns(func.count(NoticeRow.id))).scalar_one()


def mark_read(session: Session, person_id: int, ids: Sequence[int], now: datetime) -> int:
    """Note that the person has read these notices; how many were unread. Those of others are left as they are."""
    own = update(NoticeRow).where(
        NoticeRow.person_id == person_id,
        NoticeRow.channel == IN_APP,
        NoticeRow.id.in_(ids),
        NoticeRow.read_at.is_(None),
    )
    return len(session.execute(own.values(read_at=now).returning(NoticeRow.id)).all())
