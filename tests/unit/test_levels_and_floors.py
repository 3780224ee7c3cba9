"""The ladder: who is told when nobody acts, what raises the floor, and that escalation never moves the holder."""

from datetime import timedelta

import pytest

from gridgov.domain.case import Facts
from gridgov.domain.clock import ClockKind
from gridgov.domain.errors import BoundReached, Invalid, TransitionNotAllowed
from gridgov.domain.life import RESIDENT, Life, begin
from gridgov.domain.model_city import BRANCH, CITY, COMMITTEE, COMMUNITY, GROUP, PROPERTY, SUBDISTRICT
from tests.unit.lives import PARTY_COMMITTEE, RULES, STREET, WIDE, clock, do, do_as, live, person, refused, until
from tests.unit.time_world import at

MONDAY = at("11-23 09:00")


def rungs(life: Life, days: int) -> list[tuple[str, str, int]]:
    """When silence escalated or supervised within so many days: local time, action, level."""
    return [
        (f"{step.event.at.astimezone(life.rules.calendar.zone):%m-%d %H:%M}", step.event.action, level)
        for step in until(life, life.now + timedelta(days=days))
        if step.event.action in {"escalate", "supervise"} and (level := step.situation.facts.level)
    ]


def test_a_silent_p3_report_reaches_the_community_at_its_limit_then_the_subdistrict_then_the_city() -> None:
    assert rungs(live("0401"), days=9) == [
        ("11-23 11:00", "escalate", 1),
        ("11-24 11:00", "escalate", 2),
        ("11-30 11:00", "escalate", 3),
        ("12-01 11:00", "supervise", 3),
    ]


def test_a_silent_p4_report_waits_a_working_day_then_three_then_five() -> None:
    assert rungs(live("0603"), days=9) == [
        ("11-24 09:00", "escalate", 1),
        ("11-27 09:00", "escalate", 2),
        ("12-01 09:00", "escalate", 3),
        ("12-02 09:00", "supervise", 3),
    ]


def test_a_silent_p2_report_reaches_the_city_in_a_day_whatever_the_hour() -> None:
    assert rungs(live("0303"), days=3)[:4] == [
        ("11-23 09:30", "escalate", 1),
        ("11-23 13:30", "escalate", 2),
        ("11-24 09:30", "escalate", 3),
        ("11-25 09:30", "supervise", 3),
    ]


def test_a_silent_p1_is_accepted_at_the_report_and_reaches_the_city_four_hours_after_its_limit() -> None:
    life = live("0105")
    assert [step.event.action for step in life.steps] == ["report", "accept"]
    assert life.steps[1].event.at == MONDAY
    assert rungs(life, days=1)[:4] == [
        ("11-23 09:05", "escalate", 1),
        ("11-23 11:05", "escalate", 2),
        ("11-23 13:05", "escalate", 3),
        ("11-23 15:05", "supervise", 3),
    ]


def test_escalation_moves_neither_the_holder_nor_its_clock() -> None:
    life = live("0401")
    before = clock(life, ClockKind.STATE)
    rungs(life, days=9)
    after = clock(life, ClockKind.STATE)
    assert life.situation.facts.holder_id == BRANCH
    assert (after.key, after.due_at, after.holder_id) == (before.key, before.due_at, BRANCH)
    assert do(life, "accept", BRANCH).state == "dispatched"


def test_a_clock_starts_at_the_level_of_its_holder_so_that_escalation_tells_somebody_else() -> None:
    life = live("9999")
    assert do(life, "accept", BRANCH).holder_id == COMMUNITY
    assert life.situation.facts.level == 1
    assert [level for _, _, level in rungs(life, days=2)] == [2]


def test_the_branch_of_a_public_area_stands_on_the_rung_of_the_community() -> None:
    life = begin(RULES, WIDE, "0401", STREET, MONDAY)
    assert (life.situation.facts.holder_id, life.situation.facts.level) == (PARTY_COMMITTEE, 1)
    assert rungs(life, days=0) == []
    assert [level for _, _, level in rungs(life, days=1)] == [2]


def test_a_new_clock_begins_at_the_floor_again_but_the_peak_is_kept() -> None:
    life = live("0401")
    until(life, at("11-24 12:00"))
    assert life.situation.facts.level == 2
    facts = do(life, "accept", BRANCH)
    assert (facts.level, facts.floor, facts.peak_level) == (0, 0, 2)


