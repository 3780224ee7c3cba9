"""`gridgov import units|people|…` as somebody types it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from gridgov.cli.commands import Commands
from gridgov.db.session import make_engine
from gridgov.embedded.servers import ServerUrls

COMMANDS = Commands({"import": "gridgov.cli.import_cases:imports"}, name="gridgov")
HEADERS = "username,name,role,unit_code"
Run = Callable[..., Result]


@pytest.fixture
def database(make_database: Callable[[str], str], xuanwei_template: str) -> str:
    """A seeded city of the test's own."""
    return make_database(xuanwei_template)


@pytest.fixture
def run(database: str, servers: ServerUrls, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A function that runs `gridgov import` with these arguments in the test's folder."""
    monkeypatch.chdir(folder)
    environ = {"DATABASE_URL": database, "REDIS_URL": servers.redis_url, "GRIDGOV_HOME": str(folder / "home")}
    return lambda *arguments: CliRunner().invoke(COMMANDS, ["import", *arguments], env=environ)


def count_of(database: str, username: str) -> int:
    engine = make_engine(database, "xuanwei")
    with engine.connect() as connection:
        query = text("SELECT count(*) FROM people WHERE username = :username")
        count = int(connection.execute(query, {"username": username}).scalar_one())
    engine.dispose()
    return count


def test_people_go_in_refused_rows_go_to_a_file_and_a_dry_run_does_neither(
    run: Run, folder: Path, database: str
) -> None:
    rows = (HEADERS, "li.na,李娜,auditor,530381", "wang,王伟,emperor,530381")
    (folder / "people.csv").write_text("\n".join(rows), encoding="utf-8")
    dry = run("people", "people.csv", "--dry-run")
    assert (dry.exit_code, count_of(database, "li.na")) == (0, 0), dry.output
    assert "added 新增 1" in dry.stdout
    assert "nothing was written" in dry.stdout
    assert not (folder / "people.csv.errors.csv").exists()
    done = run("people", "people.csv")
    assert (done.exit_code, count_of(database, "li.na")) == (0, 1), done.output
    for said in ("row 行 2, li.na auditor 530381: added (person, post)", "row 行 3, role: 'emperor' is no role"):
        assert said in done.stdout
    assert "emperor" in (folder / "people.csv.errors.csv").read_text(encoding="utf-8-sig")
    again = json.loads(run("people", "people.csv", "--json").stdout)
    assert (again["counts"]["added"], again["counts"]["unchanged"], again["refused"]) == (0, 1, 1)


def test_what_cannot_be_read_is_a_sentence_and_exit_code_1(run: Run, folder: Path) -> None:
    (folder / "units.csv").write_text("code,kind\na,b\n", encoding="utf-8")
    lacking = run("units", "units.csv")
    assert (lacking.exit_code, "parent_code" in lacking.output) == (1, True)
    assert "Traceback" not in lacking.output
    assert run("units", "nowhere.csv").exit_code == 1
    assert run("boundaries", "units.csv").exit_code == 2
