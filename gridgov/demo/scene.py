"""One case before the demonstration's people: what they can ask the rules about it, and how they tell time by it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from gridgov.demo.script import Fate
from gridgov.domain.actors import Actor
from gridgov.domain.calls import Call
from gridgov.domain.case import Facts
from gridgov.domain.clock import Clock, ClockKind, Stage
from gridgov.domain.errors import GridgovError
from gridgov.domain.guards import Moment
from gridgov.domain.holders import candidates
from gridgov.domain.org import Tree
from gridgov.domain.permissions import Asking
from gridgov.domain.rules import Rules
from gridgov.domain.steps import Situation
from gridgov.domain.whistles import key_of
from gridgov.domain.working_time import due_after_pause

A_SHIFT = timedelta(hours=8)
HASTE = timedelta(minutes=2)
"""Nobody acts sooner after what happened last."""


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody will do, and when (aware). A merge has the key of the other case as `into` in its inputs."""

    at: datetime
    action: str
    actor: Actor
    inputs: Mapping[str, Any]


@dataclass(frozen=True)
class Scene:
    """A case as it stands, with its fate, the rules that it is judged by, and the city."""

    case_id: int
    fate: Fate
    rules: Rules
    tree: Tree
    situation: Situation

    @property
    def facts(self) -> Facts:
        """What the rules know of the case."""
        return self.situation.facts

    @property
    def clock(self) -> Clock | None:
        """The clock of its state; None in a final one."""
        return next((each for each in self.situation.clocks if each.kind is ClockKind.STATE and each.running), None)

    @property
    def lifted(self) -> bool:
        """True once the holder's time is over and the levels above have been told."""
        return self.clock is not None and self.clock.stage >= Stage.LIMIT

    def clock_of(self, kind: ClockKind) -> Clock | None:
        """The running clock of that kind."""
        return next((each for each in self.situation.clocks if each.kind is kind and each.running), None)

    def call_clock(self, kind: ClockKind, call: Call) -> Clock | None:
        """The clock of one call, while it runs."""
        key = key_of(kind, call)
        return next((each for each in self.situation.clocks if each.key == key and each.running), None)

    def share(self, clock: Clock | None, percent: float) -> datetime:
        """When so much of the clock's time has passed, counted as the clock counts; soon where there is none.

        Diligent people do not count: to them a limit is eight hours at most, by day and by night.
        """
        if clock is None:
            return self.soon()
        part = clock.limit.scaled(Fraction(round(percent * 100), 10_000))
        at = due_after_pause(clock.started_at, part, clock.pauses, self.rules.calendar)
        if self.fate.diligent:
            at = min(at, clock.started_at + A_SHIFT * (percent / 100))
        return max(self._haste, at)

    def soon(self, low: float = 5, high: float = 40) -> datetime:
        """Some minutes after what happened last."""
        return self.situation.last_at + timedelta(minutes=self.drawn(f"soon{self.situation.seq}", low, high))

    def drawn(self, purpose: str, low: float, high: float) -> float:
        """A number of this case and round."""
        return self.fate.drawn(f"{self.facts.round}/{purpose}", low, high)

    def act(self, action: str, at: datetime, who: Iterable[Actor], **inputs: Any) -> list[Act]:
        """That action by the first of `who` whom the rules let do it then; nothing where they let nobody."""
        wanted = self.rules.definition.action(action)
        for actor in who:
            try:
                Asking(self._moment(actor, at)).permit(wanted)
            except GridgovError:
                continue
            return [Act(at, action, actor, inputs)]
        return []

    def people(self, *words: str) -> list[Actor]:
        """Whoever acts for the units that the words of the definition stand for, in that order."""
        return self.of_units(unit for word in words for unit in candidates(word, self.facts, self.tree))

    def of_units(self, units: Iterable[int | None]) -> list[Actor]:
        """Whoever acts for those units."""
        people = (person for unit in units if unit is not None for person in self.tree.acting.get(unit, ()))
        return [Actor(person, self.tree.posts_of[person]) for person in dict.fromkeys(people)]

    @property
    def reporter(self) -> Actor:
        """Whoever reported it: the person with an account, else whoever holds the link."""
        person = self.facts.reporter_id
        if person is None:
            return Actor(None, reporter_of=self.case_id)
        return Actor(person, self.tree.posts_of.get(person, ()))

    @property
    def _haste(self) -> datetime:
        return self.situation.last_at + HASTE

    def _moment(self, actor: Actor, at: datetime) -> Moment:
        clock, today = self.clock, self.rules.day(at).isoformat()
        due = clock.due_at if clock is not None and clock.pending else None
        since, calendar = self.situation.since, self.rules.calendar
        return Moment(self.rules.definition, self.facts, self.tree, actor, at, since, today, calendar, due)
