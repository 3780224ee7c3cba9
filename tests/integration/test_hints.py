"""The doorbell on a real Valkey: what happens to the queue must never reach the caller, nor keep them waiting."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import redis

from gridgov.adapters.broker import celery_settings
from gridgov.adapters.hints import BREAKER_SECONDS, Doorbell
from gridgov.embedded.valkey import redis_py_url
from gridgov.tasks import HINTS
from tests.integration.processes import own_valkey

PREFIX = celery_settings("redis://h")["broker_transport_options"]["global_keyprefix"]


@pytest.fixture
def valkey_url(tmp_path: Path) -> Iterator[str]:
    with own_valkey(tmp_path / "home") as url:
        yield url


def waiting(url: str) -> list[int]:
    """How many messages lie in the queues of the two hints."""
    with closing(redis.Redis.from_url(redis_py_url(url))) as queue:
        return [queue.llen(f"{PREFIX}{name}") for name in ("urgent", "deliver")]


@contextmanager
def bell_at(url: str) -> Iterator[Doorbell]:
    bell = Doorbell(url, HINTS)
    try:
        yield bell
    finally:
        bell.close()


def seconds_of_a_ring(bell: Doorbell) -> float:
    begun = time.monotonic()
    bell.ring([1])
    return time.monotonic() - begun


def test_a_ring_puts_one_hint_of_each_name_into_its_queue(valkey_url: str) -> None:
    with bell_at(valkey_url) as bell:
        bell.ring([1, 2, 3])
        assert waiting(valkey_url) == [1, 1]


def test_commits_of_the_same_moment_share_one_hint(valkey_url: str) -> None:
    with bell_at(valkey_url) as bell:
        for case_id in range(50):
            bell.ring([case_id])
        assert waiting(valkey_url) == [1, 1]
        time.sleep(0.6)
        bell.ring([51])
        assert waiting(valkey_url) == [2, 2]


def test_a_broker_that_is_gone_costs_a_moment_once_and_nothing_afterwards(tmp_path: Path) -> None:
    with bell_at(f"redis+socket://{tmp_path}/nobody.sock") as bell:
        assert seconds_of_a_ring(bell) < 0.5
        assert max(seconds_of_a_ring(bell) for _ in range(100)) < 0.01


def test_a_frozen_broker_never_keeps_a_caller_two_seconds(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with own_valkey(home) as url, bell_at(url) as bell:
        bell.ring([1])
        pid = int((home / "valkey" / "valkey.pid").read_text())
        time.sleep(0.6)
        os.kill(pid, signal.SIGSTOP)
        try:
            took: list[float] = []
            threads = [threading.Thread(target=lambda: took.append(seconds_of_a_ring(bell))) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            os.kill(pid, signal.SIGCONT)
        assert max(took) < 2
        assert sorted(took)[2] < 0.2


def test_the_bell_is_heard_again_when_the_broker_is_back(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with own_valkey(home) as url, bell_at(url) as bell:
        bell.ring([1])
        # Its guard starts no server again that dies in its first two seconds.
        time.sleep(2.5)
        os.kill(int((home / "valkey" / "valkey.pid").read_text()), signal.SIGKILL)
        time.sleep(0.6)
        bell.ring([2])
        time.sleep(BREAKER_SECONDS + 0.5)
        before = waiting(url)
        bell.ring([3])
        assert waiting(url) == [count + 1 for count in before]


def test_an_emptied_broker_takes_the_next_hint(valkey_url: str) -> None:
    with bell_at(valkey_url) as bell:
        bell.ring([1])
        with closing(redis.Redis.from_url(redis_py_url(valkey_url))) as queue:
            queue.flushall()
        time.sleep(0.6)
        bell.ring([2])
        assert waiting(valkey_url) == [1, 1]


def test_a_broker_without_room_is_no_error_of_the_caller(valkey_url: str) -> None:
    with closing(redis.Redis.from_url(redis_py_url(valkey_url))) as queue, bell_at(valkey_url) as bell:
        queue.config_set("maxmemory", "1mb")
        assert seconds_of_a_ring(bell) < 2
        assert waiting(valkey_url) == [0, 0]
