"""Scenes with a whistle for the proofs that play a case: a lead is waited for, or is there with the former handler.

No proof of its own. A definition without whistles has no such scene.
"""

from collections.abc import Iterator
from dataclasses import replace

from gridgov.domain.calls import Call, CallState
from gridgov.domain.case import Facts
from gridgov.domain.org import Tree, UnitKind
from gridgov.domain.workflow import Definition

LEAD = "lead"


def called_scenes(facts: Facts, definition: Definition, tree: Tree) -> Iterator[Facts]:
    """The facts as they are, or in a state that waits for a lead, with whoever may have blown."""
    holder = definition.states[facts.state].holder
    if holder is None or definition.holders[holder].chain[:1] != (LEAD,):
        yield facts
        return
    for blower in (facts.community_id, facts.subdistrict_id):
        yield waiting_for_lead(facts, definition, tree, blower)


def waiting_for_lead(facts: Facts, definition: Definition, tree: Tree, blower: int | None = None) -> Facts:
    """The facts with a department called to lead that does not handle the case; as they are without whistles."""
    kind = next((each.code for each in definition.whistles.values() if facts.priority in each.priorities), None)
    leads = (unit for unit in _departments(facts, tree) if unit != facts.handler_id)
    if kind is None or (lead := next(leads, None)) is None:
        return facts
    call = Call(1, 1, facts.round, lead, kind, True, CallState.CALLED, blower or facts.subdistrict_id)
    return replace(facts, calls=(call,))


def with_former_handler(facts: Facts, former: int, definition: Definition, tree: Tree) -> Iterator[Facts]:
    """The case after a department has come to lead, with `former` as its helper."""
    waiting = waiting_for_lead(replace(facts, handler_id=former), definition, tree)
    for call in waiting.calls:
        there = replace(call, state=CallState.ARRIVED)
        helper = replace(there, number=2, unit_id=former, lead=False)
        yield replace(waiting, handler_id=call.unit_id, handlers=(former, call.unit_id), calls=(there, helper))


def _departments(facts: Facts, tree: Tree) -> tuple[int, ...]:
    served = (tree.served_by(territory, UnitKind.DEPARTMENT) for territory in tree.path(facts.compound_id))
    return tuple(unit for units in served for unit in units)
