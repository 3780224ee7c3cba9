"""`gridgov import cases` as somebody types it: what it prints, writes and refuses."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from gridgov.cli.commands import Commands
from gridgov.db.models import Case, CaseEvent
from gridgov.db.session import make_engine
from gridgov.embedded.servers import ServerUrls

HEADERS = "CASE_ENQUIRY_ID,OPEN_DT,TARGET_DT,CLOSED_DT,OnTime_Status,CASE_TITLE,TYPE"
GOOD = "{},2024-03-01 09:00:00,2024-03-05 09:00:00,2024-03-04 09:00:00,ONTIME,Bin of 13812345678,Sanitation"
BAD = "{},no time,2024-03-05 09:00:00,2024-03-04 09:00:00,ONTIME,Bin full,Sanitation"
COMMANDS = Commands({"import": "gridgov.cli.import_cases:imports"}, name="gridgov")

Run = Callable[..., Result]


@pytest.fixture
def database(make_database: Callable[[str], str], xuanwei_template: str) -> str:
    """A seeded city of the test's own."""
    return make_database(xuanwei_template)


@pytest.fixture
def city(database: str) -> Iterator[Engine]:
    """An engine on it."""
    engine = make_engine(database, "xuanwei")
    yield engine
    engine.dispose()


@pytest.fixture
def run(database: str, servers: ServerUrls, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A function that runs `gridgov import cases` with these arguments in the test's folder."""
    monkeypatch.chdir(folder)
    environ = {"DATABASE_URL": database, "REDIS_URL": servers.redis_url, "GRIDGOV_HOME": str(folder / "home")}

    def invoke(*arguments: str, **changed: str) -> Result:
        return CliRunner().invoke(COMMANDS, ["import", "cases", *arguments], env={**environ, **changed})

    return invoke


def write(folder: Path, *lines: str, name: str = "cases.csv") -> str:
    (folder / name).write_text("\n".join((HEADERS, *lines)), encoding="utf-8")
    return name


def count_of(city: Engine, what: type[Case | CaseEvent]) -> int:
    with Session(city) as session:
        return session.execute(select(func.count()).select_from(what)).scalar_one()


def test_the_summary_counts_masks_and_names_the_errors_file(run: Run, city: Engine, folder: Path) -> None:
    file = write(folder, GOOD.format(1), BAD.format(2), GOOD.format(1), GOOD.format(3))
    result = run(file, "--mapping", "boston311")
    assert result.exit_code == 0, result.output
    for said in ("Rows 行数: 4", "cases imported 已导入: 2", "refused 未导入: 2", "both say on time 双方均为按期: 2"):
        assert said in result.stdout
    assert "Numbers masked 已脱敏: mobile 2" in result.stdout
    lines = (folder / "cases.csv.errors.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[:2] for line in lines[1:]] == [["3", "open_dt"], ["4", "case_enquiry_id"]]
    assert (count_of(city, Case), count_of(city, CaseEvent)) == (2, 6)


def test_the_summary_can_be_json_and_twice_imports_nothing_twice(run: Run, city: Engine, folder: Path) -> None:
    late_in_our_reading = GOOD.format(2).replace("2024-03-04", "2024-03-06")
    file = write(folder, GOOD.format(1), late_in_our_reading)
    first, again = (json.loads(run(file, "--mapping", "boston311", "--json").stdout) for _ in range(2))
    assert (first["cases"], first["already_there"], first["into"]) == (2, 0, "530381.import")
    assert (again["cases"], again["already_there"], again["masked"]) == (0, 2, {})
    named = [{"row": 3, "number": "2", "ours": False, "file": True}]
    assert first["against_the_file"]["disagreeing_rows"] == again["against_the_file"]["disagreeing_rows"] == named
    assert "address" in first["absent_columns"]
    assert first["errors_file"] is None
    assert [path.name for path in folder.glob("*.csv")] == ["cases.csv"]
    assert count_of(city, Case) == 2


def test_a_dry_run_writes_neither_rows_nor_files(run: Run, city: Engine, folder: Path) -> None:
    result = run(write(folder, GOOD.format(1), BAD.format(2)), "--mapping", "boston311", "--dry-run")
    assert result.exit_code == 0, result.output
    assert "would be imported 将导入: 1" in result.stdout
    assert "row 行 3, open_dt" in result.stdout
    assert (count_of(city, Case), [path.name for path in folder.glob("*.csv")]) == (0, ["cases.csv"])


def test_a_thousand_rows_are_a_line_of_progress_where_no_terminal_is(run: Run, city: Engine, folder: Path) -> None:
    result = run(write(folder, *map(GOOD.format, range(1, 1102))), "--mapping", "boston311", "--live")
    assert "1,000 rows 行" in result.stderr
    assert "1,000 rows" not in result.stdout
    assert count_of(city, Case) == 1101


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("absent.csv", "--mapping", "boston311"), "absent.csv: cannot be read"),
        (("picture.csv", "--mapping", "boston311"), "its name says text, but it is a picture"),
        (("cases.csv", "--mapping", "messages"), "needs headers that are not there"),
        (("cases.csv", "--mapping", "nothing"), "no built-in mapping of this name"),
        (("cases.csv", "--mapping", "boston311", "--into", "nowhere"), "no compound with the code nowhere"),
        (("cases.csv", "--mapping", "boston311", "--errors", "cases.csv"), "names the file to be imported"),
        (("cases.csv", "--mapping", "boston311", "--errors", "no/such/folder"), "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(run: Run, folder: Path, arguments: tuple[str, ...], sentence: str) -> None:
    (folder / "picture.csv").write_bytes(b"\x89PNG\r\n" + bytes(100))
    write(folder, BAD.format(1))
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert sentence in result.stderr
    assert "Traceback" not in result.output


def test_an_empty_database_is_told_to_be_seeded(run: Run, folder: Path, own_database: str) -> None:
    result = run(write(folder, GOOD.format(1)), "--mapping", "boston311", DATABASE_URL=own_database)
    assert result.exit_code == 1
    assert "There is no city yet: run gridgov seed xuanwei." in result.stderr


def test_a_killed_import_leaves_whole_cases_and_the_next_one_goes_on(
    database: str, servers: ServerUrls, city: Engine, folder: Path, run: Run
) -> None:
    file = write(folder, *map(GOOD.format, range(1, 3001)))
    environ = {"DATABASE_URL": database, "REDIS_URL": servers.redis_url, "GRIDGOV_HOME": str(folder / "home")}
    program = "from gridgov.cli.import_cases import imports; imports()"
    command = [sys.executable, "-c", program, "cases", file, "--mapping", "boston311"]
    child = subprocess.Popen(command, env=os.environ | environ, cwd=folder, stderr=subprocess.PIPE, text=True)
    assert child.stderr is not None
    with child.stderr as said:
        assert " rows 行" in said.readline()
        child.kill()
    child.wait(10)
    kept = count_of(city, Case)
    assert 500 <= kept < 3000
    assert (kept % 500, count_of(city, CaseEvent)) == (0, 3 * kept)
    summary = json.loads(run(file, "--mapping", "boston311", "--json").stdout)
    assert (summary["already_there"], summary["cases"]) == (kept, 3000 - kept)
    assert count_of(city, CaseEvent) == 9000
