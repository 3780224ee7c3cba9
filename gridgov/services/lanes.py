"""Sending by the lanes: one for each kind of channel, one for each webhook, so that a slow one delays no other.

Like delivery.py this opens its own transactions: claim and commit, call outside any of them, finish in another.
"""

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from gridgov.adapters.channels import Courier
from gridgov.adapters.mail import Mailer
from gridgov.adapters.sealing import Sealer
from gridgov.db.models import Message, WebhookDelivery
from gridgov.db.session import city_now
from gridgov.services.digests import gather_digests
from gridgov.services.fanout import BATCH, fan_out
from gridgov.services.outbox import DeliveryState
from gridgov.services.world import World

WEBHOOK = "webhook:"
FANOUT_SECONDS = 5.0

log = logging.getLogger("gridgov.lanes")


@dataclass(frozen=True)
class PostRoom:
    """What sending needs: transactions, the city's words, the key to addresses, and the ways out.

    `mailer` is None where the city has no mail server; `allow` is GRIDGOV_EGRESS_ALLOW.
    """

    transaction: Callable[[], AbstractContextManager[Session]]
    world: World
    sealer: Sealer
    mailer: Mailer | None
    courier: Courier
    allow: tuple[str, ...]
    city: str
    public_url: str


Turn = Callable[[PostRoom], bool]
"""Sends one message of a lane, if there is one; False when nothing is due."""


def prepare_lanes(room: PostRoom) -> list[str]:
    """Make the rows that are due: fan-out of new events, digests. The lanes that have something to send now."""
    until = time.monotonic() + FANOUT_SECONDS
    while _fanned_out(room) >= BATCH and time.monotonic() < until:
        pass
    with room.transaction() as session:
        now = city_now(session)
        gather_digests(session, now, room.world.zone)
        return due_lanes(session, now)


def _fanned_out(room: PostRoom) -> int:
    with room.transaction() as session:
        now = city_now(session)
        return fan_out(session, room.world.at(session, now).tree, now)


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


def run_lane(room: PostRoom, turn: Turn, seconds: float) -> int:
    """Send one after the other until nothing is due or `seconds` are over; how many rows were dealt with."""
    done, until = 0, time.monotonic() + seconds
    while time.monotonic() < until and turn(room):
        done += 1
    return done
