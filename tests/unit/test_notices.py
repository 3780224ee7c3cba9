"""Who hears what, once each, never the actor; who is rung up, and when the night keeps a bell silent."""

from typing import Any

import pytest

from gridgov.domain.life import RESIDENT, Life
from gridgov.domain.model_city import BRANCH, CITY, COMMITTEE, COMMUNITY, GRID, GROUP, PROPERTY, SUBDISTRICT
from gridgov.domain.notices import rings_at
from gridgov.domain.steps import Step
from tests.unit.lives import CITY_TREE, do, do_as, live, person, until
from tests.unit.time_world import SHANGHAI, at

REPORTER = person(COMMITTEE).person_id


def told(step: Step) -> set[int]:
    """The units whose people hear of it; the reporter is 0."""
    units = {person: unit for unit, people in CITY_TREE.acting.items() for person in people}
    return {0 if each.person_id == REPORTER else units[each.person_id] for each in step.notices}


def rung(step: Step) -> set[int]:
    """The same for those who are rung up."""
    rings = tuple(each for each in step.notices if each.rings)
    return told(Step(step.event, rings, step.situation))


def reported(category: str = "0205", **given: Any) -> Life:
    """A case that somebody with an account reported, so that the reporter can be told."""
    return live(category, reporter_id=REPORTER, **given)


def last(life: Life) -> Step:
    """What happened last."""
    return life.steps[-1]


def handled() -> Life:
    """A case that the property has acknowledged."""
    life = reported()
    do(life, "accept", BRANCH)
    do(life, "acknowledge", PROPERTY)
    return life


def rated() -> Life:
    """A case that waits for its rating."""
    life = handled()
    do(life, "resolve", PROPERTY)
    do(life, "confirm", GROUP)
    return life


def test_a_report_rings_its_holder_and_not_whoever_made_it() -> None:
    step = reported().steps[0]
    assert (told(step), rung(step)) == ({BRANCH}, {BRANCH})


def test_danger_rings_owner_handler_grid_worker_and_both_duty_desks_at_the_report() -> None:
    report, accept = reported("0101").steps
    assert rung(report) == {BRANCH, GRID, COMMUNITY, SUBDISTRICT}
    assert PROPERTY in rung(accept)


def test_accepting_rings_the_handler_and_tells_its_committee_and_the_reporter() -> None:
    life = live("0205", reporter_id=person(GROUP).person_id)
    do(life, "accept", COMMUNITY)
    step = last(life)
    assert rung(step) == {PROPERTY}
    assert told(step) == {PROPERTY, GROUP, 0, BRANCH}


def test_in_a_chain_of_two_the_second_is_told() -> None:
    life = reported("0902")
    do(life, "accept", BRANCH)
    assert COMMUNITY in told(last(life))


def test_a_volunteer_team_that_a_city_does_not_have_is_no_obstacle() -> None:
    life = reported("0402")
    assert do(life, "accept", BRANCH).state == "dispatched"


def test_nobody_hears_of_what_they_did_themselves() -> None:
    life = handled()
    until(life, at("12-20 09:00"))
    do(life, "resolve", PROPERTY)
    do(life, "confirm", GROUP)
    do_as(life, "rate", person(COMMITTEE))
    assert all(step.event.signature.person_id not in {each.person_id for each in step.notices} for step in life.steps)


def test_everybody_hears_once_and_rings_if_any_word_rings() -> None:
    life = live("9999")
    do(life, "accept", BRANCH)
    until(life, at("11-23 15:00"))
    for step in life.steps:
        people = [each.person_id for each in step.notices]
        assert len(people) == len(set(people))
    escalated = next(step for step in life.steps if step.event.action == "escalate")
    assert rung(escalated) == {COMMUNITY, SUBDISTRICT}


def test_escalating_tells_the_holder_and_the_level_that_it_reached() -> None:
    life = reported("0401")
    until(life, at("11-23 11:00"))
    assert (told(last(life)), rung(last(life))) == ({BRANCH, COMMUNITY}, {BRANCH, COMMUNITY})


