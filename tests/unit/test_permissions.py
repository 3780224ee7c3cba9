"""Who may do what, how often, how long and with whom: every refusal says who may, or names its field."""

import pytest

from gridgov.domain.errors import BoundReached, Forbidden, Invalid, TransitionNotAllowed
from gridgov.domain.life import RESIDENT
from gridgov.domain.model_city import BRANCH, CITY, COMMITTEE, COMMUNITY, GRID, PROPERTY, SUBDISTRICT
from gridgov.domain.org import Post, Role, Tree
from tests.unit.finished_work import rated
from tests.unit.lives import BARE, BARE_BRANCH, EMERGENCY, TWO_POSTS, WIDE, anybody, do, do_as, live, person, refused
from tests.unit.time_world import at


def test_a_case_that_the_system_accepted_can_still_be_rejected_and_any_other_cannot() -> None:
    assert do(live("0105"), "reject", BRANCH).state == "rejected"
    life = live("0401")
    do(life, "accept", BRANCH)
    assert isinstance(refused(life, "reject", person(BRANCH)), TransitionNotAllowed)


def test_a_question_needs_a_reporter_who_can_answer_and_time() -> None:
    assert isinstance(refused(live("0401", answerable=False), "ask_info", person(BRANCH)), TransitionNotAllowed)
    assert isinstance(refused(live("0303"), "ask_info", person(BRANCH)), TransitionNotAllowed)


def test_a_question_is_asked_twice_at_most() -> None:
    life = live("0401")
    for _ in range(2):
        do(life, "ask_info", BRANCH)
        do_as(life, "supply_info", RESIDENT)
    assert isinstance(refused(life, "ask_info", person(BRANCH)), BoundReached)


def test_the_owner_supplies_for_the_reporter_and_the_community_does_not() -> None:
    life = live("0401")
    do(life, "ask_info", BRANCH)
    assert isinstance(refused(life, "supply_info", person(COMMUNITY)), Forbidden)
    assert do(life, "supply_info", BRANCH).state == "reported"


def test_a_reporter_urges_once_a_day_and_the_owner_does_not_use_that_up() -> None:
    life = live("0401")
    do(life, "urge", BRANCH)
    do_as(life, "urge", RESIDENT)
    assert isinstance(refused(life, "urge", RESIDENT), TransitionNotAllowed)
    assert do(life, "urge", BRANCH).state == "reported"
    life.now = at("11-24 00:00")
    assert do_as(life, "urge", RESIDENT).urged_on == "2026-11-24"


def test_nobody_withdraws_danger_or_what_others_reported_too() -> None:
    assert isinstance(refused(live("0303"), "withdraw", RESIDENT), TransitionNotAllowed)
    assert isinstance(refused(live("0401", co_reporters=1), "withdraw", RESIDENT), TransitionNotAllowed)
    assert do_as(live("0401"), "withdraw", RESIDENT).outcome == "withdrawn"


def test_an_appeal_is_possible_once_and_for_seven_days() -> None:
    life = live("0401")
    do(life, "reject", BRANCH)
    life.now = at("11-30 09:01")
    assert isinstance(refused(life, "appeal", RESIDENT), TransitionNotAllowed)
    life.now = at("11-30 09:00")
    do_as(life, "appeal", RESIDENT)
    do(life, "redo", COMMUNITY)
    do(life, "reject", BRANCH)
    assert isinstance(refused(life, "appeal", RESIDENT), BoundReached)


def test_a_rejection_that_was_upheld_stands() -> None:
    life = live("0401")
    do(life, "reject", BRANCH)
    do_as(life, "appeal", RESIDENT)
    assert do(life, "uphold", COMMUNITY).outcome == "rejection_upheld"
    assert isinstance(refused(life, "reopen", RESIDENT), TransitionNotAllowed)


def test_the_committee_acknowledges_for_its_property_and_assigns_its_people() -> None:
    life = live("0401")
    do(life, "accept", BRANCH)
    assert do(life, "assign", COMMITTEE, person_id=person(PROPERTY, 1).person_id).assignee_id
    assert isinstance(refused(life, "assign", person(COMMITTEE), person_id=person(GRID).person_id), Invalid)
    assert do(life, "acknowledge", COMMITTEE).holder_id == PROPERTY


