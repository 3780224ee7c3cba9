"""The rows of messages that leave the house: claim one, finish it, put it off, give it up. Sending: delivery.py.

`next_at` is the city's time, like every due time. The lease is real time: a mail server does not run faster
because a demonstration does.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import ScalarSelect, func, or_, select, update
from sqlalchemy.orm import Session

from gridgov.db.models import Delivery, NoticeRow

LEASE = timedelta(seconds=60)
"""Twice what a message may take at most (adapters.mail.TOTAL_SECONDS)."""

PAUSES = tuple(timedelta(seconds=each) for each in (5, 30, 120, 600, 1800, 3600, 7200, *(14400,) * 5))
"""The waits between tries: 5 s, 30 s, 2 m, 10 m, 30 m, 1 h, 2 h, then 4 h up to a day (reliability.md §2.3)."""

ATTEMPTS = len(PAUSES) + 1
JITTER = 0.2


class DeliveryState(IntEnum):
    """Where an outbox row stands; the numbers mean the same as those of clocks."""

    PENDING = 0
    SENT = 2
    WITHDRAWN = 3
    FAILED = 4
    COLLECTED = 5
    """Waits for the digest of eight o'clock (services.digests)."""


@dataclass(frozen=True)
class Claim:
    """A row that is ours for the time of the lease; `attempt` proves it, because the next claim counts further."""

    id: int
    notice_id: int
    recipient: str
    dedupe_key: str
    attempt: int


def claim(session: Session, now: datetime) -> Claim | None:
    """The message that is due longest, taken for 60 s; None when nothing is due or others are at work on it.

    The try is counted here, before the work: a message that kills its process runs out of tries like any other.
    """
    row = session.execute(
        update(Delivery)
        .where(Delivery.id == _next_due(now))
        .values(attempts=Delivery.attempts + 1, lease_until=func.statement_timestamp() + LEASE)
        .returning(Delivery.id, Delivery.notice_id, Delivery.recipient, Delivery.dedupe_key, Delivery.attempts)
    ).one_or_none()
    return Claim(*row) if row else None


def _next_due(now: datetime) -> ScalarSelect[int]:
    free = or_(Delivery.lease_until.is_(None), Delivery.lease_until < func.statement_timestamp())
    return (
        select(Delivery.id)
        .where(Delivery.state == DeliveryState.PENDING, Delivery.next_at <= now, free)
        .order_by(Delivery.next_at, Delivery.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )


def message_id(claim: Claim, city: str, domain: str) -> str:
    """The Message-ID of a delivery: the same at every try, and it tells no address."""
    digest = sha256(f"{city}:{claim.dedupe_key}".encode()).hexdigest()
    return f"<{digest[:40]}@{domain}>"


def finish(session: Session, claim: Claim, remote_id: str, now: datetime) -> bool:
    """Note that the message went out; False when the lease had run out and somebody else has the row."""
    values = {"state": DeliveryState.SENT, "remote_id": remote_id, "sent_at": now, "last_error": None}
    return _close(session, claim, values, "sent", None)


def withdraw(session: Session, claim: Claim, reason: str) -> bool:
    """Note that the message is not to go out any more, and why; False when somebody else has the row."""
    return _close(session, claim, {"state": DeliveryState.WITHDRAWN}, "not_sent", reason)


def put_off(session: Session, claim: Claim, error: str, now: datetime) -> bool:
    """Let it be tried again after the pause of its try (±20 %), or give it up after the last one."""
    if claim.attempt >= ATTEMPTS:
        return give_up(session, claim, error)
    pause = PAUSES[claim.attempt - 1] * random.uniform(1 - JITTER, 1 + JITTER)
    return _write(session, claim, {"next_at": now + pause, "last_error": error})


def rest(session: Session, claim: Claim, until: datetime, reason: str) -> bool:
    """Let it wait until then, by no fault of anybody's; the ledger says why meanwhile."""
    return _keep(session, claim, {"next_at": until}, reason)


def collect(session: Session, claim: Claim, until: datetime) -> bool:
    """Leave it to the digest of that moment."""
    return _keep(session, claim, {"state": DeliveryState.COLLECTED, "next_at": until}, "digest")


def give_up(session: Session, claim: Claim, error: str) -> bool:
    """Note that the message failed for good: the ledger says so where auditors look."""
    return _close(session, claim, {"state": DeliveryState.FAILED, "last_error": error}, "failed", "undeliverable")


def _keep(session: Session, claim: Claim, values: dict[str, Any], reason: str) -> bool:
    return _close(session, claim, values, "pending", reason)


def _close(session: Session, claim: Claim, values: dict[str, Any], state: str, reason: str | None) -> bool:
    ours = _write(session, claim, values)
    if ours:
        notice = update(NoticeRow).where(NoticeRow.id == claim.notice_id)
        session.execute(notice.values(state=state, reason=reason))
    return ours


def _write(session: Session, claim: Claim, values: dict[str, Any]) -> bool:
    """Change the row and end the lease, if the row is still ours: the attempt is the fence."""
    ours = (
        update(Delivery)
        .where(
            Delivery.id == claim.id, Delivery.attempts == claim.attempt, Delivery.state == DeliveryState.PENDING
        )
        .values(lease_until=None, **values)
        .returning(Delivery.id)
    )  # fmt: skip
    return session.execute(ours).scalar() is not None