def test_half_time_is_told_to_the_holder_alone_and_quietly() -> None:
    life = reported("0401")
    until(life, at("11-23 10:00"))
    assert (last(life).event.action, told(last(life)), rung(last(life))) == ("remind", {BRANCH}, set())


@pytest.mark.parametrize("action", ["supervise", "urge"])
def test_an_order_and_an_urge_ring_the_holder(action: str) -> None:
    life = handled()
    do(life, action, CITY)
    assert rung(last(life)) == {PROPERTY}


@pytest.mark.parametrize(
    ("action", "unit"), [("ask_info", BRANCH), ("accept", BRANCH), ("reject", BRANCH), ("reprioritise", BRANCH)]
)
def test_the_reporter_hears_what_becomes_of_a_report(action: str, unit: int) -> None:
    life = reported()
    do(life, action, unit)
    assert 0 in told(last(life))


@pytest.mark.parametrize(("action", "unit"), [("close", BRANCH), ("rate", COMMUNITY), ("force_close", CITY)])
def test_the_reporter_hears_of_every_end(action: str, unit: int) -> None:
    life = rated()
    assert 0 in told(last(life))
    do(life, action, unit)
    assert 0 in told(last(life))


@pytest.mark.parametrize("action", ["uphold", "redo"])
def test_the_reporter_hears_the_judgement(action: str) -> None:
    life = rated()
    do(life, "dispute", SUBDISTRICT)
    do(life, action, COMMUNITY)
    assert 0 in told(last(life))


def test_the_reporter_hears_that_nobody_asked_and_the_case_is_closed() -> None:
    life = rated()
    until(life, at("11-30 09:00"))
    assert (last(life).event.action, 0 in told(last(life))) == ("lapse", True)


def test_whoever_loses_a_case_hears_it_and_so_does_the_owner() -> None:
    life = handled()
    do(life, "redispatch", SUBDISTRICT, handler_id=COMMUNITY)
    assert told(last(life)) >= {PROPERTY, COMMUNITY, BRANCH}
    do(life, "decline", COMMUNITY)
    assert told(last(life)) >= {BRANCH}


def test_a_forced_end_is_told_to_owner_and_reporter() -> None:
    life = handled()
    do(life, "force_close", CITY)
    assert told(last(life)) >= {BRANCH, 0}


def test_a_passed_order_is_told_to_who_gave_it_and_to_the_holder() -> None:
    life = reported("0603")
    do(life, "supervise", SUBDISTRICT, until=at("11-23 11:30"))
    until(life, at("11-23 11:30"))
    assert told(last(life)) == {SUBDISTRICT, BRANCH}


def test_a_passed_promise_is_told_to_owner_and_community() -> None:
    life = handled()
    do(life, "contact", PROPERTY)
    steps = [step for step in until(life, at("12-07 18:00")) if step.event.data.get("clock") == "promise"]
    assert told(steps[0]) >= {BRANCH, COMMUNITY}


def test_a_resident_without_an_account_gets_no_notice_of_a_person() -> None:
    life = live("0205")
    do(life, "accept", BRANCH)
    do_as(life, "comment", RESIDENT)
    assert REPORTER not in {each.person_id for step in life.steps[:1] for each in step.notices}


@pytest.mark.parametrize(
    ("moment", "priority", "rings"),
    [
        ("11-23 21:59", "P3", "11-23 21:59"),
        ("11-23 22:00", "P3", "11-24 06:00"),
        ("11-24 03:00", "P4", "11-24 06:00"),
        ("11-24 06:00", "P4", "11-24 06:00"),
        ("11-24 03:00", "P1", "11-24 03:00"),
        ("11-23 23:30", "P2", "11-23 23:30"),
    ],
)
def test_the_night_delays_only_the_bell_and_only_of_what_can_wait(moment: str, priority: str, rings: str) -> None:
    assert rings_at(at(moment), priority, SHANGHAI) == at(rings)
