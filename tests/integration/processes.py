"""The processes of gridgov as processes, for tests that kill and watch them; and a queue that a test may ruin."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gridgov.embedded.servers import servers_for
from gridgov.settings import read_settings

NO_BROKER = "redis+socket:///nowhere/nobody.sock"


@contextmanager
def own_valkey(home: Path) -> Iterator[str]:
    """A Valkey of the test's own, which it may freeze, kill and empty."""
    settings = read_settings({"GRIDGOV_HOME": str(home), "DATABASE_URL": "postgresql://nobody"})
    with servers_for(settings) as urls:
        yield urls.redis_url


@contextmanager
def running(
    command: str, log: Path, database_url: str, redis_url: str = NO_BROKER, **variables: str
) -> Iterator["subprocess.Popen[bytes]"]:
    """`gridgov command` in a process group of its own, gone at the end of the block whatever has become of it."""
    environment = {**os.environ, "DATABASE_URL": database_url, "REDIS_URL": redis_url, "GRIDGOV_HOME": str(log.parent)}
    code = f"from gridgov.cli.{command} import {command}; {command}()"
    with (
        log.open("ab") as output,
        subprocess.Popen(
            (sys.executable, "-c", code),
            env={**environment, "PYTHONUNBUFFERED": "1", **variables},
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=0,
        ) as process,
    ):
        try:
            yield process
        finally:
            kill_group(process)


def kill_group(process: "subprocess.Popen[bytes]") -> None:
    """kill -9 the process and all its children."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def wait_for(condition: Callable[[], object], seconds: float = 20) -> None:
    """Wait until the condition holds; fail when it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
