"""The requests table of workflow.md §3, row by row: who is asked, by when, what silence does, what a yes leads to."""

from datetime import timedelta

import pytest

from gridgov.domain.clock import ClockKind, ClockState, Stage
from gridgov.domain.errors import BoundReached, Forbidden, Invalid, TransitionNotAllowed
from gridgov.domain.life import MONDAY_NINE, Life
from gridgov.domain.model_city import BRANCH, CITY, COMMUNITY, PROPERTY, SUBDISTRICT
from gridgov.domain.org import UnitKind
from gridgov.domain.requests import Request
from tests.unit.life_invariants import check_everything
from tests.unit.lives import clock, do, live, person, refused, until

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def at_work(category: str = "0207", handler: int | None = None, owner: int = BRANCH) -> Life:
    """A case that somebody is handling: the property, in a category with days to do it."""
    life = live(category)
    given = {} if handler is None else {"handler_id": handler}
    if life.situation.facts.state == "reported":
        do(life, "accept", owner, **given)
    do(life, "acknowledge", life.situation.facts.handler_id or 0)
    return life


def last(life: Life) -> Request:
    """The newest request."""
    return life.situation.facts.requests[-1]


def asked(life: Life, kind: str, **given: object) -> Request:
    """The request, as the handler has just asked it."""
    do(life, f"ask_{kind}", PROPERTY, **given)
    check_everything(life)
    return last(life)


def test_the_owner_decides_the_first_extension_and_the_community_the_second() -> None:
    life = at_work()
    assert asked(life, "extension").decider_id == BRANCH
    do(life, "refuse", BRANCH, request=1)
    assert asked(life, "extension").decider_id == COMMUNITY
    do(life, "grant", COMMUNITY, request=2)
    assert [each.state for each in life.situation.facts.requests] == ["refused", "granted"]
    assert isinstance(refused(life, "ask_extension", person(PROPERTY)), BoundReached)


def test_a_granted_extension_adds_one_original_limit_to_the_work_and_to_the_promise() -> None:
    life = at_work()
    work, promise = clock(life, ClockKind.STATE), clock(life, ClockKind.PROMISE)
    asked(life, "extension")
    do(life, "grant", BRANCH, request=1)
    longer = clock(life, ClockKind.STATE)
    calendar = life.rules.calendar
    assert longer.limit.seconds(calendar) == 2 * work.limit.seconds(calendar)
    assert longer.started_at == work.started_at
    assert clock(life, ClockKind.PROMISE).due_at > promise.due_at
    check_everything(life)


def test_an_extension_is_answered_within_half_of_what_is_left() -> None:
    life = at_work("0401")
    work = clock(life, ClockKind.STATE)
    life.now = work.due_at - 10 * timedelta(minutes=1)
    asked(life, "extension")
    assert clock(life, ClockKind.REQUEST).due_at == work.due_at - 5 * timedelta(minutes=1)


def test_an_extension_is_asked_before_the_work_is_due() -> None:
    life = at_work("0401")
    life.now = clock(life, ClockKind.STATE).due_at
    assert isinstance(refused(life, "ask_extension", person(PROPERTY)), TransitionNotAllowed)


def test_the_first_priority_is_neither_extended_nor_suspended() -> None:
    life = live("0105")
    handler = life.situation.facts.handler_id or 0
    do(life, "acknowledge", handler)
    for action in ("ask_extension", "ask_suspension"):
        assert isinstance(refused(life, action, person(handler)), TransitionNotAllowed)


def test_silence_moves_an_extension_up_once_and_at_the_due_time_it_lapses_as_the_deciders_silence() -> None:
    life = at_work()
    asked(life, "extension")
    due = clock(life, ClockKind.STATE).due_at
    until(life, clock(life, ClockKind.REQUEST).due_at)
    assert (last(life).decider_id, last(life).ups) == (COMMUNITY, 1)
    until(life, due)
    assert (last(life).state, last(life).silent) == ("lapsed", True)
    check_everything(life)


@pytest.mark.parametrize(("days", "decider"), [(30, COMMUNITY), (31, SUBDISTRICT), (180, SUBDISTRICT), (365, CITY)])
def test_the_length_of_a_suspension_says_who_decides(days: int, decider: int) -> None:
    life = at_work()
    assert asked(life, "suspension", until=life.now + days * DAY).decider_id == decider


def test_nobody_grants_more_than_a_year() -> None:
    life = at_work()
    error = refused(life, "ask_suspension", person(PROPERTY), until=life.now + 366 * DAY)
    assert isinstance(error, Invalid)
    assert "365" in str(error.fields["until"][0])