def test_the_second_hand_off_tells_the_community_and_the_third_the_subdistrict() -> None:
    life, floors = live("0401"), []
    for handler in (PROPERTY, COMMITTEE, COMMUNITY):
        do(life, "accept", BRANCH, handler_id=handler)
        floors.append(do(life, "decline", handler).floor)
    assert floors == [0, 1, 2]
    assert life.situation.facts.level == 2


def test_redispatches_and_refusals_use_up_one_counter_and_then_only_designating_remains() -> None:
    life = live("0401")
    do(life, "accept", BRANCH)
    do(life, "redispatch", BRANCH, handler_id=COMMITTEE)
    do(life, "redispatch", BRANCH, handler_id=PROPERTY)
    assert isinstance(refused(life, "designate", person(SUBDISTRICT), handler_id=COMMITTEE), TransitionNotAllowed)
    do(life, "decline", PROPERTY)
    do(life, "accept", BRANCH, handler_id=COMMITTEE)
    assert isinstance(refused(life, "decline", person(COMMITTEE)), BoundReached)
    assert isinstance(refused(life, "redispatch", person(BRANCH), handler_id=PROPERTY), BoundReached)
    assert do(life, "designate", SUBDISTRICT, handler_id=PROPERTY).designated
    assert isinstance(refused(life, "decline", person(PROPERTY)), BoundReached)
    assert isinstance(refused(life, "designate", person(SUBDISTRICT), handler_id=COMMITTEE), BoundReached)
    assert do(life, "designate", CITY, handler_id=COMMITTEE).handler_id == COMMITTEE


def test_a_designated_handler_cannot_decline_though_hand_offs_are_left() -> None:
    life = live("0401")
    do(life, "designate", CITY, handler_id=PROPERTY)
    assert isinstance(refused(life, "decline", person(PROPERTY)), TransitionNotAllowed)


def test_whoever_gave_a_case_back_is_not_asked_again_at_once() -> None:
    life = live("0401")
    do(life, "accept", BRANCH)
    do(life, "decline", PROPERTY)
    assert isinstance(refused(life, "accept", person(BRANCH), handler_id=PROPERTY), Invalid)
    assert do(life, "accept", BRANCH).handler_id != PROPERTY


def resolved(category: str = "0401") -> Life:
    """A case that the property says is done."""
    life = live(category)
    do(life, "accept", BRANCH)
    do(life, "acknowledge", life.situation.facts.handler_id or 0)
    do(life, "resolve", life.situation.facts.handler_id or 0)
    return life


def test_sending_back_raises_the_floor_the_second_and_the_third_time_and_is_then_used_up() -> None:
    life, floors = resolved(), []
    for _ in range(3):
        floors.append(do(life, "send_back", GROUP).floor)
        do(life, "resolve", PROPERTY)
    assert floors == [0, 1, 2]
    assert isinstance(refused(life, "send_back", person(GROUP)), BoundReached)
    assert do(life, "dispute", GROUP).state == "disputed"


def test_a_verifier_disputes_only_after_the_third_send_back() -> None:
    assert isinstance(refused(resolved(), "dispute", person(GROUP)), TransitionNotAllowed)


def test_a_dispute_starts_no_lower_than_the_community() -> None:
    life = resolved()
    do(life, "confirm", GROUP)
    facts = do_as(life, "dispute", RESIDENT)
    assert (facts.floor, facts.level, facts.holder_id) == (1, 1, COMMUNITY)


def disputed(life: Life) -> Facts:
    """Work, check and dispute once more."""
    do(life, "accept", life.situation.facts.holder_id or 0, handler_id=PROPERTY)
    do(life, "acknowledge", PROPERTY)
    do(life, "resolve", PROPERTY)
    do(life, "confirm", GROUP)
    return do_as(life, "dispute", RESIDENT)


def test_each_round_raises_the_floor_and_goes_to_another_judge_and_after_the_third_the_city_upholds() -> None:
    life, judges, floors = live("0401"), [], []
    for _ in range(2):
        judges.append(disputed(life).holder_id)
        floors.append(do(life, "redo", judges[-1] or 0).floor)
    assert (judges, floors) == ([COMMUNITY, SUBDISTRICT], [2, 3])
    facts = disputed(life)
    assert (facts.round, facts.holder_id) == (3, CITY)
    assert isinstance(refused(life, "redo", person(CITY)), BoundReached)
    assert do(life, "uphold", CITY).outcome == "closed_with_explanation"


