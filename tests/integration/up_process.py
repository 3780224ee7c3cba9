"""`gridgov up` as a process of its own: started, asked over HTTP, watched from outside, stopped. No test."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen
from uuid import uuid4

from sqlalchemy import text

from gridgov.adapters.demo_logins import read_demo_logins
from gridgov.db.session import make_engine
from gridgov.embedded.servers import servers_for
from gridgov.settings import Settings, read_settings

ROOT = Path(__file__).parents[2]
UP = (sys.executable, "-m", "gridgov.cli", "up")
# The machine may be busy with other tests: these are bounds for a defect, not for a speed.
START_SECONDS, STOP_SECONDS = 180, 120


@dataclass
class Up:
    """A `gridgov up` at work, and what it has written so far."""

    process: "subprocess.Popen[bytes]"
    settings: Settings
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def get(self, path: str) -> int:
        try:
            with urlopen(f"{self.settings.public_url}{path}", timeout=10) as answer:
                return int(answer.status)
        except URLError:
            return 0

    def pid_of(self, command: str) -> int | None:
        """The pid of the program that runs `gridgov COMMAND` as a child of this `up`."""
        found = [pid for pid in processes_of(self.settings.home) if parent_of(pid) == self.process.pid]
        return next((pid for pid in found if command_line(pid)[-1:] == [command]), None)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(STOP_SECONDS)


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """Ours, without what the person who runs the tests has set for a city."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GRIDGOV_")}
    kept.pop("DATABASE_URL", None)
    kept.pop("REDIS_URL", None)
    own = {"GRIDGOV_HOME": str(settings.home), "GRIDGOV_PORT": str(settings.port), "PYTHONPATH": str(ROOT)}
    return {**kept, **own, **more}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], object], seconds: float = START_SECONDS, note: Callable[[], str] = str) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"it did not happen in time\n{note()}"
        time.sleep(0.05)


def command_line(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").rstrip("\0").split("\0")
    except OSError:
        return []


def parent_of(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def processes_of(home: Path) -> list[int]:
    """Every living process of a data folder: by its environment, or for an embedded server by where it works."""
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit() and belongs(path, home)]


def belongs(process: Path, home: Path) -> bool:
    try:
        if process.joinpath("cwd").readlink().is_relative_to(home):
            return True
        return f"GRIDGOV_HOME={home}\0".encode() in process.joinpath("environ").read_bytes()
    except OSError:
        return False


class Caller:
    """Somebody of the demonstration who speaks HTTP with the city."""

    def __init__(self, up: Up, username: str) -> None:
        self._base, self._headers = f"{up.settings.public_url}/api/v1", {"Content-Type": "application/json"}
        kept = read_demo_logins(up.settings.home)
        assert kept is not None
        token = self.post("/sessions", username=username, password=kept.password)["token"]
        self._headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str) -> Any:
        return self._ask(Request(self._base + path, headers=self._headers))

    def post(self, path: str, **body: Any) -> Any:
        return self._ask(Request(self._base + path, json.dumps(body).encode(), self._headers, method="POST"))

    def upload(self, data: bytes) -> str:
        """The id of a photo that was sent under an id of our own."""
        headers = {**self._headers, "Content-Type": "image/jpeg"}
        return str(self._ask(Request(f"{self._base}/uploads/{uuid4()}", data, headers, method="PUT"))["id"])

    def _ask(self, request: Request) -> Any:
        with urlopen(request, timeout=30) as answer:
            return json.load(answer)


@contextmanager
def running(settings: Settings, command: tuple[str, ...] = UP, **more: str) -> Iterator[Up]:
    """`gridgov up`, ready; ended when the block ends."""
    log = settings.home.with_name(f"log-{time.monotonic_ns()}")
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=environment(settings, **more), cwd=ROOT, stdout=out, stderr=out)
    up = Up(process, settings, log)
    try:
        wait_for(lambda: process.poll() is not None or "ready, " in up.said, note=lambda: up.said)
        assert process.poll() is None, up.said
        yield up
    finally:
        if process.poll() is None:
            up.stop()


def fails(settings: Settings, **more: str) -> str:
    """What an `up` says that cannot start."""
    run = subprocess.run(
        UP, env=environment(settings, **more), cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert run.returncode == 1
    assert run.stdout == ""
    assert "Traceback" not in run.stderr
    return run.stderr


def rows(settings: Settings) -> dict[str, int]:
    """How many rows each of the city's tables of people and places holds."""
    with servers_for(settings) as urls:
        engine = make_engine(urls.database_url, settings.city)
        with engine.connect() as connection:
            tables = ("units", "people", "posts", "services", "cases", "definitions")
            found = {name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in tables}
        engine.dispose()
    return found


def settings_in(folder: Path) -> Settings:
    return read_settings({"GRIDGOV_HOME": str(folder / "home"), "GRIDGOV_PORT": str(free_port())})
