"""Stages of a clock, pauses, the promise, first contact, the quiet rule, the end of a case, with numbers."""

from datetime import timedelta

import pytest

from gridgov.domain.clock import ClockKind, ClockState
from gridgov.domain.life import RESIDENT, Life
from gridgov.domain.model_city import BRANCH, CITY, COMMUNITY, GROUP, PROPERTY
from tests.unit.clock_readings import due, local, running, working
from tests.unit.lives import clock, do, do_as, live, outage, person, until
from tests.unit.time_world import at


def fired(life: Life, moment: str) -> list[tuple[str, str, str]]:
    """What clocks did until then: local time, clock, stage."""
    events = [step.event for step in until(life, at(moment))]
    return [(local(event.at), str(event.data["clock"]), str(event.data["stage"])) for event in events]


def test_a_clock_reminds_at_half_warns_at_four_fifths_and_is_red_at_its_limit() -> None:
    life = live("0401")
    assert due(life) == "11-23 11:00"
    assert fired(life, "11-23 11:00") == [
        ("11-23 10:00", "state", "half"),
        ("11-23 10:36", "state", "warn"),
        ("11-23 11:00", "state", "limit"),
    ]


def test_stages_that_an_outage_missed_are_one_event_that_names_those_it_skipped() -> None:
    life = live("0401")
    outage(life, at("11-23 12:00"))
    (event,) = [step.event for step in life.steps if step.event.action == "escalate"]
    assert (event.data["stage"], event.data["skipped"]) == ("limit", ["half", "warn"])


def test_an_outage_of_weeks_climbs_every_rung_and_repeats_none() -> None:
    life = live("0401")
    outage(life, at("12-20 12:00"))
    actions = [step.event.action for step in life.steps]
    assert actions.count("escalate") == 3
    assert actions.count("supervise") == 0
    assert local(clock(life, ClockKind.STATE).next_at or life.now) == "12-21 18:00"


def test_a_question_pauses_the_accept_clock_and_does_not_restart_it() -> None:
    life = live("0401")
    life.now = at("11-23 10:00")
    do(life, "ask_info", BRANCH)
    assert due(life_of_state(life, ClockState.PENDING)) == "11-26 10:00"
    life.now = at("11-25 09:00")
    do_as(life, "supply_info", RESIDENT)
    assert due(life) == "11-25 10:00"


def life_of_state(life: Life, state: ClockState) -> Life:
    """The same life with only those state clocks that stand so."""
    kept = tuple(each for each in life.situation.clocks if each.kind is ClockKind.STATE and each.state is state)
    situation = type(life.situation)(
        life.situation.facts, kept, life.situation.seq, life.situation.last_at, life.situation.since
    )
    return Life(life.rules, life.tree, situation, life.now, life.steps)


@pytest.mark.parametrize("meanwhile", ["comment", "urge", "reminder"])
def test_whatever_is_said_while_a_question_waits_leaves_the_paused_clock_alone(meanwhile: str) -> None:
    life = live("0401")
    life.now = at("11-23 10:00")
    do(life, "ask_info", BRANCH)
    until(life, at("11-25 09:00"))
    if meanwhile != "reminder":
        do_as(life, meanwhile, RESIDENT)
    do_as(life, "supply_info", RESIDENT)
    assert due(life) == "11-25 10:00"


def test_the_level_survives_a_question() -> None:
    life = live("0401")
    do(life, "escalate", COMMUNITY)
    assert do(life, "ask_info", BRANCH).level == 1
    assert do_as(life, "supply_info", RESIDENT).level == 1


def test_a_question_without_an_answer_comes_back_after_three_working_days_one_floor_higher() -> None:
    life = live("0401")
    do(life, "ask_info", BRANCH)
    until(life, at("11-26 09:00"))
    facts = life.situation.facts
    assert (facts.state, facts.floor, facts.answerable) == ("reported", 1, False)
    assert due(life) == "11-26 11:00"


def test_the_promise_is_rearmed_once_at_the_first_freeze_and_counts_from_the_report() -> None:
    life = live("0401")
    assert due(life, ClockKind.PROMISE) == "12-07 09:00"
    life.now = at("11-23 10:30")
    do(life, "accept", BRANCH)
    assert due(life, ClockKind.PROMISE) == "11-24 18:00"
    do(life, "decline", PROPERTY)
    do(life, "reprioritise", COMMUNITY, priority="P4")
    life.now = at("11-24 09:00")
    do(life, "accept", BRANCH)
    assert due(life, ClockKind.PROMISE) == "11-24 18:00"


@pytest.mark.parametrize(
    ("category", "promised"), [("0303", "11-25 09:00"), ("0401", "12-07 09:00"), ("0603", "12-28 09:00")]
)
def test_the_promise_of_a_report_is_that_of_its_priority(category: str, promised: str) -> None:
    assert due(live(category), ClockKind.PROMISE) == promised


def test_a_promise_that_passes_raises_the_floor_lifts_the_level_and_repeats_one_floor_higher() -> None:
    life = working()
    life.now = at("11-24 14:00")
    do(life, "resolve", PROPERTY)
    assert (life.situation.facts.level, life.situation.facts.floor) == (0, 0)
    until(life, at("11-24 18:00"))
    assert (life.situation.facts.level, life.situation.facts.floor) == (1, 1)
    until(life, at("12-01 18:00"))
    assert life.situation.facts.floor == 2


