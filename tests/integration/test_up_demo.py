"""`gridgov up --demo` as a real process: the people of the demonstration act, and at the end it is summed up."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.integration.up_process import ROOT, UP, environment, processes_of, running, settings_in, wait_for

DEMO = (*UP, "--demo", "--seed", "7", "--rate", "2000")
HAPPENING = re.compile(r"demo +\| \d\d-\d\d \d\d:\d\d \d{6}-\d{4,}-\d .+")

# One worker of xdist runs it with the other tests of `up`.
pytestmark = pytest.mark.xdist_group("up")


def refused(folder: Path, **more: str) -> str:
    """What `up --demo` says that does not start."""
    settings = settings_in(folder)
    run = subprocess.run(
        DEMO, env=environment(settings, **more), cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert run.returncode == 2
    assert run.stdout == ""
    assert not (settings.home / "postgres").exists()
    return run.stderr


def test_it_refuses_a_database_that_is_not_its_own(tmp_path: Path) -> None:
    said = refused(tmp_path, DATABASE_URL="postgresql://somebody@localhost/somewhere")
    assert said.startswith("--demo plays on the embedded server only: unset DATABASE_URL")
    assert "演示" in said
    assert len(said.splitlines()) == 1


def test_people_act_in_front_of_you_and_ctrl_c_sums_up(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with running(settings, DEMO, GRIDGOV_SPEED="600") as up:
        wait_for(lambda: "Acknowledge" in up.said and len(HAPPENING.findall(up.said)) > 40, note=lambda: up.said)
        assert up.stop() == 0
        summary = up.said[up.said.index("stopping; ") :]
        for word in ("reported", "endings", "escalations", "whistles", "requests", "refused", "longest silence"):
            assert word in summary
        assert "doctor is clean" in summary, summary
        assert "Traceback" not in up.said
        wait_for(lambda: processes_of(settings.home) == [], 10, lambda: str(processes_of(settings.home)))
