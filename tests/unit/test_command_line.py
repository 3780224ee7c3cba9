"""The group of commands: what it lists is there, what it refuses is a sentence, and what it imports is little."""

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from gridgov.cli import COMMANDS, main
from gridgov.cli.commands import Commands
from gridgov.domain.errors import NotFound

ROOT = Path(__file__).parents[2]
HEAVY = ["sqlalchemy", "flask", "celery", "openpyxl", "marshmallow", "shapely", "rich"]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_that_is_listed_is_there_and_explains_itself(name: str) -> None:
    run = CliRunner().invoke(main, [name, "--help"])
    assert run.exit_code == 0, run.output
    assert f"gridgov {name}" in run.output.replace("main ", "gridgov ")
    assert main.get_command(click.Context(main), name) is not None


def test_no_command_is_forgotten_in_the_list() -> None:
    listed = {target.partition(":")[0].rpartition(".")[2] for target in COMMANDS.values()}
    files = (ROOT / "gridgov/cli").glob("*.py")
    written = {
        path.stem for path in files if "@click.command" in path.read_text() or "@click.group" in path.read_text()
    }
    assert written - {"__init__"} == listed


def test_the_list_hides_what_only_programs_call() -> None:
    listed = CliRunner().invoke(main, ["--help"]).output
    assert "migrate" in listed
    assert "prepare" not in listed


def test_an_unknown_command_is_a_usage_error() -> None:
    assert CliRunner().invoke(main, ["fly"]).exit_code == 2


def test_a_refusal_is_said_in_both_languages_without_a_traceback() -> None:
    group = Commands({}, name="group")

    @group.command
    def refuse() -> None:
        raise NotFound("It is not there.", "没有找到。")

    @group.command
    def unusable() -> None:
        raise ValueError("GRIDGOV_PORT has to be a number.")

    run = CliRunner().invoke(group, ["refuse"])
    assert (run.exit_code, run.stdout, run.stderr) == (1, "", "It is not there.\n没有找到。\n")
    assert CliRunner().invoke(group, ["unusable"]).stderr == "GRIDGOV_PORT has to be a number.\n"


def test_up_imports_no_framework() -> None:
    code = "import sys, gridgov.cli.up; print([m for m in sys.argv[1:] if m in sys.modules])"
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run([sys.executable, "-c", code, *HEAVY], capture_output=True, text=True, check=True, env=environ)
    assert run.stdout == "[]\n"
