"""Which lanes have something to send: new events become rows, digests are gathered. Needs rows only: no way out.

A process that has nothing to send carries neither keys nor services for it.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from gridgov.db.models import Message, WebhookDelivery
from gridgov.db.session import city_now
from gridgov.services.digests import gather_digests
from gridgov.services.fanout import BATCH, fan_out
from gridgov.services.outbox import DeliveryState
from gridgov.services.world import World

WEBHOOK = "webhook:"
FANOUT_SECONDS = 5.0

Transaction: TypeAlias = Callable[[], AbstractContextManager[Session]]


def prepare_lanes(transaction: Transaction, world: World) -> list[str]:
    """Make the rows that are due: fan-out of new events, digests. The lanes that have something to send now."""
    until = time.monotonic() + FANOUT_SECONDS
    while _fanned_out(transaction, world) >= BATCH and time.monotonic() < until:
        pass
    with transaction() as session:
        now = city_now(session)
        gather_digests(session, now, world.zone)
        return due_lanes(session, now)


def _fanned_out(transaction: Transaction, world: World) -> int:
    with transaction() as session:
        now = city_now(session)
        return fan_out(session, world.at(session, now).tree, now)


def due_lanes(session: Session, now: datetime) -> list[str]:
    """The lanes that have something to send at `now`, which nobody else is at work on."""
    channels = select(Message.lane).where(Message.state == DeliveryState.PENDING, Message.next_at <= now)
    free = or_(Message.lease_until.is_(None), Message.lease_until < func.statement_timestamp())
    hooks = select(WebhookDelivery.webhook_id).where(
        WebhookDelivery.state == DeliveryState.PENDING,
        WebhookDelivery.next_at <= now,
        or_(WebhookDelivery.lease_until.is_(None), WebhookDelivery.lease_until < func.statement_timestamp()),
    )
    found = sorted(session.scalars(channels.where(free).distinct()))
    return found + [f"{WEBHOOK}{each}" for each in sorted(session.scalars(hooks.distinct()))]
