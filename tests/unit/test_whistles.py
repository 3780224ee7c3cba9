"""吹哨报到: who is called, what each call waits for, how a whistle ends, and that nobody who helped decides."""

from typing import Any

import pytest

from gridgov.domain.case import apply, as_plain, changed, from_plain
from gridgov.domain.clock import ClockKind, ClockState
from gridgov.domain.errors import BoundReached, Forbidden, Invalid, TransitionNotAllowed
from gridgov.domain.holders import in_conflict
from gridgov.domain.life import MONDAY_NINE, RESIDENT
from gridgov.domain.model_city import BRANCH, CITY, COMMITTEE, COMMUNITY, GRID, GROUP, PROPERTY, SUBDISTRICT
from tests.unit.lives import CITY_TREE, clock, do, do_as, live, person, refused, until
from tests.unit.test_notices import last, rung, told
from tests.unit.time_world import at
from tests.unit.whistled import CALLS, FIRE, POLICE, clocks_of, handled, led, states, whistled


def test_a_whistle_charges_the_lead_from_the_subdistricts_rung_and_asks_each_unit_to_answer_and_to_come() -> None:
    life = whistled("enforcement", POLICE)
    facts = life.situation.facts
    assert (facts.state, facts.holder_id, facts.handler_id) == ("whistled", FIRE, PROPERTY)
    assert (facts.floor, facts.level) == (2, 2)
    assert clock(life, ClockKind.STATE).due_at == at("11-24 09:00")
    four_hours, one_day = at("11-23 15:00"), at("11-24 09:00")
    wanted = {"answer:1": four_hours, "answer:2": four_hours, "arrival:1": one_day, "arrival:2": one_day}
    assert clocks_of(life, *CALLS) == wanted


@pytest.mark.parametrize(
    ("kind", "answer", "arrive"),
    [("emergency", "11-23 09:15", "11-23 10:00"), ("hard", "11-24 09:00", "11-30 09:00")],
)
def test_each_kind_of_whistle_has_its_own_times(kind: str, answer: str, arrive: str) -> None:
    life = whistled(kind)
    assert clocks_of(life, *CALLS) == {"answer:1": at(answer), "arrival:1": at(arrive)}
    assert clock(life, ClockKind.STATE).due_at == at(arrive)


def test_an_urgent_case_knows_the_emergency_whistle_only() -> None:
    life = handled("0301")
    error = refused(life, "whistle", person(SUBDISTRICT), whistle={"kind": "hard", "lead_id": FIRE, "helper_ids": []})
    assert isinstance(error, Invalid)
    assert error.fields == {"whistle.kind": ["For P2 only: Emergency whistle."]}


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("whistle.lead_id", {"lead_id": PROPERTY}),
    ("whistle.lead_id", {"lead_id": COMMITTEE}),
    ("whistle.lead_id", {"lead_id": 424242}),
    ("whistle.helper_ids", {"helper_ids": [PROPERTY]}),
    ("whistle.helper_ids", {"helper_ids": [BRANCH]}),
    ("whistle.helper_ids", {"helper_ids": [FIRE]}),
    ("whistle.helper_ids", {"helper_ids": [POLICE, POLICE]}),
]


@pytest.mark.parametrize(("field", "given"), WRONG)
def test_the_handler_the_branch_and_whoever_is_called_twice_cannot_be_called(field: str, given: dict[str, Any]) -> None:
    whistle = {"kind": "enforcement", "lead_id": FIRE, "helper_ids": [], **given}
    error = refused(handled(), "whistle", person(SUBDISTRICT), whistle=whistle)
    assert isinstance(error, Invalid)
    assert set(error.fields) == {field}


@pytest.mark.parametrize("unit", [BRANCH, PROPERTY, CITY])
def test_only_the_community_and_the_subdistrict_whistle(unit: int) -> None:
    assert isinstance(refused(handled(), "whistle", person(unit)), Forbidden)


def test_an_answer_ends_its_own_clock_and_nobody_elses() -> None:
    life = whistled("enforcement", POLICE)
    do(life, "answer", POLICE)
    assert set(clocks_of(life, *CALLS)) == {"answer:1", "arrival:1", "arrival:2"}
    do(life, "join", POLICE)
    assert set(clocks_of(life, *CALLS)) == {"answer:1", "arrival:1"}
    assert life.situation.facts.state == "whistled"


def test_a_refusal_stops_no_clock_and_rings_the_subdistrict_and_who_blew() -> None:
    life = whistled(by=COMMUNITY)
    before = clocks_of(life, *CALLS)
    do(life, "refuse_call", FIRE)
    assert clocks_of(life, *CALLS) == before
    assert rung(last(life)) == {SUBDISTRICT, COMMUNITY}
    assert isinstance(refused(life, "refuse_call", person(FIRE)), TransitionNotAllowed)
    do(life, "arrive", FIRE)
    assert states(life)[FIRE] == "arrived"


def test_silence_is_told_once_to_who_blew_to_the_subdistrict_and_to_the_silent_department() -> None:
    life = whistled("emergency", POLICE, by=COMMUNITY)
    do(life, "answer", FIRE)
    fired = [step for step in until(life, at("11-23 12:00")) if step.event.data["clock"] == "answer"]
    assert [(step.event.data["key"], told(step)) for step in fired] == [("answer:2", {COMMUNITY, SUBDISTRICT, POLICE})]
    done = {each.key: each.state for each in life.situation.clocks}
    assert done["answer:2"] is ClockState.DONE


