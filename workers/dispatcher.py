"""The lanes' threads: whoever has something to send gets one thread, and nobody waits for anybody else's."""

import logging
import random
import threading
import time
from collections.abc import Sequence

from gridgov.adapters.channels import AppriseCourier
from gridgov.adapters.mail import mailer_for
from gridgov.adapters.sealing import Sealer
from gridgov.bootstrap import secret_key
from gridgov.db.session import Transactions
from gridgov.services.calling import webhook_turn
from gridgov.services.due_lanes import WEBHOOK
from gridgov.services.lanes import PostRoom, Turn, run_lane
from gridgov.services.messages import channel_turn
from gridgov.services.world import World
from gridgov.settings import Settings

TURN_SECONDS = 20.0
MOST_WEBHOOK_THREADS = 8

log = logging.getLogger("gridgov.dispatcher")


class Dispatcher:
    """Starts the lanes that are due. A lane runs in one thread at a time; at most eight webhooks are called at once."""

    def __init__(self, room: PostRoom) -> None:
        """`room` is shared by the lanes: each opens its own transactions."""
        self._room = room
        self._threads: dict[str, threading.Thread] = {}

    def start(self, lanes: Sequence[str]) -> int:
        """Start those of `lanes` that are not at work; how many were started. It never waits for one."""
        self._threads = {lane: thread for lane, thread in self._threads.items() if thread.is_alive()}
        # Eight webhooks that hang must not always be the same first eight.
        return sum(self._start(lane) for lane in random.sample(lanes, len(lanes)))

    def join(self, seconds: float) -> None:
        """Wait for what is on its way, `seconds` in all at most; what is left behind is released by its lease."""
        until = time.monotonic() + seconds
        for thread in self._threads.values():
            thread.join(max(0.0, until - time.monotonic()))

    def _start(self, lane: str) -> bool:
        calling = sum(name.startswith(WEBHOOK) for name in self._threads)
        if lane in self._threads or (lane.startswith(WEBHOOK) and calling >= MOST_WEBHOOK_THREADS):
            return False
        thread = threading.Thread(target=self._run, args=(_turn(lane),), name=lane, daemon=True)
        self._threads[lane] = thread
        thread.start()
        return True

    def _run(self, turn: Turn) -> None:
        try:
            run_lane(self._room, turn, TURN_SECONDS)
        # A thread that ends with its error would say it where nobody looks; the rows are found again anyway.
        except Exception:
            log.exception("a lane stopped")


def make_dispatcher(settings: Settings, transaction: Transactions) -> Dispatcher:
    """A dispatcher for the city of these settings. Raises ValueError for an unusable GRIDGOV_SMTP_URL."""
    room = PostRoom(
        transaction,
        World(settings.timezone),
        Sealer(secret_key(settings)),
        mailer_for(settings.smtp_url),
        AppriseCourier(settings.egress_allow),
        settings.egress_allow,
        settings.city,
        settings.public_url,
    )
    return Dispatcher(room)


def _turn(lane: str) -> Turn:
    return webhook_turn(int(lane.removeprefix(WEBHOOK))) if lane.startswith(WEBHOOK) else channel_turn(lane)