def test_a_suspension_sets_work_and_promise_aside_until_its_day() -> None:
    life = at_work()
    promise = clock(life, ClockKind.PROMISE)
    day = life.now + 20 * DAY
    asked(life, "suspension", until=day)
    do(life, "grant", COMMUNITY, request=1)
    facts = life.situation.facts
    assert (facts.state, facts.holder_id, facts.granter_id) == ("suspended", COMMUNITY, COMMUNITY)
    states = {each.state for each in life.situation.clocks if each.kind is ClockKind.STATE and each.running}
    assert states == {ClockState.PENDING, ClockState.PAUSED}
    assert clock(life, ClockKind.PROMISE).state is ClockState.PAUSED
    check_everything(life)
    until(life, day)
    assert life.situation.facts.state == "handling"
    assert clock(life, ClockKind.PROMISE).due_at > promise.due_at
    check_everything(life)


def test_what_was_left_is_left_after_a_suspension_but_at_least_four_hours() -> None:
    life = at_work("0207")
    life.now = clock(life, ClockKind.STATE).due_at - HOUR
    asked(life, "suspension", until=life.now + 9 * DAY)
    do(life, "grant", COMMUNITY, request=1)
    do(life, "resume", COMMUNITY)
    work, calendar = clock(life, ClockKind.STATE), life.rules.calendar
    assert work.stage < Stage.LIMIT
    left = [each for each in (work.due_at - life.now,) if each >= 4 * HOUR]
    assert left, "four working hours at least"
    assert calendar.zone is not None
    check_everything(life)


def test_overdue_work_may_be_suspended_and_begins_again_with_four_hours() -> None:
    life = at_work("0207")
    until(life, clock(life, ClockKind.STATE).due_at)
    assert clock(life, ClockKind.STATE).stage is Stage.LIMIT
    asked(life, "suspension", until=life.now + 9 * DAY)
    do(life, "grant", COMMUNITY, request=1)
    do(life, "resume", COMMUNITY)
    work = clock(life, ClockKind.STATE)
    assert (str(work.limit), work.stage) == ("4 h w", Stage.NONE)
    check_everything(life)


def test_a_suspended_case_owes_a_line_that_everybody_may_read_every_thirty_days() -> None:
    life = at_work()
    asked(life, "suspension", until=life.now + 100 * DAY)
    do(life, "grant", SUBDISTRICT, request=1)
    first = clock(life, ClockKind.PROGRESS)
    assert first.due_at == life.now + 30 * DAY
    life.now += 10 * DAY
    do(life, "comment", SUBDISTRICT, note="internal")
    assert clock(life, ClockKind.PROGRESS).due_at == first.due_at
    do(life, "comment", SUBDISTRICT, note="the part is ordered", public=True)
    assert clock(life, ClockKind.PROGRESS).due_at == life.now + 30 * DAY
    steps = until(life, life.now + 31 * DAY)
    told = {notice.person_id for step in steps if step.event.action == "remind" for notice in step.notices}
    assert set(life.tree.acting[BRANCH]) <= told


def test_a_case_is_suspended_once_and_while_it_is_nobody_raises_it_to_the_first_priority() -> None:
    life = at_work()
    asked(life, "suspension", until=life.now + 9 * DAY)
    do(life, "grant", COMMUNITY, request=1)
    assert isinstance(refused(life, "reprioritise", person(COMMUNITY), priority="P1"), Invalid)
    do(life, "resume", COMMUNITY)
    assert isinstance(refused(life, "ask_suspension", person(PROPERTY)), TransitionNotAllowed)


def test_the_decider_may_grant_less_than_was_asked_but_not_more() -> None:
    life = at_work()
    asked(life, "suspension", until=life.now + 20 * DAY)
    decider = person(COMMUNITY)
    assert isinstance(refused(life, "grant", decider, request=1, until=life.now + 21 * DAY), Invalid)
    do(life, "grant", COMMUNITY, request=1, until=life.now + 5 * DAY)
    pending = [each for each in life.situation.clocks if each.kind is ClockKind.STATE and each.pending]
    assert pending[0].due_at == life.now + 5 * DAY


