"""Who was told what, also when not: the ledger, and the deliveries that leave the house (the outbox)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from gridgov.db.base import Base


class NoticeRow(Base):
    """One row per event, person and channel. `state`: delivered, pending, sent, not_sent (with `reason`), failed."""

    __tablename__ = "notices"
    __table_args__ = (
        Index("uq_notices_once", "case_id", "event_seq", "person_id", "channel", unique=True),
        Index("ix_notices_pending", "id", postgresql_where=text("state = 'pending'")),
        Index("ix_notices_unread", "person_id", text("id DESC"), postgresql_where=text("channel = 'in_app'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    event_seq: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    channel: Mapped[str] = mapped_column(String(12))
    rule: Mapped[str] = mapped_column(String(24))
    rings: Mapped[bool]
    ring_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class Delivery(Base):
    """An outgoing message of a pending notice: claimed with a lease, tried, retried as a row, then sent or failed."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "next_at", "id", postgresql_where=text("state = 0")),
        Index("ix_outbox_collected", "next_at", postgresql_where=text("state = 5")),
        Index("ix_outbox_digest", "digest_id", postgresql_where=text("digest_id IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"), unique=True)
    channel: Mapped[str] = mapped_column(String(12))
    recipient: Mapped[str]
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    state: Mapped[int] = mapped_column(SmallInteger, default=0)
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    next_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    remote_id: Mapped[str | None]
    last_error: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    digest_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
