"""Who is on duty at night and on holidays: what a unit's roster consists of."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from gridgov.db.base import Base


class DutyShift(Base):
    """A person is on duty for a unit from `begins_at` until just before `ends_at`; shifts may overlap."""

    __tablename__ = "duty_roster"
    __table_args__ = (
        CheckConstraint("begins_at < ends_at", name="forwards"),
        Index("ix_duty_roster_unit", "unit_id", "ends_at"),
        Index("ix_duty_roster_ends", "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
