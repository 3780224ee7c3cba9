"""Programs elsewhere that hear of events (Standard Webhooks), and each call as a row."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from gridgov.db.base import Base


class Webhook(Base):
    """An address that is called. `events` names actions (None: all); `unit_id` the unit whose cases count."""

    __tablename__ = "webhooks"

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str]
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    events: Mapped[list[Any] | None]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    active: Mapped[bool] = mapped_column(default=True)
    disabled_reason: Mapped[str | None] = mapped_column(String(40))
    created_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class WebhookDelivery(Base):
    """One event to one webhook: claimed, tried, retried as a row. Without a case it is a test."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index("uq_webhook_deliveries_once", "webhook_id", "case_id", "event_seq", unique=True),
        Index("ix_webhook_deliveries_due", "webhook_id", "next_at", "id", postgresql_where=text("state = 0")),
        Index("ix_webhook_deliveries_case_id", "case_id"),
        Index("ix_webhook_deliveries_newest", "webhook_id", text("id DESC")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    event_seq: Mapped[int | None]
    state: Mapped[int] = mapped_column(SmallInteger, default=0)
    reason: Mapped[str | None] = mapped_column(String(40))
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    next_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    response_status: Mapped[int | None] = mapped_column(Integer)
    last_error: Mapped[str | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
