"""Closed cases that somebody else looks at again."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from gridgov.db.base import Base


class Recheck(Base):
    """A closing that was picked (domain.rechecks), and what the second look found; times are the city's."""

    __tablename__ = "rechecks"
    __table_args__ = (
        CheckConstraint("num_nulls(done_at, verdict, person_id) IN (0, 3)", name="done"),
        Index("uq_rechecks_closing", "case_id", "event_seq", unique=True),
        Index("ix_rechecks_unit", "unit_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    event_seq: Mapped[int] = mapped_column(Integer)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    picked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    verdict: Mapped[str | None] = mapped_column(String(8))
    note: Mapped[str | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