def test_an_unanswered_suspension_climbs_level_by_level_and_lapses_at_the_city() -> None:
    life = at_work("0901")
    handler = life.situation.facts.handler_id or 0
    do(life, "ask_suspension", handler, until=life.now + 20 * DAY)
    deciders = [last(life).decider_id]
    while last(life).open and life.situation.facts.state == "handling":
        assert life.wait()
        check_everything(life)
        if last(life).open and last(life).decider_id != deciders[-1]:
            deciders.append(last(life).decider_id)
    assert deciders == sorted(set(deciders), key=deciders.index)
    assert deciders[-1] == CITY
    assert (last(life).state, last(life).silent) == ("lapsed", True)


def test_a_call_for_help_that_stays_unanswered_becomes_an_escalation() -> None:
    life = at_work("0207")
    assert asked(life, "help").decider_id == BRANCH
    steps = until(life, clock(life, ClockKind.REQUEST).due_at)
    assert [step.event.action for step in steps][-2:] == ["unanswered", "escalate"]
    assert last(life).state == "lapsed"


def test_the_branch_asks_for_a_whistle_which_the_system_blows_for_the_community() -> None:
    life = at_work()
    lead = life.tree.served_by(CITY, UnitKind.DEPARTMENT)[0]
    wish = {"kind": "emergency", "lead_id": lead, "helper_ids": []}
    do(life, "ask_whistle", BRANCH, whistle=wish)
    assert last(life).decider_id == COMMUNITY
    assert clock(life, ClockKind.REQUEST).due_at == life.now + timedelta(minutes=15)
    check_everything(life)
    do(life, "grant", COMMUNITY, request=1)
    assert [step.event.action for step in life.steps[-2:]] == ["grant", "whistle"]
    (call,) = life.situation.facts.calls
    assert (life.situation.facts.state, call.unit_id, call.blown_by) == ("whistled", lead, COMMUNITY)
    check_everything(life)


def test_a_whistle_that_nobody_could_blow_is_not_asked_for() -> None:
    life = at_work()
    error = refused(life, "ask_whistle", person(BRANCH), whistle={"kind": "emergency", "lead_id": BRANCH})
    assert isinstance(error, Invalid)
    assert set(error.fields) == {"whistle.lead_id"}


def test_an_appeal_against_the_overrun_needs_both_reviews() -> None:
    life = _closed()
    request = asked(life, "timeout_appeal")
    assert request.decider_id == COMMUNITY
    do(life, "grant", COMMUNITY, request=1)
    assert (last(life).state, last(life).decider_id) == ("open", SUBDISTRICT)
    do(life, "grant", SUBDISTRICT, request=1)
    assert last(life).state == "granted"
    assert isinstance(refused(life, "ask_timeout_appeal", person(PROPERTY)), BoundReached)
    check_everything(life)


def test_an_unanswered_appeal_is_refused_and_shown_as_silence() -> None:
    life = _closed()
    asked(life, "timeout_appeal")
    until(life, life.now + 10 * DAY)
    assert (last(life).state, last(life).silent) == ("lapsed", True)
    assert not [each for each in life.situation.clocks if each.running]


def test_an_appeal_comes_within_five_working_days() -> None:
    life = _closed()
    life.now += 8 * DAY
    assert isinstance(refused(life, "ask_timeout_appeal", person(PROPERTY)), TransitionNotAllowed)


def test_a_request_becomes_moot_when_the_case_moves_on_and_a_decision_says_so() -> None:
    life = at_work()
    asked(life, "extension")
    do(life, "resolve", PROPERTY)
    assert last(life).state == "moot"
    assert not [each for each in life.situation.clocks if each.kind is ClockKind.REQUEST and each.running]
    do(life, "send_back", COMMUNITY)
    error = refused(life, "grant", person(COMMUNITY), request=1)
    assert isinstance(error, Forbidden | TransitionNotAllowed)


def test_one_request_of_a_kind_is_open_at_a_time() -> None:
    life = at_work()
    asked(life, "help")
    assert isinstance(refused(life, "ask_help", person(PROPERTY)), TransitionNotAllowed)


def test_whoever_asked_does_not_decide_even_with_a_second_post() -> None:
    life = at_work("0207", handler=COMMUNITY)
    do(life, "ask_extension", COMMUNITY)
    assert last(life).decider_id == BRANCH
    assert isinstance(refused(life, "grant", person(COMMUNITY), request=1), Forbidden)
    do(life, "grant", SUBDISTRICT, request=1)
    assert last(life).state == "granted"


def _closed() -> Life:
    life = at_work("0207")
    do(life, "resolve", PROPERTY)
    do(life, "confirm", COMMUNITY)
    life.now += HOUR
    do(life, "close", COMMUNITY if life.now < MONDAY_NINE else BRANCH)
    return life
