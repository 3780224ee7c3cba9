"""What appointments may be: substitutes in short chains, ends of fallback chains that are never empty, successors."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from gridgov.domain.errors import Conflict, Invalid, Text
from gridgov.domain.org import ACTING_ROLE, Post, Shift, Tree, UnitKind

Duty = TypeVar("Duty", Post, Shift)

MOST_SUBSTITUTES = 3
LEAST_PEOPLE: Mapping[UnitKind, int] = {UnitKind.CITY: 2, UnitKind.SUBDISTRICT: 1}
"""Where chains of fallbacks end (workflow.md §1): the subdistrict for handlers, the city, whose judges take turns."""

NEEDED = frozenset(ACTING_ROLE) - {UnitKind.TEAM, UnitKind.STATION}
"""Units that some chain leads to: where one is empty, the next of the chain acts for it."""


def require_chain(people: Sequence[tuple[int, str]]) -> None:
    """Nothing when a substitute may stand at the head of `people` (ids and user names, up to the post's own holder).

    Raises Invalid on `substitute_for` for more than three substitutes, and for somebody who comes twice.
    """
    named = " → ".join(name for _, name in reversed(people))
    if len({person for person, _ in people}) < len(people):
        raise Invalid({"substitute_for": [Text(f"This chain is circular: {named}.", f"代理关系循环：{named}。")]})
    if len(people) > MOST_SUBSTITUTES + 1:
        sentence = Text(
            f"A chain has {MOST_SUBSTITUTES} substitutes at most: {named}.",
            f"代理最多 {MOST_SUBSTITUTES} 级：{named}。",
        )
        raise Invalid({"substitute_for": [sentence]})


def units_left(person_id: int, before: Tree, after: Tree) -> tuple[int, ...]:
    """The units that the person acted for and does not any more, merged ones included."""
    acted = (unit_id for unit_id, people in before.acting.items() if person_id in people)
    return tuple(unit_id for unit_id in acted if person_id not in after.acting.get(unit_id, ()))


def require_ends(units: Collection[int], after: Tree) -> None:
    """Nothing when every chain of fallbacks still ends at somebody after the units have lost somebody.

    Raises Conflict for the last of a subdistrict, and for the last but one of the city.
    """
    for unit in (after.units[unit_id] for unit_id in units):
        least = LEAST_PEOPLE.get(unit.kind, 0)
        if len(after.acting.get(unit.id, ())) < least:
            raise Conflict(
                f"{unit.name_en} is where fallbacks end: {least} active at least. Appoint somebody first.",
                f"{unit.name_zh}是兜底环节，至少须有 {least} 名在岗人员，请先任命他人。",
                unit_id=unit.id,
            )


def warnings_of(emptied: Collection[int], after: Tree) -> list[Text]:
    """A sentence for each unit that nobody acts for any more, though some chain of fallbacks leads to it."""
    units = [after.units[unit_id] for unit_id in emptied if after.units[unit_id].kind in NEEDED]
    return [
        Text(
            f"Nobody acts for {unit.name_en} then; the next of its chain does.",
            f"届时{unit.name_zh}无人在岗，由兜底链的下一环节代为办理。",
        )
        for unit in units
    ]


def with_merged(duties: tuple[Duty, ...], into: Mapping[int, int]) -> tuple[Duty, ...]:
    """The posts or shifts, and for each merged unit those of the unit it went into: its cases keep somebody to act."""
    known = set(duties)
    fresh = (
        replace(duty, unit_id=merged)
        for merged in sorted(into)
        for duty in duties
        if duty.unit_id == last_of(merged, into)
    )
    return duties + tuple(duty for duty in fresh if duty not in known)


def last_of(unit_id: int, into: Mapping[int, int]) -> int:
    """Where a unit has gone in the end; itself when it was never merged. Ends in a circle, too."""
    for _ in into:
        unit_id = into.get(unit_id, unit_id)
    return unit_id
