"""A loop that nothing ends but a wish: it works, says that it is alive, rests, and goes on after every error."""

import logging
import random
import time
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from gridgov.db.session import Transactions
from gridgov.services.heartbeats import beat, process_name
from workers.stop import Stop

BEAT_SECONDS = 4.0
LONGEST_PAUSE = 5.0


class Loop:
    """Calls `work` again and again; the pause is `rest` seconds and a little more, so that copies do not march in step.

    `work` gives the number of things done. It is called again at once when it says that more waits.
    """

    def __init__(
        self, kind: str, transaction: Transactions, work: Callable[[], int], rest: float, full: int | None = None
    ) -> None:
        """`kind` is the name of its sign of life; `full` is the number that means that more waits."""
        self._kind, self._process = kind, process_name(kind)
        self._transaction, self._work, self._rest, self._full = transaction, work, rest, full
        self._beat_at, self._worked = float("-inf"), False
        self._log = logging.getLogger(f"gridgov.{kind}")

    def run(self, stop: Stop) -> None:
        """Until `stop` is wished; a batch that has begun is finished."""
        pause = 0.0
        while not stop.within(pause):
            pause = self._turn(pause)

    def _turn(self, before: float) -> float:
        """One batch; the seconds to rest after it. After errors the rests grow up to five seconds."""
        try:
            done = self._work()
            self._worked = self._worked or done > 0
            self._say_alive()
        # The database is away, or something is wrong that no restart of the process would put right.
        except Exception as error:
            self._complain(error)
            return min(LONGEST_PAUSE, max(0.5, 2 * before))
        return 0.0 if self._full is not None and done >= self._full else self._rest * random.uniform(1.0, 1.4)

    def _say_alive(self) -> None:
        if time.monotonic() < self._beat_at + BEAT_SECONDS:
            return
        with self._transaction() as session:
            beat(session, self._process, self._kind, self._worked)
        self._beat_at, self._worked = time.monotonic(), False

    def _complain(self, error: Exception) -> None:
        if isinstance(error, SQLAlchemyError):
            self._log.warning("the database: %s", str(error).splitlines()[0])
        else:
            self._log.exception("a batch failed")
