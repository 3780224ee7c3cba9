"""Which limit holds after rework, another priority or category, and that a round freezes its limits, with numbers."""

import pytest

from gridgov.domain.clock import ClockKind
from gridgov.domain.errors import Forbidden, Invalid
from gridgov.domain.life import RESIDENT
from gridgov.domain.model_city import BRANCH, COMMUNITY, GROUP, PROPERTY
from tests.unit.clock_readings import due, working
from tests.unit.lives import RULES, clock, do, do_as, live, outage, person, refused
from tests.unit.time_world import at


def test_raising_the_priority_during_a_question_is_refused_until_it_is_answered() -> None:
    life = live("0401")
    do(life, "ask_info", BRANCH)
    assert isinstance(refused(life, "reprioritise", person(BRANCH), priority="P2"), Invalid)


def test_lowering_the_priority_during_a_question_gives_the_paused_clock_its_longer_limit() -> None:
    life = live("0401")
    do(life, "ask_info", BRANCH)
    do(life, "reprioritise", COMMUNITY, priority="P4")
    do_as(life, "supply_info", RESIDENT)
    assert due(life) == "11-24 09:00"


@pytest.mark.parametrize(
    ("category", "rework"),
    [
        ("0401", "2 h w"),
        ("0205", "2.5 wd"),
        ("0601", "2 h w"),
        ("0105", "1 h u"),
        ("0202", "12 h u"),
        ("0502", "2 h u"),
    ],
)
def test_rework_is_half_of_the_frozen_limit_two_hours_at_least_and_never_more_than_all(
    category: str, rework: str
) -> None:
    life = working(category)
    do(life, "resolve", life.situation.facts.handler_id or 0)
    do(life, "send_back", GROUP)
    assert str(clock(life, ClockKind.STATE).limit) == rework


def test_a_raised_priority_takes_the_shorter_limit_from_the_same_start() -> None:
    life = working("0205")
    assert due(life) == "11-30 09:00"
    life.now = at("11-23 17:00")
    do(life, "reprioritise", BRANCH, priority="P2")
    assert due(life) == "11-24 09:00"
    assert life.situation.facts.limits["handle"] == "24 h u"


def test_a_raised_priority_shortens_the_time_for_the_first_contact_too() -> None:
    life = live("0401")
    do(life, "accept", BRANCH)
    do(life, "reprioritise", BRANCH, priority="P2")
    assert due(life, ClockKind.CONTACT) == "11-23 11:00"


def test_a_limit_that_a_raise_has_moved_into_the_past_fires_at_once() -> None:
    life = working("0205")
    life.now = at("11-26 09:00")
    do(life, "reprioritise", BRANCH, priority="P2")
    outage(life, at("11-26 09:00"))
    assert life.situation.facts.level >= 1


def test_only_a_supervisor_lowers_a_priority_and_then_the_longer_limit_holds() -> None:
    life = live("0303")
    assert due(life) == "11-23 09:30"
    assert isinstance(refused(life, "reprioritise", person(BRANCH), priority="P3"), Forbidden)
    do(life, "reprioritise", COMMUNITY, priority="P3")
    assert due(life) == "11-23 11:00"


def test_refiling_a_case_with_a_higher_priority_shortens_the_frozen_limits() -> None:
    life = live("0903")
    do(life, "accept", BRANCH)
    assert life.situation.facts.limits["handle"] == "15 wd"
    do(life, "decline", COMMUNITY)
    do(life, "accept", BRANCH, priority="P1")
    assert life.situation.facts.limits == {
        "acknowledge": "15 min u", "contact": "30 min u", "handle": "2 h u", "verify": "2 h u"
    }  # fmt: skip


def test_refiling_a_case_does_not_let_the_owner_lower_its_priority() -> None:
    life = live("0303")
    do(life, "accept", BRANCH)
    do(life, "decline", PROPERTY)
    assert isinstance(refused(life, "accept", person(BRANCH), priority="P4"), Forbidden)
    assert do(life, "accept", BRANCH, category="0603").priority == "P2"


def test_another_category_of_the_same_priority_never_lengthens_a_frozen_limit() -> None:
    life = working("0401")
    do(life, "recategorise", BRANCH, category="0205")
    assert (due(life), life.situation.facts.limits["handle"]) == ("11-23 15:00", "4 h w")


def test_another_category_of_lower_priority_keeps_the_priority_when_the_owner_names_it() -> None:
    life = working("0301")
    assert do(life, "recategorise", BRANCH, category="0603").priority == "P2"
    assert do(life, "recategorise", COMMUNITY, category="0302").priority == "P4"


def test_limits_freeze_once_a_round() -> None:
    life = live("0401")
    do(life, "accept", BRANCH)
    frozen = dict(life.situation.facts.limits)
    assert frozen == {"acknowledge": "1 h w", "contact": "4 h w", "handle": "4 h w", "verify": "1 wd"}
    do(life, "decline", PROPERTY)
    do(life, "accept", COMMUNITY, category="0205")
    assert dict(life.situation.facts.limits) == frozen


def test_no_urgent_limit_counts_in_working_hours() -> None:
    definition = RULES.definition
    rows = [*definition.limits.values(), *definition.ladder.values()]
    assert all(row[priority].is_continuous for row in rows for priority in ("P1", "P2") if priority in row)
