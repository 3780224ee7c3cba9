"""Posts that change: dated appointments, chains of substitutes, nobody leaves open work behind."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from gridgov.db.session import Transactions, city_now
from gridgov.domain.errors import Conflict, Invalid, WorkInHand
from gridgov.domain.model_city import BRANCH, BUILDING, CITY, COMMUNITY, GRID, GROUP, PROPERTY, SUBDISTRICT
from gridgov.domain.org import Role
from gridgov.services.handover import settle
from gridgov.services.posts import Ending, end_post
from gridgov.services.settling import settle_city
from gridgov.services.world import World
from tests.factories import MONDAY_NINE, ZONE
from tests.integration.changing_city import NEXT_MONTH, TODAY, TOMORROW, Changing, changing
from workers.sweeper import settle_once

STAFF = Role.PROPERTY_STAFF


@pytest.fixture
def place(session: Session) -> Changing:
    """A fresh model city."""
    return changing(session)


def assigned_case(place: Changing) -> tuple[int, int, int]:
    """A case that the property has assigned to its first person: case, assignee, colleague."""
    city = place.city
    first, second = city.tree.acting[PROPERTY]
    case = city.report()
    city.act(case, "accept", city.person(BRANCH))
    city.act(case, "acknowledge", city.person(PROPERTY))
    city.act(case, "assign", city.person(PROPERTY), person_id=first)
    return case, first, second


def assignee(place: Changing, case: int) -> object:
    return place.city.case(case).facts["assignee_id"]


def test_a_new_post_is_known_to_another_process_at_once(place: Changing) -> None:
    elsewhere = World(ZONE)
    assert len(elsewhere.at(place.session, MONDAY_NINE).tree.acting[BRANCH]) == 1
    person = place.newcomer("new")
    place.appoint(person, Role.BRANCH_SECRETARY, BRANCH)
    assert person in elsewhere.at(place.session, MONDAY_NINE).tree.acting[BRANCH]
    place.end(person, BRANCH)
    assert person not in elsewhere.at(place.session, MONDAY_NINE).tree.acting[BRANCH]


def test_a_post_of_tomorrow_begins_tomorrow_without_another_change(place: Changing) -> None:
    person = place.newcomer("new")
    place.appoint(person, STAFF, PROPERTY, begins=TOMORROW, ends=NEXT_MONTH)
    assert person not in place.city.tree.acting[PROPERTY]
    assert person in place.renew(MONDAY_NINE + timedelta(days=1)).tree.acting[PROPERTY]
    assert person not in place.renew(MONDAY_NINE + timedelta(days=30)).tree.acting[PROPERTY]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"begins": TODAY - timedelta(days=1)}, "from"),
        ({"begins": TOMORROW, "ends": TOMORROW}, "until"),
    ],
)
def test_days_that_cannot_be_are_refused(place: Changing, given: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        place.appoint(place.newcomer("new"), STAFF, PROPERTY, **given)
    assert list(refused.value.fields) == [field]


def test_the_same_post_twice_is_a_conflict(place: Changing) -> None:
    person = place.city.tree.acting[PROPERTY][0]
    with pytest.raises(Conflict, match="already"):
        place.appoint(person, STAFF, PROPERTY)


def test_a_substitute_needs_an_end_and_a_post_of_the_same_kind(place: Changing) -> None:
    post = place.post(place.city.tree.acting[PROPERTY][0], PROPERTY)
    person = place.newcomer("new")
    with pytest.raises(Invalid, match="has an end"):
        place.appoint(person, STAFF, PROPERTY, substitute_for=post)
    with pytest.raises(Invalid, match="same role"):
        place.appoint(person, Role.BRANCH_SECRETARY, BRANCH, ends=NEXT_MONTH, substitute_for=post)


def test_a_chain_of_three_substitutes_stands_and_a_fourth_is_refused_with_its_names(place: Changing) -> None:
    holder = place.city.tree.acting[BRANCH][0]
    post = place.post(holder, BRANCH)
    for name in ("a1", "a2", "a3"):
        made = place.appoint(place.newcomer(name), Role.BRANCH_SECRETARY, BRANCH, ends=NEXT_MONTH, substitute_for=post)
        post = made.post.id
    with pytest.raises(Invalid, match=f"person{holder} → a1 → a2 → a3 → a4"):
        place.appoint(place.newcomer("a4"), Role.BRANCH_SECRETARY, BRANCH, ends=NEXT_MONTH, substitute_for=post)


def test_a_circle_of_substitutes_is_refused_with_its_names(place: Changing) -> None:
    holder = place.city.tree.acting[BRANCH][0]
    first = place.appoint(
        place.newcomer("a1"),
        Role.BRANCH_SECRETARY,
        BRANCH,
        ends=NEXT_MONTH,
        substitute_for=place.post(holder, BRANCH),
    )
    with pytest.raises(Invalid, match=f"circular: person{holder} → a1 → person{holder}"):
        place.appoint(holder, Role.BRANCH_SECRETARY, BRANCH, ends=NEXT_MONTH, substitute_for=first.post.id)


def test_a_substitute_acts_for_the_branch_until_the_last_day(place: Changing) -> None:
    holder, case = place.city.tree.acting[BRANCH][0], place.city.report()
    person = place.newcomer("stand-in")
    place.appoint(person, Role.BRANCH_SECRETARY, BRANCH, ends=NEXT_MONTH, substitute_for=place.post(holder, BRANCH))
    number = place.city.tree.acting[BRANCH].index(person)
    assert place.city.act(case, "accept", place.city.person(BRANCH, number)).state == "dispatched"
    assert person not in place.renew(MONDAY_NINE + timedelta(days=30)).tree.acting[BRANCH]


def test_who_is_assigned_cannot_leave_until_somebody_takes_it_over(place: Changing) -> None:
    case, first, second = assigned_case(place)
    with pytest.raises(WorkInHand) as refused:
        place.end(first, PROPERTY)
    assert refused.value.facts == {"open_cases": 1, "numbers": [place.city.case(case).number]}
    assert place.end(first, PROPERTY, hand_over_to=second).moved == 1
    assert (assignee(place, case), place.last_actions(case)) == (second, ["hand_over"])
    assert place.city.tree.acting[PROPERTY] == (second,)
    assert place.problems() == []


def test_the_heir_hears_of_it_and_the_event_is_the_systems(place: Changing) -> None:
    case, first, second = assigned_case(place)
    place.end(first, PROPERTY, hand_over_to=second)
    rows = "SELECT e.actor_kind, n.person_id, n.rule FROM case_events e JOIN notices n ON n.case_id = e.case_id AND "
    rows += "n.event_seq = e.seq WHERE e.case_id = :id AND e.action = 'hand_over' AND n.channel = 'in_app'"
    assert place.session.execute(text(rows), {"id": case}).all() == [("system", second, "assignee")]


def test_the_last_of_a_unit_leaves_its_cases_to_a_new_post_of_the_same_call(place: Changing) -> None:
    holder, case = place.city.tree.acting[BRANCH][0], place.city.report()
    with pytest.raises(WorkInHand):
        place.end(holder, BRANCH)
    person = place.newcomer("next")
    with pytest.raises(Invalid, match="set appoint"):
        place.end(holder, BRANCH, hand_over_to=person)
    done = place.end(holder, BRANCH, hand_over_to=person, appoint=True)
    assert (place.city.tree.acting[BRANCH], done.warnings) == ((person,), [])
    assert place.city.act(case, "accept", place.city.person(BRANCH)).state == "dispatched"
    assert place.problems() == []


def test_an_empty_unit_of_a_chain_is_a_warning_and_new_cases_go_up(place: Changing) -> None:
    done = place.end(place.city.tree.acting[BRANCH][0], BRANCH)
    assert [str(each) for each in done.warnings] == ["Nobody acts for Branch then; the next of its chain does."]
    case = place.city.report()
    assert place.city.case(case).holder_id == COMMUNITY
    assert place.problems() == []


def test_the_end_of_a_chain_is_never_empty(place: Changing) -> None:
    first, second = place.city.tree.acting[SUBDISTRICT]
    place.end(first, SUBDISTRICT)
    with pytest.raises(Conflict, match="where fallbacks end: 1 active"):
        place.end(second, SUBDISTRICT)
    with pytest.raises(Conflict, match="2 active"):
        place.end(place.city.tree.acting[CITY][0], CITY)


def test_a_post_that_is_over_and_a_past_day_are_refused(place: Changing) -> None:
    first, _ = place.city.tree.acting[PROPERTY]
    with pytest.raises(Invalid, match="past"):
        place.end(first, PROPERTY, on=TODAY - timedelta(days=1))
    place.end(first, PROPERTY)
    with pytest.raises(Conflict, match="anyway"):
        place.end(first, PROPERTY, on=TOMORROW)


def test_a_substitutes_last_day_moves_what_was_left_in_hand(place: Changing) -> None:
    person = place.newcomer("stand-in")
    first = place.city.tree.acting[PROPERTY][0]
    place.appoint(person, STAFF, PROPERTY, ends=TOMORROW, substitute_for=place.post(first, PROPERTY))
    case = assigned_case_to(place, person)
    next_day = MONDAY_NINE + timedelta(days=1)
    assert settle_city(place.session, place.city.world, MONDAY_NINE + timedelta(minutes=10)) == 0
    assert settle_city(place.session, place.city.world, next_day) == 1
    assert settle_city(place.session, place.city.world, next_day) == 0
    assert (assignee(place, case), place.last_actions(case)) == (first, ["hand_over"])


def assigned_case_to(place: Changing, person: int) -> int:
    city = place.city
    case = city.report()
    city.act(case, "accept", city.person(BRANCH))
    city.act(case, "assign", city.person(PROPERTY), person_id=person)
    return case


def test_a_unit_that_emptied_behind_our_back_gives_its_cases_up_and_gets_them_back(place: Changing) -> None:
    case, *_ = assigned_case(place)
    place.session.execute(text("UPDATE posts SET valid_to = '2026-01-01' WHERE unit_id = :unit"), {"unit": PROPERTY})
    place.session.execute(text("UPDATE org_version SET version = version + 1"))
    place.renew()
    assert [each.split(" ")[0] for each in place.problems()] == ["I5"]
    assert settle(place.session, place.city.snapshot, MONDAY_NINE) == 1
    row = place.city.case(case)
    assert (row.holder_id, row.handler_id, row.level, assignee(place, case)) == (COMMUNITY, PROPERTY, 1, None)
    assert place.last_actions(case, 2) == ["take_over", "hand_over"]
    assert place.problems() == []
    assert place.appoint(place.newcomer("back"), STAFF, PROPERTY).moved == 1
    assert place.city.case(case).holder_id == PROPERTY
    assert place.problems() == []


def test_nothing_is_settled_where_everybody_is_there(place: Changing) -> None:
    for unit in (BRANCH, GRID, GROUP):
        place.city.report(actor=place.city.person(unit))
    assigned_case(place)
    assert settle(place.session, place.city.snapshot, MONDAY_NINE) == 0
    assert BUILDING in place.city.tree.units


def test_a_definition_of_before_handing_over_is_named_and_nothing_has_changed(place: Changing) -> None:
    case, first, second = assigned_case(place)
    old = "UPDATE definitions SET body = regexp_replace(body, '\\[actions\\.hand_over\\].*?(?=\\[actions)', '')"
    # A used definition is immutable; this one stands for a version that never knew the action.
    place.session.execute(text("ALTER TABLE definitions DISABLE TRIGGER keep_definition"))
    place.session.execute(text(old))
    place.session.execute(text("ALTER TABLE definitions ENABLE TRIGGER keep_definition"))
    place.session.execute(text("UPDATE org_version SET version = version + 1"))
    place.renew()
    with pytest.raises(Conflict, match=r"pinned to one_compound_one_branch \d"):
        place.end(first, PROPERTY, hand_over_to=second)
    assert (assignee(place, case), place.renew().tree.acting[PROPERTY]) == (first, (first, second))


def test_two_administrators_cannot_empty_the_end_of_a_chain_together(own_engine: Engine) -> None:
    transaction = Transactions(own_engine)
    with transaction() as session:
        place = changing(session)
        people = place.city.tree.acting[SUBDISTRICT]
        posts = [place.post(person, SUBDISTRICT) for person in people]
    begun = Barrier(2)

    def leave(post: int) -> str:
        with transaction() as session:
            snapshot = World(ZONE).at(session, MONDAY_NINE)
            begun.wait(10)
            end_post(session, snapshot, post, Ending(TODAY), MONDAY_NINE)
            return "left"

    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(leave, post) for post in posts]
        refused = [type(future.exception()) for future in futures]
    assert sorted(refused, key=str) == sorted([type(None), Conflict], key=str)


def test_the_sweeper_settles_what_a_last_day_leaves_behind(own_engine: Engine) -> None:
    transaction = Transactions(own_engine)
    with transaction() as session:
        place = changing(session)
        now = city_now(session)
        place.now = now
        place.renew()
        case = place.city.report(now=now)
        session.execute(text("UPDATE posts SET valid_to = '2020-01-01' WHERE unit_id = :unit"), {"unit": BRANCH})
        session.execute(text("UPDATE org_version SET version = version + 1"))
    world = World(ZONE)
    assert [settle_once(transaction, world) for _ in range(3)] == [1, 0, 0]
    with transaction() as session:
        row = session.execute(text("SELECT holder_id, owner_id FROM cases WHERE id = :id"), {"id": case}).one()
    assert tuple(row) == (COMMUNITY, BRANCH)