def test_no_contact_in_time_tells_the_owner_and_nobody_climbs() -> None:
    life = live("0401")
    do(life, "accept", BRANCH)
    assert due(life, ClockKind.CONTACT) == "11-23 15:00"
    do(life, "acknowledge", PROPERTY)
    (step,) = [
        each
        for each in until(life, at("11-23 15:00"))
        if (each.event.data["clock"], each.event.data["stage"]) == ("contact", "limit")
    ]
    assert {notice.person_id for notice in step.notices} == {person(BRANCH).person_id}
    assert step.situation.facts.level == step.situation.facts.floor == 0


def test_no_contact_by_an_owner_that_handles_is_told_to_the_community() -> None:
    life = live("1102")
    do(life, "accept", COMMUNITY)
    assert life.situation.facts.handler_id == BRANCH
    (step,) = [
        each
        for each in until(life, at("11-24 09:00"))
        if (each.event.data["clock"], each.event.data["stage"]) == ("contact", "limit")
    ]
    assert {notice.person_id for notice in step.notices} == {person(COMMUNITY, n).person_id for n in (0, 1)}


@pytest.mark.parametrize("action", ["contact", "resolve"])
def test_the_first_contact_and_the_end_of_the_work_stop_the_contact_clock(action: str) -> None:
    life = working()
    do(life, action, PROPERTY)
    assert running(life, ClockKind.CONTACT) == []


def test_a_new_handler_gets_a_contact_clock_of_its_own() -> None:
    life = live("0401")
    do(life, "accept", BRANCH)
    life.now = at("11-23 10:00")
    do(life, "redispatch", BRANCH, handler_id=COMMUNITY)
    (only,) = running(life, ClockKind.CONTACT)
    assert (only.holder_id, local(only.due_at)) == (COMMUNITY, "11-23 16:00")


def test_five_silent_days_of_a_long_clock_are_told_to_the_owner_and_each_word_starts_them_anew() -> None:
    life = working("0702")
    assert due(life, ClockKind.QUIET) == "11-30 09:00"
    life.now = at("11-25 09:00")
    do(life, "comment", COMMUNITY)
    assert due(life, ClockKind.QUIET) == "12-02 09:00"
    (step,) = [each for each in until(life, at("12-02 09:00")) if each.event.data["clock"] == "quiet"]
    assert {notice.person_id for notice in step.notices} == {person(BRANCH).person_id}
    assert due(life, ClockKind.QUIET) == "12-02 09:00"
    assert local(clock(life, ClockKind.QUIET).next_at or life.now) == "12-09 09:00"


def test_words_of_others_do_not_make_the_holder_less_quiet() -> None:
    life = working("0702")
    life.now = at("11-25 09:00")
    do(life, "comment", BRANCH)
    assert due(life, ClockKind.QUIET) == "11-30 09:00"


def test_a_clock_of_five_days_or_less_has_no_quiet_rule() -> None:
    assert running(working("0208"), ClockKind.QUIET) == []


def test_a_short_rework_has_no_quiet_rule_though_the_category_is_long() -> None:
    life = working("0902")
    do(life, "resolve", life.situation.facts.handler_id or 0)
    do(life, "send_back", GROUP)
    do(life, "comment", life.situation.facts.handler_id or 0)
    assert clock(life, ClockKind.STATE).limit.text == "3.5 working days"
    assert running(life, ClockKind.QUIET) == []


def test_nobody_rates_and_after_seven_days_the_case_is_closed_unvisited() -> None:
    life = working()
    do(life, "resolve", PROPERTY)
    do(life, "confirm", GROUP)
    assert fired(life, "11-30 09:00")[-1] == ("11-30 09:00", "state", "limit")
    facts = life.situation.facts
    assert (facts.state, facts.outcome) == ("closed", "unvisited")


def test_half_of_the_rating_time_is_a_task_for_the_caller() -> None:
    life = working()
    do(life, "resolve", PROPERTY)
    do(life, "confirm", GROUP)
    (step,) = [each for each in until(life, at("11-26 21:00")) if each.event.data["clock"] == "state"]
    assert {(notice.person_id, notice.rings) for notice in step.notices} == {
        (person(COMMUNITY, number).person_id, True) for number in (0, 1)
    }


def test_what_needs_no_check_is_confirmed_by_the_system_in_the_same_moment() -> None:
    life = working("1101")
    do(life, "resolve", life.situation.facts.handler_id or 0)
    assert [step.event.action for step in life.steps[-2:]] == ["resolve", "confirm"]
    assert life.steps[-1].event.signature.kind == "system"


@pytest.mark.parametrize("action", ["force_close", "withdraw"])
def test_the_end_of_a_case_is_the_end_of_all_its_clocks(action: str) -> None:
    life = live("0603")
    do(life, "supervise", CITY)
    do_as(life, action, person(CITY) if action == "force_close" else RESIDENT)
    assert not any(each.running for each in life.situation.clocks)
    assert until(life, life.now + timedelta(days=90)) == []


def test_every_second_is_charged_to_whoever_held_the_case() -> None:
    life = live("0401")
    life.now = at("11-23 10:00")
    do(life, "accept", BRANCH)
    life.now = at("11-23 15:00")
    do(life, "acknowledge", PROPERTY)
    accepted, acknowledged = (step.event for step in life.steps[-2:])
    assert (accepted.charged_id, accepted.wall_s, accepted.working_s) == (BRANCH, 3600, 3600)
    assert (acknowledged.charged_id, acknowledged.wall_s, acknowledged.working_s) == (PROPERTY, 5 * 3600, 3 * 3600)
