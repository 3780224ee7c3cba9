"""Random lives of a case: anybody does anything, silence lasts as long as it likes, and the rules hold all the same.

`GRIDGOV_LIVES` asks for more lives than the few of every run (`make test-long`).
"""

import os
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gridgov.domain.actors import Actor
from gridgov.domain.errors import Conflict, Forbidden, Invalid
from gridgov.domain.life import MONDAY_NINE, YOUNGER, Life, begin, neighbour, party_of
from gridgov.domain.merging import Party, absorb, release
from gridgov.domain.org import Level
from tests.unit.life_invariants import check_everything
from tests.unit.lives import NO_POST, RULES, WIDE, anybody, outage, until
from tests.unit.random_lives import ABOUT, ACTIONS, CATEGORIES, FORWARD, PATIENCE, PEOPLE, PLACES, inputs

MERGED_FROM = RULES.definition.action("merge").ways[0].origins
STAFF = (None, *sorted(WIDE.posts_of)[:3])


class LifeMachine(RuleBasedStateMachine):
    """One case, everybody who might touch it, and time."""

    life: Life

    def __init__(self) -> None:
        """Nothing is merged yet."""
        super().__init__()
        self.absorbed: list[Party] = []

    @initialize(
        category=st.sampled_from(CATEGORIES),
        place=st.sampled_from(PLACES),
        reporter=st.sampled_from([None, None, *sorted(WIDE.posts_of)]),
        answerable=st.booleans(),
        co_reporters=st.integers(0, 1),
        about=st.sampled_from(ABOUT),
        hours=st.integers(0, 24 * 7),
    )
    def report(
        self,
        category: str,
        place: tuple[int, dict[str, int]],
        reporter: int | None,
        answerable: bool,
        co_reporters: int,
        about: tuple[str, ...],
        hours: int,
    ) -> None:
        """A report from somewhere, by a resident or by staff, about anything and perhaps about somebody."""
        given = {"reporter_id": reporter, "answerable": answerable, "co_reporters": co_reporters, "about": about}
        now = MONDAY_NINE + timedelta(hours=hours)
        self.life = begin(RULES, WIDE, category, place[0], now, **place[1], **given)

    @rule(data=st.data(), action=st.sampled_from(ACTIONS), actor=st.sampled_from(PEOPLE))
    def anybody_tries_anything(self, data: st.DataObject, action: str, actor: Actor) -> None:
        """Whoever it is, whatever it is: it happens, or it is refused and nothing has changed."""
        self._try(action, actor, data.draw(inputs(action)))

    @precondition(lambda self: self.life.situation.facts.holder_id is not None)
    @rule(data=st.data(), action=st.sampled_from(FORWARD))
    def the_holder_or_somebody_above_moves_it(self, data: st.DataObject, action: str) -> None:
        """Lives that get somewhere: those who may act do what is usually done."""
        facts = self.life.situation.facts
        units = [facts.holder_id, facts.handler_id, facts.owner_id, facts.community_id, facts.city_id]
        units += [call.unit_id for call in facts.calls]
        unit = data.draw(st.sampled_from([each for each in units if each is not None]))
        person = data.draw(st.sampled_from(WIDE.acting.get(unit, (NO_POST,))))
        self._try(action, anybody(person, WIDE), data.draw(inputs(action)))

    @rule(minutes=st.sampled_from([1, 30, 120, 8 * 60, 24 * 60, 5 * 24 * 60, 20 * 24 * 60]))
    def nobody_does_anything(self, minutes: int) -> None:
        """Silence, with every stage firing in time."""
        until(self.life, self.life.now + timedelta(minutes=minutes))

    @rule(hours=st.sampled_from([1, 10, 72, 24 * 14]))
    def the_machines_are_down(self, hours: int) -> None:
        """Silence, with everything that was missed firing late."""
        outage(self.life, self.life.now + timedelta(hours=hours))

    @precondition(lambda self: self.life.situation.facts.state in MERGED_FROM)
    @rule(priority=st.sampled_from(["P1", "P2", "P3", "P4"]), floor=st.integers(0, 2), reporter=st.sampled_from(STAFF))
    def another_is_merged_into_it(self, priority: str, floor: int, reporter: int | None) -> None:
        """A younger case of the place, at its worst for the master."""
        fresh = neighbour(self.life, YOUNGER, priority=priority, reporter_id=reporter)
        facts = replace(fresh.facts, floor=floor)
        younger = replace(fresh, situation=replace(fresh.situation, facts=facts))
        try:
            self.life.take((absorb(WIDE, party_of(self.life), younger, self.life.now),))
        except Conflict:
            return
        self.absorbed.append(younger)

    @precondition(lambda self: self.absorbed)
    @rule()
    def it_is_taken_out_again(self) -> None:
        """Whatever has become of the master meanwhile, it forgets the reporters of that one and no others."""
        before = self.life.situation.facts.co_reporters
        self.life.take((release(WIDE, party_of(self.life), self.absorbed.pop(), self.life.now),))
        assert self.life.situation.facts.co_reporters == before - 1

    def _try(self, action: str, actor: Actor, given: dict[str, Any]) -> None:
        if "until" in given:
            given["until"] = self.life.now + given["until"]
        before, steps = self.life.situation, len(self.life.steps)
        try:
            self.life.act(action, actor, given)
        except (Forbidden, Conflict, Invalid):
            assert self.life.situation is before
            assert len(self.life.steps) == steps

    @invariant()
    def everything_holds(self) -> None:
        """The invariants of workflow.md §6."""
        if hasattr(self, "life"):
            check_everything(self.life)

    def teardown(self) -> None:
        """From here on everybody is silent: within bounded time the city is told, or the case is closed."""
        if hasattr(self, "life"):
            _silence_ends(self.life)


def _silence_ends(life: Life) -> None:
    begun = life.now
    while not _heard(life):
        assert life.wait(), "the case is open, and nothing waits for it any more"
        assert life.now - begun < PATIENCE[life.situation.facts.priority]
    check_everything(life)


def _heard(life: Life) -> bool:
    facts = life.situation.facts
    return facts.level >= Level.CITY or life.rules.definition.states[facts.state].final


TestLife = LifeMachine.TestCase
TestLife.settings = settings(
    max_examples=int(os.environ.get("GRIDGOV_LIVES", "100")),
    stateful_step_count=30,
    derandomize="GRIDGOV_LIVES" not in os.environ,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
