"""The shipped definition, taken apart: the table it is made of, tables with one thing cut out, and their reports."""

import copy
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from gridgov.domain.catalogue import Catalogue
from gridgov.domain.catalogue_file import load_catalogue
from gridgov.domain.definition_file import _definition, load_definition
from gridgov.domain.errors import DefinitionError
from gridgov.domain.org import Tree
from gridgov.domain.verifier import Report, verify
from gridgov.domain.workflow import Definition
from tests.unit.time_world import CALENDAR

Path = tuple[str | int, ...]
WORKFLOWS = files("gridgov") / "workflows"
TEXT = (WORKFLOWS / "one_compound_one_branch.toml").read_text(encoding="utf-8")
TABLE: dict[str, Any] = tomllib.loads(TEXT)


@cache
def shipped() -> Definition:
    """The definition that the package ships."""
    return load_definition(TEXT)


@cache
def catalogue() -> Catalogue:
    """The catalogue that the package ships."""
    return load_catalogue((WORKFLOWS / "catalogue.toml").read_text(encoding="utf-8"))


def report_on(table: dict[str, Any], tree: Tree | None = None) -> Report:
    """What the verifier says about a definition of that table. Raises what a file of that shape raises."""
    try:
        definition = _definition(table, "")
    except KeyError as error:
        raise DefinitionError(f"The definition lacks {error}.") from error
    return verify(definition, catalogue(), CALENDAR, tree)


def changed(path: Path, value: Any) -> dict[str, Any]:
    """The shipped table with another value at `path`."""
    table = copy.deepcopy(TABLE)
    node = _parent(table, path)
    node[path[-1]] = value
    return table


def without(path: Path) -> dict[str, Any]:
    """The shipped table without what stands at `path`."""
    table = copy.deepcopy(TABLE)
    del _parent(table, path)[path[-1]]
    return table


def at(path: Path) -> Any:
    """What stands at `path` in the shipped table."""
    return _parent(TABLE, path)[path[-1]]


def _parent(table: Any, path: Path) -> Any:
    for key in path[:-1]:
        table = table[key]
    return table


def ways(key: str) -> Iterator[Path]:
    """The path of every way's `key`, wherever the way stands: in the action itself or in its list."""
    for code, action in TABLE["actions"].items():
        places: list[Path] = [("actions", code, "ways", number) for number, _ in enumerate(action.get("ways", ()))]
        yield from ((*place, key) for place in (places or [("actions", code)]) if key in at(place))


def proofs_that_refuse(report: Report) -> set[int]:
    """The numbers of the proofs with a finding."""
    return {finding.proof for finding in report.findings}
