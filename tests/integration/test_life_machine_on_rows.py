"""The same random lives through the services on PostgreSQL; doctor holds the invariants after every step."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridgov.db.models import Case, ClockRow
from gridgov.domain.actors import Actor
from gridgov.domain.errors import Conflict, Forbidden, Invalid
from gridgov.domain.life import RESIDENT
from gridgov.domain.model_city import BUILDING
from gridgov.domain.org import Level, UnitKind
from gridgov.services.doctor import run_doctor
from gridgov.services.escalation import sweep_due
from gridgov.services.intake import Report, report_case
from gridgov.services.merging import merge, unmerge
from gridgov.services.places import place_of_unit
from gridgov.services.rulebook import install_rules
from gridgov.services.world import World
from tests.factories import MONDAY_NINE, SEALER, ZONE, City, insert_tree
from tests.unit.lives import BARE, STREET, WIDE, anybody
from tests.unit.random_lives import ABOUT, ACTIONS, CATEGORIES, FORWARD, PATIENCE, inputs

PLACES = ((BUILDING, UnitKind.BUILDING), (BARE, UnitKind.COMPOUND), (STREET, UnitKind.COMPOUND))
PEOPLE: tuple[Actor, ...] = (RESIDENT, *(anybody(each, WIDE) for each in sorted(WIDE.posts_of)))
STAFF = tuple(person for person in PEOPLE if person.person_id in {1070, 1030, 1020, 1010, 2001, 2002})


def wide_city(session: Session) -> City:
    """The odd little city of the unit tests as rows."""
    install_rules(session, MONDAY_NINE.date())
    insert_tree(session, WIDE)
    world = World(ZONE)
    return City(session, world, world.at(session, MONDAY_NINE))


class RowsMachine(RuleBasedStateMachine):
    """One case in the database; what a life did is undone when it ends."""

    city: City

    def __init__(self) -> None:
        """A savepoint for the whole life."""
        super().__init__()
        self.savepoint = self.city.session.begin_nested()
        self.now = MONDAY_NINE
        self.twins: set[int] = set()

    @initialize(
        place=st.sampled_from(PLACES),
        category=st.sampled_from(CATEGORIES),
        actor=st.sampled_from(PEOPLE),
        about=st.sampled_from(ABOUT),
        urgent=st.booleans(),
        hours=st.integers(0, 24 * 7),
    )
    def report(
        self, place: tuple[int, UnitKind], category: str, actor: Actor, about: tuple[str, ...], urgent: bool, hours: int
    ) -> None:
        """A report from anywhere by anybody."""
        self.now += timedelta(hours=hours)
        where = self.where = place_of_unit(place[0], "place", place[1], self.city.tree)
        self.older = self._reported("0401")
        contact = {"phone": "13800001234"} if actor.person_id is None else {}
        report = Report(where, "something", category=category, contact=contact, about=about, urgent=urgent)
        self.case_id = report_case(self.city.session, self.city.snapshot, SEALER, actor, report, self.now).case_id

    @rule(data=st.data(), action=st.sampled_from(ACTIONS), actor=st.sampled_from(PEOPLE))
    def anybody_tries_anything(self, data: st.DataObject, action: str, actor: Actor) -> None:
        """It happens whole, or not at all."""
        self._try(action, actor, data.draw(inputs(action)))

    @rule(data=st.data(), action=st.sampled_from(FORWARD))
    def those_who_may_move_it(self, data: st.DataObject, action: str) -> None:
        """Lives that get somewhere."""
        case = self.city.case(self.case_id)
        units = [unit for unit in (case.holder_id, case.handler_id, case.owner_id, case.community_id) if unit]
        units += [call["unit_id"] for call in case.facts["calls"] if call["unit_id"] in WIDE.acting]
        person = data.draw(st.sampled_from(WIDE.acting[data.draw(st.sampled_from(units))]))
        self._try(action, anybody(person, WIDE), data.draw(inputs(action)))

    @rule(hours=st.sampled_from([1, 8, 24, 24 * 5, 24 * 20]), step=st.sampled_from([1, 4, 24 * 20]))
    def nobody_does_anything(self, hours: int, step: int) -> None:
        """Silence, swept often or late."""
        for _ in range(0, hours, max(step, hours // 6)):
            self.now += timedelta(hours=max(step, hours // 6))
            self._sweep()

    @rule(data=st.data(), actor=st.sampled_from(STAFF), turned=st.booleans(), category=st.sampled_from(CATEGORIES))
    def a_twin_is_merged(self, data: st.DataObject, actor: Actor, turned: bool, category: str) -> None:
        """With the older one, or with one that is reported now: who may do it does it, and both hold."""
        other = self.older if data.draw(st.booleans()) else self._reported(category)
        case_id, into = (other, self.case_id) if turned else (self.case_id, other)
        inputs = {"into": self.city.case(into).number, "note": "the same"}
        try:
            merge(self.city.session, self.city.snapshot, case_id, into, actor, inputs, self.now)
        except (Forbidden, Conflict, Invalid):
            return
        self.twins.add(other)

    @precondition(lambda self: self.twins)
    @rule(data=st.data(), actor=st.sampled_from(STAFF))
    def something_is_taken_out(self, data: st.DataObject, actor: Actor) -> None:
        """One of those that were merged, whatever has become of its master."""
        case_id = data.draw(st.sampled_from(sorted({self.case_id, *self.twins})))
        with suppress(Forbidden, Conflict, Invalid):
            unmerge(self.city.session, self.city.snapshot, case_id, actor, {"note": "another"}, self.now)

    def _reported(self, category: str) -> int:
        report = Report(self.where, "something", category=category)
        return report_case(self.city.session, self.city.snapshot, SEALER, RESIDENT, report, self.now).case_id

    def _try(self, action: str, actor: Actor, given: dict[str, Any]) -> None:
        if "until" in given:
            given["until"] = self.now + given["until"]
        version = self.city.case(self.case_id).version
        try:
            self.city.act(self.case_id, action, actor, self.now, **given)
        except (Forbidden, Conflict, Invalid):
            assert self.city.case(self.case_id).version == version

    def _sweep(self) -> None:
        while sweep_due(self.city.session, self.city.world, self.now):
            pass

    @invariant()
    def doctor_finds_nothing(self) -> None:
        """I1 to I9, warnings included: in this city no post and no calendar ever changes."""
        if hasattr(self, "case_id"):
            self._sweep()
            assert run_doctor(self.city.session, self.city.world, self.now) == []

    def teardown(self) -> None:
        """Everybody is silent from here on: the city is told, or the case is closed, within bounded time."""
        if hasattr(self, "case_id"):
            begun = self.now
            while not self._heard():
                self.now = self._next()
                assert self.now - begun < PATIENCE[self.city.case(self.case_id).priority]
                self._sweep()
            self.doctor_finds_nothing()
        self.savepoint.rollback()
        self.city.session.expire_all()

    def _heard(self) -> bool:
        case: Case = self.city.case(self.case_id)
        return case.level >= Level.CITY or case.closed_at is not None

    def _next(self) -> datetime:
        query = select(func.min(ClockRow.next_at)).where(ClockRow.case_id == self.case_id, ClockRow.state == 0)
        moment = self.city.session.execute(query).scalar()
        assert moment is not None, "the case is open, and nothing waits for it any more"
        return max(self.now, moment)


def test_a_life_on_rows_keeps_every_invariant_and_is_never_forgotten(session: Session) -> None:
    machine = type("Machine", (RowsMachine,), {"city": wide_city(session)})
    few = settings(
        max_examples=15,
        stateful_step_count=15,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=few)
