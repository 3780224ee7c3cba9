"""How the tree has changed and will change, by date: where a unit lies from a day on, and who follows on whom."""

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from gridgov.db.base import Base


class UnitMove(Base):
    """From the day `since` on the unit lies there. A unit that never moved has no row; the row of 0001-01-01 is where
    it lay at first. `units` repeats the place of today."""

    __tablename__ = "unit_moves"

    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True)
    since: Mapped[date] = mapped_column(Date, primary_key=True)
    parent_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))


class UnitSuccessor(Base):
    """From the day `since` on the people of `into_id` act for the unit too: its running cases stay its own."""

    __tablename__ = "unit_successors"
    __table_args__ = (CheckConstraint("unit_id <> into_id", name="another"),)

    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True)
    into_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    since: Mapped[date]
