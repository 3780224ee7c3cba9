"""The filters of a list of cases, each one condition; what may be seen at all is decided in cases.py."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select

from gridgov.db.models import Case
from gridgov.db.queries.cases import held_by, in_unit, lamp_is, matches
from gridgov.domain.errors import Invalid, Text
from gridgov.domain.org import Tree, Unit

FILTERS: Mapping[str, Callable[[Any], ColumnElement[bool]]] = {
    "state": lambda words: Case.state.in_(words.split(",")),
    "priority": lambda words: Case.priority.in_(words.split(",")),
    "category": lambda words: Case.category.in_(words.split(",")),
    "level": lambda level: Case.level == level,
    "source": lambda source: Case.source == source,
    "kind": lambda kind: Case.kind == kind,
    "reported_from": lambda moment: Case.reported_at >= moment,
    "reported_to": lambda moment: Case.reported_at < moment,
    "due_before": lambda moment: Case.due_at < moment,
    "q": matches,
}


UNIT_FILTERS: Mapping[str, Callable[[Unit, Tree], ColumnElement[bool]]] = {
    "unit": lambda unit, tree: in_unit(unit.id, tree),
    "holder": lambda unit, tree: held_by([unit.id]),
    "handler": lambda unit, tree: Case.handler_id == unit.id,
}


def filtered(rows: Select[Case], query: Mapping[str, Any], tree: Tree, now: datetime) -> Select[Case]:
    """`rows` that pass every filter given. Raises Invalid for a unit that the city does not have."""
    for name, condition in FILTERS.items():
        if query.get(name) is not None:
            rows = rows.where(condition(query[name]))
    if query.get("lamp"):
        rows = rows.where(lamp_is(query["lamp"], now))
    for name, condition_of in UNIT_FILTERS.items():
        if query.get(name) is not None:
            rows = rows.where(condition_of(_unit(name, query[name], tree), tree))
    return rows


def _unit(field: str, word: str, tree: Tree) -> Unit:
    """The unit of that id or code; the city's own code is digits too, so an unknown id is looked up as a code."""
    by_id = tree.units.get(int(word)) if word.isascii() and word.isdigit() else None
    unit = by_id or tree.by_code.get(word)
    if unit is None:
        raise Invalid({field: [Text("There is no such unit.", "没有这个单位。")]})
    return unit
