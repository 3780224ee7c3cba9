"""What the clocks of a life show, as people of the city write it, and cases on which they run. No test."""

from datetime import datetime

from gridgov.domain.clock import Clock, ClockKind
from gridgov.domain.life import Life
from gridgov.domain.model_city import BRANCH
from tests.unit.lives import clock, do, live
from tests.unit.time_world import SHANGHAI


def local(moment: datetime) -> str:
    """A moment as people of the city write it."""
    return f"{moment.astimezone(SHANGHAI):%m-%d %H:%M}"


def due(life: Life, kind: ClockKind = ClockKind.STATE) -> str:
    """When the clock of that kind is over."""
    return local(clock(life, kind).due_at)


def working(category: str = "0401") -> Life:
    """A case that its handler has acknowledged at nine o'clock."""
    life = live(category)
    if life.situation.facts.state == "reported":
        do(life, "accept", BRANCH)
    do(life, "acknowledge", life.situation.facts.handler_id or 0)
    return life


def running(life: Life, kind: ClockKind) -> list[Clock]:
    """The clocks of that kind that still run."""
    return [each for each in life.situation.clocks if each.kind is kind and each.running]
