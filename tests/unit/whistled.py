"""Cases for which departments were called, and how their calls stand. No test."""

from datetime import datetime

from gridgov.domain.clock import ClockKind
from gridgov.domain.life import Life
from gridgov.domain.model_city import BRANCH, SUBDISTRICT
from tests.unit.lives import do, live

FIRE, POLICE, URBAN, GAS = 100, 101, 102, 120


def handled(category: str = "0401") -> Life:
    """A case that the property works on."""
    life = live(category)
    if life.situation.facts.state == "reported":
        do(life, "accept", BRANCH)
    do(life, "acknowledge", life.situation.facts.handler_id or 0)
    return life


def whistled(kind: str = "enforcement", *helpers: int, category: str = "0401", by: int = SUBDISTRICT) -> Life:
    """A case for which fire has been called to lead."""
    life = handled(category)
    do(life, "whistle", by, whistle={"kind": kind, "lead_id": FIRE, "helper_ids": list(helpers)})
    return life


def led(kind: str = "enforcement", *helpers: int) -> Life:
    """A case that fire leads, since it is there."""
    life = whistled(kind, *helpers)
    do(life, "arrive", FIRE)
    return life


def states(life: Life) -> dict[int, str]:
    """The last call of each unit."""
    return {call.unit_id: call.state.value for call in life.situation.facts.calls}


def clocks_of(life: Life, *kinds: ClockKind) -> dict[str, datetime]:
    """The running clocks of those kinds, by key, with when they are due."""
    return {each.key: each.due_at for each in life.situation.clocks if each.running and each.kind in kinds}


CALLS = (ClockKind.ANSWER, ClockKind.ARRIVAL)
