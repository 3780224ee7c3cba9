"""The questions of cases as rows to list and to answer by; what is true of them stands in the case's facts.

Only services.ledger writes them.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from gridgov.db.base import Base


class RequestRow(Base):
    """A domain.requests.Request: `due_at` is when its answer is due, None once it is over."""

    __tablename__ = "requests"
    __table_args__ = (
        Index("uq_requests_number", "case_id", "number", unique=True),
        Index("ix_requests_decider", "decider_id", "id", postgresql_where=text("state = 'open'")),
        Index("ix_requests_asker", "asker_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10))
    asker_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    decider_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    until: Mapped[datetime | None]
    silent: Mapped[bool]
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
