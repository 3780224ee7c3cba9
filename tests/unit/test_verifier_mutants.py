"""A mutant of every kind is refused: whatever is cut out of the shipped definition, some proof or the reader sees."""

import pytest

from gridgov.domain.errors import DefinitionError
from tests.unit.verified import TABLE, Path, at, report_on, ways, without

BASE = frozenset(finding.sentence for finding in report_on(TABLE).findings)
ROWS = ("who", "holders", "limits", "ladder", "counters", "clocks", "requests", "states", "actions", "whistles")
COLUMNS = {
    "states": ("stage", "open311", "holder", "limit", "at_limit", "forward", "spent", "pauses", "priorities", "title"),
    "clocks": ("within", "armed_by", "ended_by", "limit", "again", "floor", "tell", "paused_in"),
    "requests": ("title", "answer", "deciders", "unanswered", "chosen", "days", "grants"),
    "counters": ("most", "per", "then"),
    "actions": ("title", "tell"),
    "whistles": ("title", "answer", "arrive", "priorities", "progress"),
}
CELLS = ("limits", "ladder")
LISTS = (("holders", "chain"), ("clocks", "armed_by"), ("clocks", "ended_by"))


def rows() -> list[Path]:
    return [(table, name) for table in ROWS for name in TABLE[table]]


def columns() -> list[Path]:
    found = [(table, name, key) for table, keys in COLUMNS.items() for name in TABLE[table] for key in keys]
    return [path for path in found if path[2] in at(path[:2])]


def cells() -> list[Path]:
    return [(table, name, priority) for table in CELLS for name in TABLE[table] for priority in TABLE[table][name]]


def words_of_lists() -> list[Path]:
    found: list[Path] = []
    for table, key in LISTS:
        for name in TABLE[table]:
            found += [(table, name, key, number) for number, _ in enumerate(TABLE[table][name][key])]
    return found


def single_ways() -> list[Path]:
    return [
        ("actions", code, "ways", number)
        for code, action in TABLE["actions"].items()
        for number, _ in enumerate(action.get("ways", ()))
    ]


def flags() -> list[Path]:
    found: list[Path] = [(*path,) for key in ("impartial", "counts", "limit", "by") for path in ways(key)]
    return found + [("holders", name, key) for name, rule in TABLE["holders"].items() for key in rule]


def examples() -> list[Path]:
    return [("examples", number) for number, _ in enumerate(TABLE["examples"])]


KINDS = {
    "row": rows,
    "column": columns,
    "limit of a priority": cells,
    "candidate, arming or ending": words_of_lists,
    "way": single_ways,
    "bound or flag": flags,
    "example": examples,
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_definition_with_one_thing_cut_out_is_refused(kind: str) -> None:
    mutants = KINDS[kind]()
    survivors = [path for path in mutants if not _is_refused(path)]
    assert mutants
    assert not survivors, f"nobody misses {[' '.join(map(str, path)) for path in survivors]}"


def _is_refused(path: Path) -> bool:
    try:
        report = report_on(without(path))
    except DefinitionError:
        return True
    return any(finding.sentence not in BASE for finding in report.findings)
