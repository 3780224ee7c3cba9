"""The two web servers as processes, with the same gunicorn: two workers of four threads."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.house import House

GUNICORN = ("-m", "gunicorn", "--workers", "2", "--threads", "4", "--worker-class", "gthread", "--keep-alive", "15")
START_S, STOP_S = 60, 20


@contextmanager
def bare_server(house: House, database: str) -> Iterator[int]:
    """The bare view on a database, at the port that comes back."""
    port = free_port()
    command = (*GUNICORN, "--bind", f"127.0.0.1:{port}", "--log-level", "warning", "benchmarks.bare:make_app()")
    with _process(house, command, house.environ(database)):
        _wait(f"http://127.0.0.1:{port}/api/v1/cases")
        yield port


@contextmanager
def our_server(house: House, database: str) -> Iterator[int]:
    """Our web server on a database, as `gridgov up` starts it, at the port that comes back."""
    port = free_port()
    # A home of its own: two web servers of one home would share, and clear, the counters of their workers.
    home = str(house.settings.home / f"web-{port}")
    environ = {**house.environ(database), "GRIDGOV_PORT": str(port), "GRIDGOV_HOME": home}
    with _process(house, ("-m", "gridgov.cli", "web"), environ):
        _wait(f"http://127.0.0.1:{port}/healthz")
        yield port


def free_port() -> int:
    """A port that nobody uses at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def _process(house: House, command: Sequence[str], environ: Mapping[str, str]) -> Iterator[None]:
    with (house.settings.home / "servers.log").open("ab") as log:
        process = subprocess.Popen((sys.executable, *command), env={**os.environ, **environ}, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(url: str) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        with suppress(URLError, ConnectionError), urlopen(url, timeout=5) as answer:
            if answer.status == 200:
                return
        time.sleep(0.2)
    raise RuntimeError(f"{url} did not answer within {START_S} s")
