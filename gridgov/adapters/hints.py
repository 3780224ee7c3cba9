"""The doorbell: tells the workers that a look is worth while, after a commit. Nothing depends on its being heard.

The truth is in the rows, and the sweeper finds them within two seconds without any bell.
"""

import logging
import threading
import time
from collections.abc import Sequence

from celery import Celery

from gridgov.adapters.broker import HINT_EXPIRES_SECONDS, doorbell_settings

BREAKER_SECONDS = 10.0
STILL_RINGING_SECONDS = 0.5

log = logging.getLogger("gridgov.hints")


class Doorbell:
    """Sends hints to the queue, at most twice a second, and never makes a request wait long or fail."""

    def __init__(self, broker_url: str, names: Sequence[str]) -> None:
        """`names` are the tasks that a hint starts. Raises ValueError for a broker that Celery cannot use."""
        self._app = Celery("gridgov.hints", set_as_current=False)
        self._app.conf.update(doorbell_settings(broker_url))
        # Loads what publishing needs now, not in the first request; connects to nothing yet.
        self._producers = self._app.producer_pool
        self._names = tuple(names)
        self._turn = threading.Lock()
        self._quiet_until = 0.0

    def ring(self, case_ids: Sequence[int]) -> None:
        """Ask for a look at what is due. Fits db.session.Transactions, which calls it after the commit.

        The ids stay here: a sweep finds whatever is due, so one hint serves all commits of the last half second.
        One failure silences the bell for ten seconds; while one thread waits for the broker, no other does.
        """
        if time.monotonic() < self._quiet_until or not self._turn.acquire(blocking=False):
            return
        try:
            self._quiet_until = time.monotonic() + self._send()
        finally:
            self._turn.release()

    def _send(self) -> float:
        """Send one hint of each name; how many seconds to be quiet afterwards."""
        try:
            with self._producers.acquire(block=True, timeout=1) as producer:
                for name in self._names:
                    self._app.send_task(name, expires=HINT_EXPIRES_SECONDS, retry=False, producer=producer)
        # kombu, redis-py, py-amqp and the socket each have errors of their own, and none may reach a request.
        except Exception as error:
            log.warning("no hint was sent: %s: %s", type(error).__name__, error)
            return BREAKER_SECONDS
        return STILL_RINGING_SECONDS

    def close(self) -> None:
        """Close the connections to the broker."""
        self._app.close()
