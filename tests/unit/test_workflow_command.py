"""`gridgov workflow check`: what it prints and how it ends."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

from click.testing import CliRunner, Result

from gridgov.cli import main
from gridgov.workflows import read_text

SHIPPED = read_text("one_compound_one_branch.toml")


def check(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["workflow", "check", *arguments], env={"GRIDGOV_TIMEZONE": ""})


def broken(folder: Path) -> str:
    """The shipped definition, except that an acknowledged case goes back to where it was reported."""
    mutant = SHIPPED.replace('from = ["dispatched"]\nto = "handling"', 'from = ["dispatched"]\nto = "reported"')
    assert mutant != SHIPPED
    file = folder / "broken.toml"
    file.write_text(mutant, encoding="utf-8")
    return str(file)


def test_the_shipped_definition_passes_and_prints_how_long_anybody_can_be_silent() -> None:
    run = check("one_compound_one_branch", "--lang", "en")
    assert run.exit_code == 0
    assert "Every proof holds." in run.output
    assert "| priority | state | silence | wall | allowed |" in run.output


def test_the_report_is_chinese_unless_asked_otherwise() -> None:
    assert "全部证明成立。" in check("one_compound_one_branch").output


def test_a_broken_definition_ends_with_1_and_the_path_of_a_counter_example(tmp_path: Path) -> None:
    run = check(broken(tmp_path), "--lang", "en")
    assert run.exit_code == 1
    assert "refused:" in run.output
    assert re.search(r"\[reported → .*\]", run.output)


def test_programs_get_the_same_as_json(tmp_path: Path) -> None:
    run = check(broken(tmp_path), "--json")
    report = json.loads(run.output)
    assert run.exit_code == 1
    assert report["ok"] is False
    assert any(finding["path"] for finding in report["findings"])
    assert json.loads(check("one_compound_one_branch", "--json").output)["ok"] is True


def test_a_file_that_does_not_parse_is_a_sentence_with_line_and_column(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("name = \n")
    run = check(str(tmp_path / "bad.toml"))
    assert run.exit_code == 1
    assert "line 1, column 8" in run.stderr
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe")
    assert "not a text in UTF-8" in check(str(tmp_path / "bad.toml")).stderr


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    run = check(str(tmp_path / "no.toml"))
    assert run.exit_code == 1
    assert "cannot be read" in run.stderr


def test_a_definition_is_shown_as_tables_diagram_and_picture() -> None:
    shown = {
        form: CliRunner().invoke(main, ["workflow", "show", "one_compound_one_branch", "--format", form]).output
        for form in ("table", "mermaid", "svg")
    }
    assert "| 状态 |" in shown["table"]
    assert shown["mermaid"].startswith("stateDiagram-v2\n")
    assert ElementTree.fromstring(shown["svg"]).tag.endswith("svg")


def test_a_definition_is_shown_in_english_too() -> None:
    run = CliRunner().invoke(main, ["workflow", "show", "one_compound_one_branch", "--lang", "en"])
    assert "## States" in run.output
