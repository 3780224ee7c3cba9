"""`gridgov up` as a real process, with a data folder and a port of its own."""

import json
import os
import re
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
from urllib.parse import quote
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest
from sqlalchemy import text

from gridgov.adapters.demo_logins import FILE_NAME, read_demo_logins
from gridgov.db.session import make_engine
from gridgov.embedded.servers import servers_for
from gridgov.settings import Settings, read_settings
from tests.photos import photo

ROOT = Path(__file__).parents[2]
UP = (sys.executable, "-m", "gridgov.cli", "up")
# The machine may be busy with other tests: these are bounds for a defect, not for a speed.
START_SECONDS, STOP_SECONDS = 180, 120
PRESSING = "0101"  # a category of priority P1: the city has to hear of it within four hours

# One worker of xdist runs them all, so that the city is started once.
pytestmark = pytest.mark.xdist_group("up")


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


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_in(tmp_path_factory.mktemp("up"))


@pytest.fixture(scope="module")
def up(settings: Settings) -> Iterator[Up]:
    """A new city, started once for the tests that only look at it."""
    with running(settings) as up:
        yield up


def test_it_prints_address_and_logins_once_the_city_is_ready(up: Up) -> None:
    assert up.get("/readyz") == 200
    greeting = up.said[up.said.index("ready, ") :]
    kept = read_demo_logins(up.settings.home)
    assert kept is not None
    assert f"http://127.0.0.1:{up.settings.port}/" in greeting
    assert kept.password in greeting
    assert "branch_secretary" in greeting
    assert kept.password not in up.said[: up.said.index("ready, ")]
    assert (up.settings.home / FILE_NAME).stat().st_mode & 0o777 == 0o600


def test_a_second_up_on_the_same_folder_says_so_and_leaves_the_first_alone(up: Up) -> None:
    other_port = environment(up.settings) | {"GRIDGOV_PORT": str(free_port())}
    said = fails(up.settings, **other_port)
    assert f"gridgov up already runs on {up.settings.home} (process {up.process.pid})" in said
    assert up.get("/readyz") == 200


def test_a_taken_port_is_said_before_anything_starts(up: Up, tmp_path: Path) -> None:
    home = tmp_path / "other"
    said = fails(up.settings, GRIDGOV_HOME=str(home))
    assert f"Port {up.settings.port} on 127.0.0.1 is taken by another program" in said
    assert not (home / "postgres").exists()


def test_an_unusable_setting_is_one_sentence(up: Up, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "there is a file in its place" in fails(up.settings, GRIDGOV_HOME=str(tmp_path / "file"))
    assert fails(up.settings, GRIDGOV_SPEED="fast") == "GRIDGOV_SPEED has to be a number, not 'fast'.\n"


@pytest.mark.parametrize("command", ["web", "sweep", "work", "beat"])
def test_a_program_that_is_killed_is_started_again(up: Up, command: str) -> None:
    first = up.pid_of(command)
    assert first is not None
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: up.pid_of(command) not in {None, first}, note=lambda: up.said)
    wait_for(lambda: up.get("/readyz") == 200, note=lambda: up.said)


def test_the_process_that_watches_over_all_carries_no_framework(up: Up) -> None:
    mapped = Path(f"/proc/{up.process.pid}/maps").read_text()
    assert "python" in mapped
    assert not re.search(r"sqlalchemy|shapely|argon2|greenlet", mapped)


def test_ctrl_c_leaves_no_process_and_a_second_start_keeps_every_row(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with running(settings) as up:
        assert len(processes_of(settings.home)) > len(("up", "web", "sweep", "work", "beat", "postgres", "valkey"))
        before = rows(settings)
        assert "seeding the demonstration city" in up.said
        assert up.stop() == 0
        wait_for(lambda: processes_of(settings.home) == [], 10, lambda: str(processes_of(settings.home)))
    logins = (settings.home / FILE_NAME).read_text()
    with running(settings) as up:
        assert "seeding" not in up.said
        assert rows(settings) == before
        assert (settings.home / FILE_NAME).read_text() == logins
    assert processes_of(settings.home) == []


@pytest.fixture(scope="module")
def fast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A city in which two seconds are an hour."""
    with running(settings_in(tmp_path_factory.mktemp("fast")), GRIDGOV_SPEED="1800") as up:
        yield up


@pytest.fixture(scope="module")
def building(fast: Up) -> int:
    """The first building of 吉安家园."""
    found = Caller(fast, "jian.household").get(f"/units?kind=building&q={quote('吉安家园1栋')}")["items"]
    return int(found[0]["id"])


def test_a_case_goes_from_report_to_rating_over_http(fast: Up, building: int) -> None:
    reporter, worker = Caller(fast, "jian.household"), Caller(fast, "jian.property")
    case = reporter.post("/cases", category="0401", description="garbage at the gate", place={"building_id": building})
    deeds: list[tuple[str, str, dict[str, Any]]] = [
        ("jian.secretary", "accept", {}),
        ("jian.property", "acknowledge", {}),
        ("jian.property", "contact", {"contact": {"kind": "call", "made_safe": True}}),
        ("jian.property", "resolve", {"note": "taken away", "attachments": [worker.upload(photo())]}),
        ("jian.leader1", "confirm", {}),
        ("shuangxu.officer1", "rate", {"rating": {"contacted": True, "solved": True, "satisfaction": "satisfied"}}),
    ]
    for username, action, inputs in deeds:
        case = Caller(fast, username).post(f"/cases/{case['number']}/actions/{action}", **inputs)
    assert (case["state"], case["outcome"]) == ("closed", "rated")
    events = reporter.get(f"/cases/{case['number']}/events")["items"]
    done = [event["action"] for event in events if event["action"] in {action for _, action, _ in deeds}]
    assert done == [action for _, action, _ in deeds]


def test_a_case_that_everybody_leaves_alone_climbs_to_the_city(fast: Up, building: int) -> None:
    reporter, city = Caller(fast, "jian.household"), Caller(fast, "city.supervisor1")
    number = reporter.post(
        "/cases", category=PRESSING, description="nobody does anything", place={"building_id": building}
    )["number"]
    wait_for(lambda: city.get(f"/cases/{number}")["level"] == 3, note=lambda: fast.said)
    events = city.get(f"/cases/{number}/events")["items"]
    assert [event["action"] for event in events].count("escalate") == 3
    wait_for(lambda: "supervise" in {event["action"] for event in city.get(f"/cases/{number}/events")["items"]})
