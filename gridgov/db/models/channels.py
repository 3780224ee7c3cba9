"""Addresses beside a person's own e-mail, what leaves for them, and what people wish; how far the fan-out has come."""

from datetime import datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from gridgov.db.base import Base


class Address(Base):
    """Where a person or a unit is told too. `sealed` holds the URL (and the code that proves it); never in clear.

    `kind` is email or apprise, `lane` the service behind it. Only a verified address that is not disabled is used.
    """

    __tablename__ = "addresses"
    __table_args__ = (CheckConstraint("num_nonnulls(person_id, unit_id) = 1", name="one_owner"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    lane: Mapped[str] = mapped_column(String(12))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    label: Mapped[str]
    wrong_codes: Mapped[int] = mapped_column(SmallInteger, default=0)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[str | None] = mapped_column(String(40))


class Message(Base):
    """One outgoing message: an event to an address, a day's digest, or the code that proves an address.

    `address_id` is None for a digest to the person's own e-mail. States are those of the outbox.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index("uq_messages_once", "case_id", "event_seq", "address_id", unique=True),
        Index("ix_messages_due", "lane", "next_at", "id", postgresql_where=text("state = 0")),
        Index("ix_messages_collected", "next_at", postgresql_where=text("state = 5")),
        Index("ix_messages_digest", "digest_id", postgresql_where=text("digest_id IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(12))
    lane: Mapped[str] = mapped_column(String(12))
    address_id: Mapped[int | None] = mapped_column(ForeignKey("addresses.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    event_seq: Mapped[int | None]
    rule: Mapped[str | None] = mapped_column(String(24))
    rings: Mapped[bool] = mapped_column(default=False)
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    state: Mapped[int] = mapped_column(SmallInteger, default=0)
    reason: Mapped[str | None] = mapped_column(String(40))
    digest_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    next_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    last_error: Mapped[str | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class PreferenceRow(Base):
    """What a person wishes; quiet hours are local times of the city's zone, from the first up to the second."""

    __tablename__ = "preferences"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    email: Mapped[bool] = mapped_column(default=True)
    apprise: Mapped[bool] = mapped_column(default=True)
    quiet_from: Mapped[time | None]
    quiet_to: Mapped[time | None]
    digest: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime]


class FanoutMark(Base):
    """One row: events up to `seen` were looked at, up to `settled` none can turn up late (services.fanout)."""

    __tablename__ = "fanout_marks"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    seen: Mapped[int]
    settled: Mapped[int]
    checked: Mapped[int]
    checked_xid: Mapped[int]
