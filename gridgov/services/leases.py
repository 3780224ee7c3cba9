"""Rows that one worker takes for a minute: claim, then write only while it is still ours. As outbox.py does for mail.

The attempt is the fence: the next claim counts further. `next_at` is the city's time, the lease is real time.
"""

import random
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from gridgov.db.models import Message, WebhookDelivery
from gridgov.services.outbox import ATTEMPTS, JITTER, LEASE, PAUSES, DeliveryState

Table: TypeAlias = type[Message] | type[WebhookDelivery]


@dataclass(frozen=True, slots=True)
class Hold:
    """A row of `table` that is ours for the time of the lease."""

    table: Table
    id: int
    attempt: int

    @property
    def spent(self) -> bool:
        """Whether this is one try too many: the last one was never finished."""
        return self.attempt > ATTEMPTS


def take(session: Session, table: Table, now: datetime, *where: ColumnElement[bool]) -> Hold | None:
    """The row that is due longest among those that `where` names, taken for 60 s; None when nothing is due."""
    free = or_(table.lease_until.is_(None), table.lease_until < func.statement_timestamp())
    due = (
        select(table.id)
        .where(table.state == DeliveryState.PENDING, table.next_at <= now, free, *where)
        .order_by(table.next_at, table.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    taken = (
        update(table)
        .where(table.id == due)
        .values(attempts=table.attempts + 1, lease_until=func.statement_timestamp() + LEASE)
        .returning(table.id, table.attempts)
    )
    row = session.execute(taken).one_or_none()
    return Hold(table, row[0], row[1]) if row else None


def end(session: Session, hold: Hold, **values: Any) -> bool:
    """Change the row and end the lease; False when it had run out and somebody else has the row."""
    table = hold.table
    ours = (table.id == hold.id, table.attempts == hold.attempt, table.state == DeliveryState.PENDING)
    written = update(table).where(*ours).values(lease_until=None, **values).returning(table.id)
    return session.execute(written).scalar() is not None


def put_off(session: Session, hold: Hold, error: str, now: datetime, **values: Any) -> bool:
    """Let it be tried again after the pause of its try (±20 %), or give it up after the last; whether it is given up.

    False, too, when somebody else has the row.
    """
    if hold.attempt >= ATTEMPTS:
        return give_up(session, hold, error, **values)
    pause = PAUSES[hold.attempt - 1] * random.uniform(1 - JITTER, 1 + JITTER)
    end(session, hold, next_at=now + pause, last_error=error, **values)
    return False


def give_up(session: Session, hold: Hold, error: str, reason: str = "undeliverable", **values: Any) -> bool:
    """Note that it failed for good; False when somebody else has the row."""
    return end(session, hold, state=DeliveryState.FAILED, last_error=error, reason=reason, **values)
