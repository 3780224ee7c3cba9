"""The called units of the cases (吹哨报到) as rows, for lists and for what a department may see.

The truth is the facts of the case; only services.ledger writes these, and doctor compares the two.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from gridgov.db.base import Base


class WhistleRow(Base):
    """A domain.calls.Call with its times: `number` is the call's within its case, `whistle` the whistle's.

    `ended_at` is when the call was over, in whatever way; the due times are those of its two clocks.
    """

    __tablename__ = "whistles"
    __table_args__ = (
        Index("uq_whistles_number", "case_id", "number", unique=True),
        # What a unit sees and answers: calls that were changed, called off or overtaken are nobody's any more.
        Index("ix_whistles_seen", "unit_id", "case_id",
              postgresql_where=text("state IN ('called', 'answered', 'refused', 'arrived', 'finished')")),
        Index("ix_whistles_unit", "unit_id", "id"),
        Index("ix_whistles_blown_by", "blown_by", "id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    number: Mapped[int] = mapped_column(Integer)
    whistle: Mapped[int] = mapped_column(Integer)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    kind: Mapped[str] = mapped_column(String(24))
    lead: Mapped[bool]
    state: Mapped[str] = mapped_column(String(12))
    blown_by: Mapped[int] = mapped_column(ForeignKey("units.id"))
    place: Mapped[str | None]
    score: Mapped[int | None] = mapped_column(SmallInteger)
    blower_score: Mapped[int | None] = mapped_column(SmallInteger)
    called_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    answer_due_at: Mapped[datetime | None]
    arrive_due_at: Mapped[datetime | None]