def test_the_committee_has_no_say_over_other_handlers() -> None:
    life = live("9999")
    do(life, "accept", BRANCH)
    assert isinstance(refused(life, "acknowledge", person(COMMITTEE)), Forbidden)


def test_a_branch_sends_cases_neither_to_departments_nor_to_another_compound() -> None:
    life = live("0401", tree=WIDE)
    for unit in (100, BARE_BRANCH):
        assert isinstance(refused(life, "accept", person(BRANCH), handler_id=unit), Invalid)
    assert do(life, "accept", SUBDISTRICT, handler_id=100).handler_id == 100


def test_a_utility_is_open_to_the_branch_where_the_catalogue_begins_with_it() -> None:
    life = live("0304")
    power = life.tree.served_by(CITY, life.tree.units[122].kind)
    assert do(life, "accept", BRANCH).handler_id in power
    assert isinstance(refused(live("0401"), "accept", person(BRANCH), handler_id=122), Invalid)


def test_a_compound_without_property_falls_back_to_the_emergency_one_then_to_the_community() -> None:
    from_courtyard = live("0401", tree=WIDE, bare=True)
    assert from_courtyard.situation.facts.compound_id == BARE
    assert do(from_courtyard, "accept", BARE_BRANCH).handler_id == EMERGENCY
    posts = tuple(post for post in WIDE.posts if post.unit_id != EMERGENCY)
    alone = live("0401", tree=Tree(WIDE.units, WIDE.serving, posts), bare=True)
    assert do(alone, "accept", BARE_BRANCH).handler_id == COMMUNITY


def test_a_person_signs_under_the_post_that_the_action_needs() -> None:
    life = live("0401", tree=WIDE)
    both = anybody(TWO_POSTS, WIDE)
    do_as(life, "accept", both)
    do_as(life, "acknowledge", both)
    do_as(life, "comment", both)
    signed = [step.event.signature.unit_id for step in life.steps[1:]]
    assert signed == [COMMUNITY, PROPERTY, PROPERTY]


def test_a_post_in_another_role_opens_nothing() -> None:
    life = live("0401")
    volunteer = Post(3001, Role.VOLUNTEER, BRANCH)
    actor = type(RESIDENT)(3001, (volunteer,))
    assert isinstance(refused(life, "accept", actor), Forbidden)


def test_a_handler_without_a_choice_of_the_city_must_be_named() -> None:
    life = live("0401", about=("property", "community"))
    do(life, "accept", SUBDISTRICT, handler_id=SUBDISTRICT)
    do(life, "decline", SUBDISTRICT)
    refusal = refused(life, "accept", person(BRANCH))
    assert isinstance(refusal, Invalid)
    assert set(refusal.fields) == {"handler_id"}


@pytest.mark.parametrize(
    ("action", "given", "field"),
    [
        ("reject", {"reason": "mood"}, "reason"),
        ("reject", {"note": " "}, "note"),
        ("accept", {"category": "0000"}, "category"),
        ("accept", {"priority": "P9"}, "priority"),
        ("accept", {"handler_id": 424242}, "handler_id"),
        ("accept", {"colour": "red"}, "colour"),
        ("supervise", {"until": at("11-22 09:00")}, "until"),
    ],
)
def test_what_is_missing_or_means_nothing_is_named_by_its_field(
    action: str, given: dict[str, object], field: str
) -> None:
    refusal = refused(live("0401"), action, person(BRANCH), **given)
    assert isinstance(refusal, Invalid)
    assert set(refusal.fields) == {field}


def test_a_closing_needs_a_visit_or_the_word_that_there_is_no_resident() -> None:
    life = rated()
    life.act("close", person(BRANCH), {"no_resident": True})
    assert life.situation.facts.outcome == "verified"
    other = rated()
    with pytest.raises(Invalid):
        other.act("close", person(BRANCH), {"no_resident": False})
