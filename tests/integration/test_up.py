"""`gridgov up` as a real process, with a data folder and a port of its own."""

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from gridgov.adapters.demo_logins import FILE_NAME, read_demo_logins
from gridgov.settings import Settings
from tests.integration.up_process import (
    Caller,
    Up,
    environment,
    fails,
    free_port,
    processes_of,
    rows,
    running,
    settings_in,
    wait_for,
)
from tests.photos import photo

PRESSING = "0101"  # a category of priority P1: the city has to hear of it within four hours

# One worker of xdist runs them all, so that the city is started once.
pytestmark = pytest.mark.xdist_group("up")


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
