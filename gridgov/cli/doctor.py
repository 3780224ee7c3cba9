"""`gridgov doctor`: what must always hold, asked of the whole database (workflow.md §6)."""

import json
import sys
from collections.abc import Sequence

import click
from sqlalchemy.orm import Session

from gridgov.adapters.file_store import FileStore
from gridgov.bootstrap import Runtime
from gridgov.cli.running import running_city
from gridgov.db.session import city_now
from gridgov.services.doctor import Problem, case_count, run_doctor
from gridgov.services.importing import require_city
from gridgov.services.world import World


@click.command
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output, for programs.")
def doctor(as_json: bool) -> None:
    """Check the invariants I1-I9 of every case and name each offender; exit code 1 when there is any.

    A warning is something that today's posts or calendar make suspect; it does not change the exit code.
    """
    with running_city() as runtime:
        cases, problems = _examine(runtime)
    click.echo(_document(cases, problems) if as_json else _lines(cases, problems))
    if any(not problem.warning for problem in problems):
        sys.exit(1)


def _examine(runtime: Runtime) -> tuple[int, list[Problem]]:
    """How many cases were looked at, and what was found; all of it as it stood at one moment."""
    with runtime.transaction() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        require_city(session)
        cases = case_count(session)
        return cases, _watched(session, World(runtime.settings.timezone), cases, runtime.files)


def _watched(session: Session, world: World, cases: int, files: FileStore) -> list[Problem]:
    """The examination with a progress bar where somebody watches a terminal."""
    now = city_now(session)
    with click.progressbar(length=cases, label="doctor", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        return run_doctor(session, world, now, bar.update, files)


def _lines(cases: int, problems: Sequence[Problem]) -> str:
    wrong = sum(not problem.warning for problem in problems)
    warnings = len(problems) - wrong
    en = f"{cases} cases: {wrong} problems, {warnings} warnings."
    end = f"{en} 共 {cases} 个案件：问题 {wrong} 个，提醒 {warnings} 个。"
    return "\n".join([*map(_line, problems), end])


def _line(problem: Problem) -> str:
    mark = "warning" if problem.warning else "problem"
    return f"{problem.invariant} {mark} {problem.case_number}: {problem.sentence} {problem.sentence.zh}"


def _document(cases: int, problems: Sequence[Problem]) -> str:
    rows = [
        {
            "invariant": problem.invariant,
            "case": problem.case_number,
            "warning": problem.warning,
            "en": str(problem.sentence),
            "zh": problem.sentence.zh,
        }
        for problem in problems
    ]
    return json.dumps({"cases": cases, "problems": rows}, ensure_ascii=False, indent=2)
