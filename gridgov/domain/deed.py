"""What an effect of an action is given, and the one thing that several of them do: raise the floor."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from gridgov.domain.actors import Signature
from gridgov.domain.case import Facts
from gridgov.domain.inputs import Inputs
from gridgov.domain.org import Level, Tree
from gridgov.domain.rules import Rules


@dataclass(frozen=True, slots=True)
class Deed:
    """What an effect may look at: the rules, the city, what was given, who signed, and when."""

    rules: Rules
    tree: Tree
    inputs: Inputs
    signature: Signature
    now: datetime

    @property
    def level(self) -> Level:
        """The rung of whoever acts; the system dispatches like the owner."""
        if self.signature.unit_id is None:
            return Level.OWNER
        return self.tree.level_of(self.signature.unit_id)


Effect = Callable[[Facts, Deed], Facts]


def raise_floor(facts: Facts, floor: int) -> Facts:
    """The facts with at least that floor: a floor never falls, and one above the present level lifts it at once."""
    floor = max(facts.floor, floor)
    level = max(facts.level, floor)
    return replace(facts, floor=floor, level=level, peak_level=max(facts.peak_level, level))
