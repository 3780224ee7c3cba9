"""A worker that is alive but no longer takes work is worse than a dead one, which its supervisor restarts (C5).

Every 30 s a worker sends a task to its own queue; when the broker takes it and nothing is taken up for
two minutes, the worker ends itself.
"""

import logging
import os
import threading
import time
from collections.abc import Callable

from celery import Celery
from celery.utils.nodenames import worker_direct
from celery.worker import state

from gridgov.adapters.broker import HINT_EXPIRES_SECONDS
from gridgov.tasks import TaskName

PACE_SECONDS = 30.0
SILENCE_SECONDS = 120.0
EXIT_CODE = 1

log = logging.getLogger("gridgov.canary")


class Canary(threading.Thread):
    """Sends the canary of one worker and watches whether work is taken up."""

    def __init__(self, app: Celery, hostname: str, give_up: Callable[[], None], pace: float = PACE_SECONDS) -> None:
        """`hostname` is the worker's node name; `give_up` is called when it has been deaf for four paces."""
        super().__init__(name="canary", daemon=True)
        self._app, self._queue = app, worker_direct(hostname)
        self._give_up, self._pace = give_up, pace
        self._over = threading.Event()

    def stop(self) -> None:
        """Let it end after its present pace."""
        self._over.set()

    def run(self) -> None:
        """Send and watch until it gives up, is stopped, or the process ends."""
        taken, since = taken_up(), time.monotonic()
        while not self._over.is_set():
            delivered = self._fly()
            self._over.wait(self._pace)
            if not delivered or taken_up() != taken:
                # A broker that is down is not the worker's fault: a restart would not help.
                taken, since = taken_up(), time.monotonic()
            elif time.monotonic() - since >= self._pace * SILENCE_SECONDS / PACE_SECONDS:
                log.error("no task was taken up for %.0f s though the broker answers", time.monotonic() - since)
                self._give_up()
                return

    def _fly(self) -> bool:
        """Send the canary; False when the broker does not take it."""
        try:
            self._app.send_task(TaskName.CANARY.value, queue=self._queue, expires=HINT_EXPIRES_SECONDS, retry=False)
        # kombu, redis-py, py-amqp and the socket each have errors of their own; all of them mean the same here.
        except Exception as error:
            log.warning("the broker takes no canary: %s", error)
            return False
        return True


def taken_up() -> int:
    """How many tasks this worker's children have begun since it started."""
    return int(state.all_total_count[0])


def end_process() -> None:
    """End at once: a worker that hangs would hang in a clean stop as well, and its tasks are only hints."""
    os._exit(EXIT_CODE)
