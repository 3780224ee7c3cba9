"""The lanes' threads: whoever has something to send gets one thread, and nobody waits for anybody else's."""

import logging
import random
import threading
import time

from gridgov.services.calling import webhook_turn
from gridgov.services.lanes import WEBHOOK, PostRoom, Turn, prepare_lanes, run_lane
from gridgov.services.messages import channel_turn

TURN_SECONDS = 20.0
MOST_WEBHOOK_THREADS = 8

log = logging.getLogger("gridgov.dispatcher")


class Dispatcher:
    """Starts the lanes that are due. A lane runs in one thread at a time; at most eight webhooks are called at once."""

    def __init__(self, room: PostRoom) -> None:
        """`room` is shared by the lanes: each opens its own transactions."""
        self._room = room
        self._threads: dict[str, threading.Thread] = {}

    def start_due(self) -> int:
        """Make the rows that are due and start the lanes that have some; how many were started. It never waits."""
        self._threads = {lane: thread for lane, thread in self._threads.items() if thread.is_alive()}
        lanes = prepare_lanes(self._room)
        # Eight webhooks that hang must not always be the same first eight.
        random.shuffle(lanes)
        return sum(self._start(lane) for lane in lanes)

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


def _turn(lane: str) -> Turn:
    return webhook_turn(int(lane.removeprefix(WEBHOOK))) if lane.startswith(WEBHOOK) else channel_turn(lane)
