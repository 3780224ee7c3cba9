"""Nothing that a definition says changes in silence: each field of each of its values is compared by somebody."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from fractions import Fraction
from typing import Any

import pytest

from gridgov.domain.definition_diff import PARTS, Difference, differences
from gridgov.domain.durations import Span
from gridgov.domain.errors import Text
from gridgov.domain.requests import RequestRule
from gridgov.domain.workflow import Action, ClockRule, Counter, Definition, HolderRule, State, Way, WhistleKind
from tests.unit.verified import shipped

TABLES: dict[type, str] = {
    State: "states",
    Action: "actions",
    HolderRule: "holders",
    Counter: "counters",
    ClockRule: "clocks",
    RequestRule: "requests",
    WhistleKind: "whistles",
}
# They move no case: see definition_diff.
LEFT_OUT = {"version", "examples", "text", "digest"}
GENERAL = {"name", "title", "start", "priorities"}
# The key of its table: another key is another item.
KEYS = {(State, "code"), (Action, "code"), (ClockRule, "kind"), (RequestRule, "kind"), (WhistleKind, "code")}
ITEM_FIELDS = [(kind, each.name) for kind in TABLES for each in fields(kind) if (kind, each.name) not in KEYS]


def another(value: Any) -> Any:
    """A value of the same type that is not equal to it."""
    match value:
        case bool():
            return not value
        case Text():
            return Text(f"{value} otherwise", f"另一{value.zh}")
        case str():
            return f"{value}x"
        case int():
            return value + 1
        case Span():
            return replace(value, amount=value.amount + Fraction(1))
        case tuple() if value:
            return value[:-1]
        case Mapping() if value:
            return dict(list(value.items())[:-1])
    raise TypeError(f"Say what differs from {value!r}.")


def telling(items: Mapping[str, Any], name: str) -> str:
    """The code of an item in which that field says something."""
    return next(code for code, item in items.items() if getattr(item, name) not in (None, (), "", False))


def with_item(table: str, code: str, item: Any) -> Definition:
    return replace(shipped(), **{table: {**getattr(shipped(), table), code: item}})


def both_ways(other: Definition) -> list[Difference]:
    """What differs from the shipped definition, there and back: something each time, in both languages."""
    there, back = differences(shipped(), other), differences(other, shipped())
    assert there
    assert len(there) == len(back)
    assert all(str(each.sentence) and each.sentence.zh for each in (*there, *back))
    return [*there, *back]


@pytest.mark.parametrize("name", [each.name for each in fields(Definition) if each.name not in LEFT_OUT])
def test_each_part_of_a_definition_is_compared(name: str) -> None:
    found = both_ways(replace(shipped(), **{name: another(getattr(shipped(), name))}))
    assert ("general" if name in GENERAL else name) in {each.part for each in found}


@pytest.mark.parametrize(("kind", "name"), ITEM_FIELDS)
def test_each_field_of_each_item_is_compared(kind: type, name: str) -> None:
    table = TABLES[kind]
    items = getattr(shipped(), table)
    code = telling(items, name)
    found = both_ways(with_item(table, code, replace(items[code], **{name: another(getattr(items[code], name))})))
    assert {(each.part, each.subject) for each in found} == {(table, code)}


@pytest.mark.parametrize("name", [each.name for each in fields(Way)])
def test_each_field_of_each_way_is_compared(name: str) -> None:
    actions = shipped().actions
    ways = {f"{code} {place}": way for code, each in actions.items() for place, way in enumerate(each.ways)}
    code, place = telling(ways, name).split()
    way = actions[code].ways[int(place)]
    changed = tuple(
        replace(way, **{name: another(getattr(way, name))}) if each is way else each for each in actions[code].ways
    )
    found = both_ways(with_item("actions", code, replace(actions[code], ways=changed)))
    assert {(each.part, each.subject) for each in found} == {("actions", code)}


def test_every_kind_of_item_that_a_definition_holds_is_looked_into_here() -> None:
    """A new table of a definition needs its kind in TABLES, and a part of its own."""
    tables = {each.name for each in fields(Definition)} - LEFT_OUT - GENERAL
    assert tables <= PARTS.keys()
    held = {type(item) for name in tables for item in getattr(shipped(), name).values()}
    assert {kind for kind in held if is_dataclass(kind) and kind is not Text} == set(TABLES)