def test_when_all_have_judged_the_city_judges_again_by_another_person() -> None:
    life = live("0401")
    for judge in (COMMUNITY, SUBDISTRICT):
        disputed(life)
        do(life, "redo", judge)
    disputed(life)
    do(life, "uphold", CITY)
    assert do_as(life, "reopen", RESIDENT).holder_id == CITY
    assert "for you" in str(refused(life, "uphold", person(CITY)))
    assert do(life, "uphold", CITY, number=1).state == "closed"


def test_a_second_round_forgets_the_counters_of_the_first_but_not_those_of_the_case() -> None:
    life = live("0401")
    do(life, "ask_info", BRANCH)
    do_as(life, "supply_info", RESIDENT)
    disputed(life)
    facts = do(life, "redo", COMMUNITY)
    assert (dict(facts.counters), facts.round) == ({"infos": 1, "rounds": 1}, 2)
    assert (dict(facts.limits), facts.workers, facts.handler_id) == ({}, (), None)


def test_an_appeal_is_upheld_as_a_rejection_but_a_later_round_is_judged_anew() -> None:
    life = live("0401")
    do(life, "reject", BRANCH)
    do_as(life, "appeal", RESIDENT)
    do(life, "redo", COMMUNITY)
    disputed(life)
    assert do(life, "uphold", SUBDISTRICT).outcome == "closed_with_explanation"
    assert do_as(life, "reopen", RESIDENT).state == "disputed"


def test_only_the_city_reopens_what_was_closed_by_force_but_a_later_closing_is_an_ordinary_one() -> None:
    life = live("0401")
    do(life, "force_close", CITY)
    assert isinstance(refused(life, "reopen", RESIDENT), TransitionNotAllowed)
    do(life, "reopen", CITY)
    facts = do(life, "uphold", COMMUNITY)
    assert (facts.outcome, facts.forced) == ("closed_with_explanation", True)
    assert do_as(life, "reopen", RESIDENT).state == "disputed"


def test_a_case_is_reopened_twice_at_most_and_within_thirty_days() -> None:
    life = resolved()
    do(life, "confirm", GROUP)
    do_as(life, "rate", RESIDENT)
    closed = life.now
    life.now = closed + timedelta(days=30, seconds=1)
    assert isinstance(refused(life, "reopen", RESIDENT), TransitionNotAllowed)
    life.now = closed + timedelta(days=30)
    for judge in (COMMUNITY, SUBDISTRICT):
        do_as(life, "reopen", RESIDENT)
        do(life, "uphold", judge)
    assert isinstance(refused(life, "reopen", RESIDENT), BoundReached)


def test_an_order_that_passes_raises_the_floor_to_the_level_of_who_gave_it() -> None:
    life = live("0603")
    do(life, "supervise", SUBDISTRICT, until=at("11-23 12:00"))
    assert life.situation.facts.floor == 0
    until(life, at("11-23 12:00"))
    facts = life.situation.facts
    assert (facts.floor, facts.level, facts.holder_id) == (2, 2, BRANCH)


def test_an_order_is_answered_by_the_next_action_that_moves_the_case() -> None:
    life = live("0603")
    do(life, "supervise", SUBDISTRICT, until=at("11-23 12:00"))
    do(life, "accept", BRANCH)
    until(life, at("11-23 13:00"))
    assert life.situation.facts.floor == 0


def test_an_order_without_a_date_stands_for_the_column_at_the_top() -> None:
    life = live("0401")
    do(life, "supervise", SUBDISTRICT)
    assert clock(life, ClockKind.SUPERVISION).due_at == at("11-24 09:00")


def test_escalating_by_hand_is_one_level_and_ends_at_the_city() -> None:
    life = live("0401")
    assert [do(life, "escalate", COMMUNITY).level for _ in range(3)] == [1, 2, 3]
    assert isinstance(refused(life, "escalate", person(COMMUNITY)), TransitionNotAllowed)


@pytest.mark.parametrize("raised_by", [1, 2])
def test_what_was_escalated_by_hand_goes_one_further_at_the_limit(raised_by: int) -> None:
    life = live("0401")
    for _ in range(raised_by):
        do(life, "escalate", COMMUNITY)
    until(life, at("11-23 11:00"))
    assert life.situation.facts.level == raised_by + 1
