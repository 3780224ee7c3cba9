"""Nobody decides about their own work, and nobody rejects what is about them."""

import pytest

from gridgov.domain.errors import Conflict, Forbidden, TransitionNotAllowed
from gridgov.domain.life import RESIDENT
from gridgov.domain.model_city import BRANCH, COMMUNITY, GRID, GROUP, PROPERTY, SUBDISTRICT
from tests.unit.finished_work import rated, resolved
from tests.unit.lives import TWO_POSTS, WIDE, anybody, do, do_as, live, person, refused


@pytest.mark.parametrize("action", ["confirm", "send_back"])
def test_whoever_also_works_for_the_handler_does_not_verify(action: str) -> None:
    refusal = refused(resolved(WIDE), action, anybody(TWO_POSTS, WIDE))
    assert isinstance(refusal, Forbidden)
    assert "own work" in str(refusal)
    assert "自己的工作" in refusal.sentence.zh


@pytest.mark.parametrize("action", ["close", "rate", "dispute"])
def test_whoever_also_works_for_the_handler_neither_closes_nor_rates_for_others(action: str) -> None:
    assert isinstance(refused(rated(WIDE), action, anybody(TWO_POSTS, WIDE)), Forbidden)


@pytest.mark.parametrize("action", ["uphold", "redo"])
def test_whoever_also_works_for_the_handler_does_not_judge(action: str) -> None:
    life = rated(WIDE)
    do_as(life, "dispute", RESIDENT)
    assert isinstance(refused(life, action, anybody(TWO_POSTS, WIDE)), Forbidden)


@pytest.mark.parametrize(("worker", "verifier"), [(GROUP, GRID), (GRID, GROUP)])
def test_who_handled_it_oneself_passes_the_check_to_the_next_free_one(worker: int, verifier: int) -> None:
    life = live("0401")
    facts = do(life, "self_handle", worker)
    assert (facts.state, facts.handler_id, facts.holder_id) == ("resolved", worker, verifier)
    assert isinstance(refused(life, "confirm", person(worker)), Forbidden)


def test_a_place_without_a_building_passes_over_the_leader() -> None:
    assert resolved(building_id=None).situation.facts.holder_id == GRID
    assert resolved().situation.facts.holder_id == GROUP


def test_the_rating_is_asked_by_the_next_level_when_the_community_did_the_work() -> None:
    life = live("9999")
    do(life, "accept", BRANCH)
    do(life, "acknowledge", COMMUNITY)
    do(life, "resolve", COMMUNITY)
    assert do(life, "confirm", GROUP).holder_id == SUBDISTRICT


def test_the_judge_is_the_lowest_level_that_neither_handled_nor_judged() -> None:
    life = live("9999")
    do(life, "accept", BRANCH)
    do(life, "acknowledge", COMMUNITY)
    do(life, "resolve", COMMUNITY)
    do(life, "confirm", GROUP)
    assert do_as(life, "dispute", RESIDENT).holder_id == SUBDISTRICT


def test_staff_of_the_handler_who_reported_do_not_rate() -> None:
    reporter = person(PROPERTY, 1)
    assert isinstance(refused(rated(reporter_id=reporter.person_id), "rate", reporter), Forbidden)


def test_a_leader_who_reported_may_confirm_but_who_confirmed_does_not_rate() -> None:
    leader = person(GROUP)
    life = resolved(reporter_id=leader.person_id)
    assert do_as(life, "confirm", leader).confirmed_by == leader.person_id
    assert isinstance(refused(life, "rate", leader), Forbidden)
    assert do(life, "rate", COMMUNITY).outcome == "rated"


def test_a_caller_who_confirmed_leaves_the_rating_to_a_colleague() -> None:
    life = resolved()
    do(life, "confirm", COMMUNITY)
    assert isinstance(refused(life, "rate", person(COMMUNITY)), Forbidden)
    assert do(life, "rate", COMMUNITY, number=1).state == "closed"


def test_an_owner_that_handles_leaves_its_decisions_to_the_community() -> None:
    life = live("1102")
    do(life, "accept", BRANCH)
    assert life.situation.facts.handler_id == BRANCH
    assert isinstance(refused(life, "redispatch", person(BRANCH), handler_id=COMMUNITY), Forbidden)
    assert do(life, "redispatch", COMMUNITY, handler_id=COMMUNITY).handler_id == COMMUNITY


def test_what_is_about_the_branch_is_filed_by_the_community() -> None:
    life = live("0401", about=("branch",))
    assert life.situation.facts.holder_id == COMMUNITY
    for action in ("accept", "reject"):
        assert isinstance(refused(life, action, person(BRANCH)), Forbidden)
    assert do(life, "accept", COMMUNITY).state == "dispatched"


def test_what_is_about_branch_and_community_is_filed_by_the_subdistrict() -> None:
    life = live("0401", about=("branch", "community"))
    assert life.situation.facts.holder_id == SUBDISTRICT
    assert isinstance(refused(life, "reject", person(COMMUNITY)), Conflict)


def test_another_category_does_not_make_a_report_forget_whom_it_is_about() -> None:
    life = live("0902", about=("branch", "property"))
    facts = do(life, "recategorise", COMMUNITY, category="0401")
    assert (facts.about, facts.holder_id) == (("branch",), COMMUNITY)
    assert do(life, "accept", COMMUNITY, category="0903").about == ("branch", "committee")


def test_a_complaint_about_the_property_is_not_sent_to_it_by_default() -> None:
    life = live("0401", about=("property",))
    assert do(life, "accept", BRANCH).handler_id == COMMUNITY


def test_whoever_is_named_by_a_report_does_not_reject_it() -> None:
    life = live("0902", tree=WIDE)
    assert isinstance(refused(life, "reject", anybody(TWO_POSTS, WIDE)), TransitionNotAllowed)
    assert do(life, "reject", BRANCH).state == "rejected"
