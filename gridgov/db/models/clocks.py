"""Time as rows: the only thing that makes a silent case move. Only services.ledger writes them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from gridgov.db.base import Base


class ClockRow(Base):
    """A domain.clock.Clock: `span` is its limit as text, `pauses` pairs of ISO times, `key` unique in the case."""

    __tablename__ = "clocks"
    __table_args__ = (
        Index("uq_clocks_key", "case_id", "key", unique=True),
        Index("ix_clocks_due", "next_at", "id", postgresql_where=text("state = 0")),
        Index("ix_clocks_running", "case_id", postgresql_where=text("state < 2")),
        {"postgresql_with": {"fillfactor": 80, "autovacuum_vacuum_scale_factor": 0.01}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    kind: Mapped[str] = mapped_column(String(12))
    key: Mapped[str] = mapped_column(String(24))
    holder_id: Mapped[int | None]
    started_at: Mapped[datetime]
    span: Mapped[str] = mapped_column(String(40))
    due_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    stage: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[int] = mapped_column(SmallInteger)
    pauses: Mapped[list[Any]] = mapped_column(server_default=text("'[]'::jsonb"))
    paused_at: Mapped[datetime | None]
    order_level: Mapped[int | None] = mapped_column(SmallInteger)
    orderer_id: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0, server_default=text("0"))
    last_error: Mapped[str | None]