def test_a_silent_lead_is_told_to_the_city_one_step_after_its_limit() -> None:
    life = whistled("emergency")
    climbed = [step.event.at for step in until(life, at("11-23 12:00")) if step.event.action == "escalate"]
    assert climbed == [at("11-23 10:00")]
    assert life.situation.facts.level == 3
    assert life.situation.facts.holder_id == FIRE


def test_after_two_whistles_of_a_round_only_escalate_is_left() -> None:
    life = handled()
    for _ in range(2):
        do(life, "whistle", SUBDISTRICT)
        do(life, "call_off", SUBDISTRICT)
    error = refused(life, "whistle", person(SUBDISTRICT))
    assert isinstance(error, BoundReached)
    assert "Escalate" in str(error)


def test_the_work_is_handed_in_when_the_helpers_are_done_or_in_spite_of_them_in_writing() -> None:
    life = led("enforcement", POLICE)
    do(life, "finish", PROPERTY)
    assert isinstance(refused(life, "resolve", person(FIRE)), Invalid)
    assert isinstance(refused(life, "resolve", person(FIRE), despite=" "), Invalid)
    do(life, "resolve", FIRE, despite="the police are not needed any more")
    assert states(life) == {FIRE: "finished", POLICE: "called", PROPERTY: "finished"}


def test_whoever_helped_does_not_decide_about_the_work() -> None:
    life = live("0401")
    do(life, "accept", BRANCH, handler_id=COMMUNITY)
    do(life, "acknowledge", COMMUNITY)
    do(life, "whistle", SUBDISTRICT, whistle={"kind": "enforcement", "lead_id": FIRE, "helper_ids": [POLICE]})
    do(life, "arrive", FIRE)
    do(life, "resolve", FIRE, despite="done")
    facts = life.situation.facts
    assert isinstance(refused(life, "confirm", person(COMMUNITY)), Forbidden)
    helpers = {unit: in_conflict(CITY_TREE.acting[unit][0], facts, CITY_TREE) for unit in (FIRE, COMMUNITY, POLICE)}
    assert helpers == {FIRE: True, COMMUNITY: True, POLICE: False}
    do(life, "confirm", GROUP)
    assert life.situation.facts.holder_id == SUBDISTRICT, "the community helped, so the subdistrict calls the resident"


def test_both_sides_rate_each_other_once_also_after_the_end() -> None:
    life = led("enforcement", POLICE)
    do(life, "resolve", FIRE, despite="enough")
    do(life, "rate_call", FIRE, score=4)
    do(life, "confirm", GROUP)
    do_as(life, "rate", RESIDENT)
    do(life, "rate_call", SUBDISTRICT, call=1, score=5)
    lead = life.situation.facts.calls[0]
    assert (lead.score, lead.blower_score) == (5, 4)
    assert isinstance(refused(life, "rate_call", person(FIRE), score=1), TransitionNotAllowed)
    assert isinstance(refused(life, "rate_call", person(SUBDISTRICT), call=2, score=6), Invalid)
    do(life, "rate_call", SUBDISTRICT, call=2, score=1)
    assert states(life)[POLICE] == "moot"


def test_the_end_of_the_case_ends_every_call() -> None:
    life = led("enforcement", POLICE)
    do(life, "force_close", CITY)
    assert states(life) == {FIRE: "finished", POLICE: "moot", PROPERTY: "finished"}
    assert not any(each.running for each in life.situation.clocks)


def test_a_new_round_begins_without_the_calls_of_the_last() -> None:
    life = led("enforcement", POLICE)
    do(life, "resolve", FIRE, despite="enough")
    do(life, "confirm", GRID)
    do_as(life, "dispute", RESIDENT)
    do(life, "redo", COMMUNITY)
    assert states(life) == {FIRE: "finished", POLICE: "moot", PROPERTY: "finished"}
    assert clocks_of(life, *CALLS) == {}
    assert not in_conflict(CITY_TREE.acting[FIRE][0], life.situation.facts, CITY_TREE)


def test_a_hard_case_asks_for_a_public_word_every_twenty_days() -> None:
    life = led("hard")
    assert clock(life, ClockKind.PROGRESS).due_at == at("12-21 09:00")
    life.now = at("11-24 09:00")
    do(life, "comment", FIRE)
    assert clock(life, ClockKind.PROGRESS).due_at == at("12-21 09:00")
    do(life, "comment", FIRE, public=True)
    assert clock(life, ClockKind.PROGRESS).due_at == at("12-22 09:00")
    (fired,) = [step for step in until(life, at("12-22 10:00")) if step.event.data.get("clock") == "progress"]
    assert told(fired) == {FIRE, BRANCH, SUBDISTRICT}
    assert clock(life, ClockKind.PROGRESS).next_at is not None
    assert clocks_of(led("enforcement"), ClockKind.PROGRESS) == {}


def test_calls_survive_the_way_through_json() -> None:
    life = led("enforcement", POLICE)
    facts, first = life.situation.facts, life.steps[0].situation.facts
    assert from_plain(as_plain(facts)) == facts
    assert apply(first, changed(first, facts)) == facts
    assert life.steps[0].event.at == MONDAY_NINE
