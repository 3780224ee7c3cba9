"""Sending by the lanes: one for each kind of channel, one for each webhook, so that a slow one delays no other.

Like delivery.py this opens its own transactions: claim and commit, call outside any of them, finish in another.
Which lanes have something to send: due_lanes.py.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from gridgov.adapters.channels import Courier
from gridgov.adapters.mail import Mailer
from gridgov.adapters.sealing import Sealer
from gridgov.services.world import World


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


def run_lane(room: PostRoom, turn: Turn, seconds: float) -> int:
    """Send one after the other until nothing is due or `seconds` are over; how many rows were dealt with."""
    done, until = 0, time.monotonic() + seconds
    while time.monotonic() < until and turn(room):
        done += 1
    return done
