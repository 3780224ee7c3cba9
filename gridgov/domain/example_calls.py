"""How the examples of a definition speak about calls: units by their trade, or by their kind where they have none."""

from collections.abc import Sequence
from typing import Any

from gridgov.domain.case import Facts
from gridgov.domain.holders import CANDIDATES, candidates
from gridgov.domain.org import Tree, UnitKind
from gridgov.domain.workflow import Definition

DESPITE = "despite"


def units_meant(who: str, facts: Facts, tree: Tree) -> tuple[int, ...]:
    """The units that a step's second word stands for: a party of the file, else a unit by its name."""
    return candidates(who, facts, tree) if who in CANDIDATES else named(who, facts, tree)


def named(word: str, facts: Facts, tree: Tree) -> tuple[int, ...]:
    """The departments and utilities of that trade, or the units of that kind that serve the compound."""
    trade = tuple(unit.id for unit in tree.units.values() if unit.trade == word)
    kind = (unit.id for unit in tree.units.values() if unit.kind.value == word)
    near = (facts.compound_id, *tree.path(facts.compound_id))
    return trade or tuple(unit for unit in kind if set(near) & {unit, *tree.territories_of.get(unit, ())})


def of_call(words: Sequence[str], needs: Sequence[str], facts: Facts, tree: Tree) -> dict[str, Any] | None:
    """What a step's further words give: kind, lead and helpers of a whistle, whose call; None where they mean no call.

    "whistle who kind lead helper…", "change_lead who lead", "dismiss who helper", "resolve who despite".
    """
    asked, rest = {need.removesuffix("?") for need in needs}, words[2:]
    if rest == [DESPITE]:
        return {DESPITE: "example"}
    units = [named(word, facts, tree)[0] for word in rest[1:]] if "whistle" in asked else []
    if "whistle" in asked:
        return {"whistle": {"kind": rest[0], "lead_id": units[0], "helper_ids": units[1:]}} if rest else {}
    if "lead_id" in asked:
        return {"lead_id": named(rest[0], facts, tree)[0]} if rest else {}
    if "call" not in asked:
        return None
    unit = named(rest[0], facts, tree)[0] if rest else None
    numbers = [call.number for call in facts.calls if call.unit_id == unit]
    return {"call": numbers[-1]} if numbers else {}


def calls_told(facts: Facts, tree: Tree) -> str:
    """The calls in words: "urban finished, fire arrived"."""
    names = ((tree.units[call.unit_id], call) for call in facts.calls)
    return ", ".join(f"{unit.trade or unit.kind.value} {call.state.value}" for unit, call in names)


def any_whistle(facts: Facts, tree: Tree, definition: Definition) -> dict[str, Any]:
    """The first kind, the first department to lead, the first utility to help."""
    helper = tree.served_by(facts.city_id, UnitKind.UTILITY)[0]
    return {"kind": next(iter(definition.whistles)), "lead_id": departments(facts, tree)[0], "helper_ids": [helper]}


def departments(facts: Facts, tree: Tree) -> tuple[int, ...]:
    """The departments of the city, in code order."""
    return tree.served_by(facts.city_id, UnitKind.DEPARTMENT)
