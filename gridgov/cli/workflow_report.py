"""What the workflow commands print of a comparison and of a migration; and the plan of a migration, as it is read."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from gridgov.domain.definition_diff import Difference
from gridgov.domain.errors import Invalid, Text

KNOWN = {"states"}


def difference_lines(differences: Iterable[Difference], language: str) -> list[str]:
    """A line for each difference, in "zh" or "en"."""
    found = [each.sentence.zh if language == "zh" else str(each.sentence) for each in differences]
    return found or ["两者含义相同。" if language == "zh" else "Both mean the same."]


def plan_of(file: Path | None) -> dict[str, str]:
    """The mapping of a plan: a table `[states]` of old = "new". No file is a plan that maps nothing.

    Raises Invalid for a file that is not one.
    """
    if file is None:
        return {}
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _no_plan(str(error)) from None
    states = table.get("states", {})
    if set(table) - KNOWN or not isinstance(states, dict) or not all(isinstance(each, str) for each in states.values()):
        raise _no_plan('it has one table: [states], with lines like old = "new"')
    return dict(states)


def _no_plan(reason: str) -> Invalid:
    return Invalid({"plan": [Text(f"This is no plan: {reason}.", f"迁移方案无效：{reason}。")]})


def migration_lines(outcome: Mapping[str, Any]) -> list[str]:
    """What a migration did, or in a dry run would do, for people."""
    lines = [_state_line(line) for line in outcome["states"]]
    lines += [f"{each['number']} ({each['state']}): {each['reason']['en']} {each['reason']['zh']}"
              for each in outcome["stuck"]]  # fmt: skip
    count, stuck = outcome["cases"], outcome["stuck_count"]
    if outcome["dry_run"]:
        last = f"{count} cases would move, {stuck} cannot. 将迁移 {count} 个案件，{stuck} 个无法迁移（未写入）。"
    else:
        last = f"{count} cases have moved. 已迁移 {count} 个案件。"
    return [*lines, last]


def _state_line(line: Mapping[str, Any]) -> str:
    limits = ", ".join(f"{each['priority']} {each['limit']} ×{each['cases']}" for each in line["limits"])
    goes_on = line["clock"] == "goes_on"
    clock = "clocks go on 计时延续" if goes_on else "clocks begin anew 重新计时"
    return f"{line['state']} → {line['to']}: {line['cases']}, {clock}: {limits}"
