"""How often somebody may ask: counted on Redis or Valkey for all processes together, else in this process alone.

A guard that is gone may not stop a report: when the server does not answer within half a second, this process counts
for itself for ten seconds. Keys are marks, never addresses.
"""

import logging
import time
from collections.abc import Callable

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis import ConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

BREAKER_SECONDS = 10.0
ANSWER_WITHIN_SECONDS = 0.5
PREFIX = "gg:limits"

log = logging.getLogger("gridgov.rate_limits")

Question = Callable[[MovingWindowRateLimiter], float]


class RateLimits:
    """Moving windows: `most` times within `seconds`, for whoever a key stands for."""

    def __init__(self, redis_url: str | None) -> None:
        """Connects to nothing yet. Brokers that are not a single Redis leave the counting to each process."""
        self._alone = MovingWindowRateLimiter(MemoryStorage())
        self._shared = _shared(redis_url)
        self._quiet_until = 0.0

    def take(self, key: str, most: int, seconds: int) -> float:
        """Count one try for `key`: 0.0, or, when the window is full and nothing was counted, the seconds to wait."""
        item = RateLimitItemPerSecond(most, seconds)
        return self._ask(lambda window: 0.0 if window.hit(item, key) else _wait(window, item, key))

    def wait(self, key: str, most: int, seconds: int) -> float:
        """How many seconds `key` would have to wait now; nothing is counted."""
        item = RateLimitItemPerSecond(most, seconds)
        return self._ask(lambda window: 0.0 if window.test(item, key) else _wait(window, item, key))

    def _ask(self, question: Question) -> float:
        if self._shared is not None and time.monotonic() >= self._quiet_until:
            try:
                return question(self._shared)
            except (RedisError, OSError) as error:
                self._quiet_until = time.monotonic() + BREAKER_SECONDS
                log.warning("this process counts alone for a while: %s", type(error).__name__)
        return question(self._alone)


def _wait(window: MovingWindowRateLimiter, item: RateLimitItemPerSecond, key: str) -> float:
    return max(1.0, window.get_window_stats(item, key).reset_time - time.time())


def _shared(url: str | None) -> MovingWindowRateLimiter | None:
    scheme, _, rest = (url or "").partition("://")
    if scheme not in {"redis", "rediss", "redis+socket"} or any(mark in rest for mark in ",;"):
        return None
    address = f"{'unix' if scheme == 'redis+socket' else scheme}://{rest}"
    pool = ConnectionPool.from_url(
        address,
        socket_timeout=ANSWER_WITHIN_SECONDS,
        socket_connect_timeout=ANSWER_WITHIN_SECONDS,
        # redis-py would try three times more, and each request would wait for that.
        retry=Retry(NoBackoff(), 0),
    )
    return MovingWindowRateLimiter(RedisStorage("redis://", connection_pool=pool, key_prefix=PREFIX))
