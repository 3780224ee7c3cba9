"""吹哨牵头: who leads and who helps after a whistle, when that changes, and what becomes of the others."""

from gridgov.domain.calls import CallState
from gridgov.domain.clock import ClockKind
from gridgov.domain.errors import Invalid, TransitionNotAllowed
from gridgov.domain.model_city import BRANCH, COMMUNITY, PROPERTY, SUBDISTRICT
from tests.unit.lives import clock, do, person, refused, until
from tests.unit.test_notices import last, told
from tests.unit.time_world import at
from tests.unit.whistled import CALLS, FIRE, GAS, POLICE, URBAN, clocks_of, handled, led, states, whistled


def test_the_leads_arrival_makes_it_the_handler_with_fresh_limits_and_keeps_the_former_one_as_helper() -> None:
    life = whistled("hard", POLICE)
    until(life, at("11-24 08:30"))
    do(life, "arrive", FIRE)
    facts = life.situation.facts
    assert (facts.state, facts.handler_id, facts.holder_id, facts.level) == ("handling", FIRE, FIRE, 2)
    assert states(life) == {FIRE: "arrived", POLICE: "called", PROPERTY: "arrived"}
    state = clock(life, ClockKind.STATE)
    assert (state.started_at, str(state.limit)) == (at("11-24 08:30"), facts.limits["handle"])
    assert set(clocks_of(life, *CALLS)) == {"answer:2", "arrival:2"}


def test_the_resident_hears_from_the_lead_from_its_call_on() -> None:
    life = handled()
    do(life, "contact", PROPERTY)
    do(life, "whistle", SUBDISTRICT, whistle={"kind": "enforcement", "lead_id": FIRE, "helper_ids": []})
    assert clock(life, ClockKind.CONTACT).holder_id == FIRE
    do(life, "arrive", FIRE)
    assert clock(life, ClockKind.CONTACT).holder_id == FIRE
    do(life, "contact", FIRE)
    assert clocks_of(life, ClockKind.CONTACT) == {}


def test_another_lead_gets_fresh_times_while_the_state_clock_runs_on() -> None:
    life = whistled("enforcement", POLICE)
    until(life, at("11-23 11:00"))
    before = clock(life, ClockKind.STATE)
    do(life, "change_lead", SUBDISTRICT, lead_id=URBAN)
    after, facts = clock(life, ClockKind.STATE), life.situation.facts
    assert (after.key, after.due_at, after.holder_id) == (before.key, before.due_at, URBAN)
    assert facts.holder_id == URBAN
    assert states(life) == {FIRE: "replaced", POLICE: "called", URBAN: "called"}
    assert clocks_of(life, *CALLS)["arrival:3"] == at("11-24 11:00")
    assert "arrival:1" not in clocks_of(life, *CALLS)
    assert {URBAN, FIRE} <= told(last(life))


def test_a_helper_that_is_made_lead_has_one_call_that_stands() -> None:
    life = whistled("enforcement", POLICE)
    do(life, "change_lead", SUBDISTRICT, lead_id=POLICE)
    assert [call.state for call in life.situation.facts.calls] == [
        *(CallState.REPLACED, CallState.REPLACED, CallState.CALLED)
    ]  # fmt: skip
    assert isinstance(refused(life, "change_lead", person(SUBDISTRICT), lead_id=POLICE), Invalid)


def test_a_whistle_that_is_called_off_gives_the_case_back_to_the_former_handler() -> None:
    life = whistled("enforcement", POLICE, by=COMMUNITY)
    do(life, "join", POLICE)
    do(life, "call_off", COMMUNITY)
    facts = life.situation.facts
    assert (facts.state, facts.handler_id, facts.holder_id) == ("dispatched", PROPERTY, PROPERTY)
    assert states(life) == {FIRE: "called_off", POLICE: "finished"}
    assert clocks_of(life, *CALLS) == {}
    assert clock(life, ClockKind.CONTACT).holder_id == PROPERTY


def test_a_helper_that_is_not_needed_is_called_off_alone_and_the_lead_cannot_be() -> None:
    life = led("enforcement", POLICE)
    assert isinstance(refused(life, "dismiss", person(SUBDISTRICT), call=1), TransitionNotAllowed)
    do(life, "dismiss", SUBDISTRICT, call=2)
    assert states(life)[POLICE] == "called_off"
    assert clocks_of(life, *CALLS) == {}


def test_a_lead_finishes_by_resolving_and_nobody_speaks_for_another_unit() -> None:
    life = led("enforcement", POLICE)
    assert isinstance(refused(life, "finish", person(FIRE)), TransitionNotAllowed)
    assert isinstance(refused(life, "join", person(PROPERTY), call=2), TransitionNotAllowed)
    assert isinstance(refused(life, "answer", person(POLICE), call=1), Invalid)


def test_a_raised_priority_gives_the_lead_the_urgent_time_from_the_same_start() -> None:
    life = whistled("hard")
    do(life, "reprioritise", BRANCH, priority="P1")
    assert clock(life, ClockKind.STATE).due_at == at("11-23 10:00")
    assert clocks_of(life, *CALLS) == {"answer:1": at("11-23 09:15"), "arrival:1": at("11-23 10:00")}


def test_a_lead_that_hands_the_case_on_is_done() -> None:
    life = led("hard")
    do(life, "decline", FIRE)
    assert states(life) == {FIRE: "finished", PROPERTY: "arrived"}
    assert clocks_of(life, ClockKind.PROGRESS) == {}


def test_a_helper_to_whom_the_case_is_dispatched_helps_no_longer() -> None:
    life = led("enforcement", POLICE)
    do(life, "redispatch", SUBDISTRICT, handler_id=PROPERTY)
    assert states(life) == {FIRE: "finished", POLICE: "called", PROPERTY: "finished"}
    do(life, "redispatch", SUBDISTRICT, handler_id=POLICE)
    assert states(life)[POLICE] == "moot"
    assert clocks_of(life, *CALLS) == {}


def test_a_second_lead_keeps_the_first_as_its_helper() -> None:
    life = led("enforcement")
    do(life, "whistle", SUBDISTRICT, whistle={"kind": "emergency", "lead_id": GAS, "helper_ids": [POLICE]})
    do(life, "arrive", GAS)
    assert states(life) == {FIRE: "arrived", PROPERTY: "arrived", GAS: "arrived", POLICE: "called"}
    assert [call.number for call in life.situation.facts.calls if call.lead] == [3]
    do(life, "finish", FIRE)
    assert states(life)[FIRE] == "finished"
