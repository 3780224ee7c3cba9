"""One closed case in twenty is looked at again by people who had nothing to do with it (features: fair evaluation).

Which ones follows from the case's number and the month alone, and by whom from the city as well: whoever recomputes
it comes to the same, so nobody picks or spares a case afterwards.
"""

from collections.abc import Iterable
from enum import StrEnum
from hashlib import sha256

from gridgov.domain.case import Facts
from gridgov.domain.durations import Span
from gridgov.domain.holders import in_conflict
from gridgov.domain.org import Tree, UnitKind

SHARE = 5
"""Percent of the cases closed after work."""
LIMIT = Span.parse("10 wd")
"""How long the unit has."""
CLOSED = "closed"


class Verdict(StrEnum):
    """What the second look found."""

    OK = "ok"
    NOT_OK = "not_ok"
    UNCLEAR = "unclear"


def is_picked(number: str, month: str, share: int = SHARE) -> bool:
    """True for `share` percent of the case numbers in a month such as 2026-11, for ever the same."""
    return _draw("case", number, month) % 100 < share


def unit_for(number: str, month: str, facts: Facts, tree: Tree, sensitive: bool) -> int | None:
    """Who looks again: another community of the subdistrict, or the subdistrict itself; None where nobody is free.

    Where those are not free, communities of other subdistricts, and last the city. A sensitive case is shown to no
    other community.
    """
    near, far = (() if sensitive else each for each in _communities(facts, tree))
    for units in ((*near, facts.subdistrict_id), far, (facts.city_id,)):
        free = sorted(unit for unit in units if is_free(unit, facts, tree))
        if free:
            return free[_draw("unit", number, month) % len(free)]
    return None


def is_free(unit_id: int, facts: Facts, tree: Tree) -> bool:
    """True for a unit that neither owned, handled nor judged the case, with somebody who may look at it again."""
    touched = {facts.owner_id, facts.handler_id, *facts.handlers, *facts.judges}
    return unit_id not in touched and any(may_look(person, facts, tree) for person in tree.acting.get(unit_id, ()))


def may_look(person_id: int, facts: Facts, tree: Tree) -> bool:
    """True for a person who neither worked on the case, checked it, judged it last nor reported it."""
    near = {facts.confirmed_by, facts.last_judge_id, facts.reporter_id}
    return person_id not in near and not in_conflict(person_id, facts, tree)


def _communities(facts: Facts, tree: Tree) -> tuple[Iterable[int], Iterable[int]]:
    """The other communities: of the case's subdistrict, and of all others."""
    others = [each for each in tree.units.values() if each.kind is UnitKind.COMMUNITY and each.id != facts.community_id]
    near = tuple(each.id for each in others if each.parent_id == facts.subdistrict_id)
    return near, tuple(each.id for each in others if each.parent_id != facts.subdistrict_id)


def _draw(what: str, number: str, month: str) -> int:
    return int.from_bytes(sha256(f"{what}:{number}:{month}".encode()).digest()[:8], "big")
