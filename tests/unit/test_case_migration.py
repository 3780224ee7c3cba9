"""A case that goes on by other rules: what is asked anew, what stays, and what cannot be."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gridgov.domain.actors import Signature
from gridgov.domain.case_migration import Plan, Unmovable, migrated
from gridgov.domain.clock import ClockKind, ClockState
from gridgov.domain.errors import Text
from gridgov.domain.life import MONDAY_NINE, begin
from gridgov.domain.model_city import BRANCH, BUILDING, COMMUNITY, COMPOUND, GRID, model_city
from gridgov.domain.rules import Rules
from gridgov.domain.steps import Situation, Step
from gridgov.domain.workflow import Definition, HolderRule
from tests.unit.time_world import CALENDAR
from tests.unit.verified import catalogue, shipped

SYSTEM = Signature("system")
LATER = MONDAY_NINE + timedelta(minutes=30)
TREE = model_city()
OLD = Rules(shipped(), catalogue(), CALENDAR)
NEXT = shipped().version + 1


def another(**changes: Any) -> Rules:
    """The next version of the shipped definition, with other tables."""
    return Rules(replace(shipped(), version=NEXT, **changes), catalogue(), CALENDAR)


def reported(category: str = "0401") -> Situation:
    """A case that has just been reported in the model building."""
    return begin(OLD, TREE, category, COMPOUND, MONDAY_NINE, building_id=BUILDING, grid_id=GRID).situation


def move(new: Rules, situation: Situation, **mapping: str) -> Step:
    return migrated(Plan(OLD, new, mapping), TREE, situation, SYSTEM, LATER)


def held_by_the_community() -> Definition:
    chain = HolderRule(("community", "subdistrict", "city"))
    return replace(shipped(), version=NEXT, holders={**shipped().holders, "owner": chain})


def test_where_nothing_differs_holder_clocks_and_time_of_the_state_stay() -> None:
    before = reported()
    after = move(another(), before).situation
    assert after.clocks == before.clocks
    assert (after.facts, after.since, after.seq) == (before.facts, before.since, before.seq + 1)


def test_another_rule_of_holding_asks_anew_and_charges_the_running_clock_to_the_new_holder() -> None:
    rules = Rules(held_by_the_community(), catalogue(), CALENDAR)
    assert Plan(OLD, rules, {}).missing() == {"reported"}
    step = move(rules, reported(), reported="reported")
    assert (step.event.charged_id, step.situation.facts.holder_id) == (BRANCH, COMMUNITY)
    assert step.situation.facts.level == 1
    state = next(clock for clock in step.situation.clocks if clock.kind is ClockKind.STATE)
    assert (state.holder_id, state.started_at) == (COMMUNITY, MONDAY_NINE)
    assert {notice.rule for notice in step.notices} == {"holder"}


def test_another_state_begins_with_a_fresh_clock_and_ends_the_old_one() -> None:
    step = move(another(), reported(), reported="disputed")
    states = [clock for clock in step.situation.clocks if clock.kind is ClockKind.STATE]
    assert [clock.state for clock in states] == [ClockState.OBSOLETE, ClockState.PENDING]
    assert (states[1].started_at, step.situation.since) == (LATER, LATER)
    assert step.situation.facts.level == 1
    promises = [clock for clock in step.situation.clocks if clock.kind is ClockKind.PROMISE and clock.running]
    assert [clock.started_at for clock in promises] == [MONDAY_NINE]


def test_a_state_that_sets_another_aside_gets_that_one_s_clock_too() -> None:
    step = move(another(), reported(), reported="needs_info")
    running = [clock.state for clock in step.situation.clocks if clock.kind is ClockKind.STATE and clock.running]
    assert sorted(running) == [ClockState.PENDING, ClockState.PAUSED]
    assert step.situation.facts.holder_id is None


def test_a_state_that_is_not_for_the_priority_or_that_nobody_would_hold_cannot_be_entered() -> None:
    with pytest.raises(Unmovable, match="needs_info is not for P2"):
        move(another(), reported("0301"), reported="needs_info")
    with pytest.raises(Unmovable, match="Nobody"):
        move(another(), reported(), reported="handling")


def test_another_wording_or_another_number_of_days_is_no_other_state() -> None:
    renamed = replace(shipped().states["handling"], title=Text("At work", "办理中"))
    limits = {**shipped().limits, "handle": shipped().limits["promise"]}
    rules = another(states={**shipped().states, "handling": renamed}, limits=limits)
    assert Plan(OLD, rules, {}).missing() == frozenset()


def test_a_plan_names_what_it_cannot_know_and_what_it_may_not_do() -> None:
    states = {code: state for code, state in shipped().states.items() if code != "needs_info"}
    plan = Plan(OLD, another(states=states), {"closed": "reported", "handling": "closed", "resolved": "nowhere"})
    assert plan.missing() == {"needs_info"}
    assert set(plan.faults()) == {"closed", "handling", "resolved"}
