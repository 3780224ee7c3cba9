"""The tree changes by date: buildings and compounds move, branches merge, a property company is replaced."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gridgov.db.models import Person, PostRow, ServiceRow, UnitRow
from gridgov.domain.errors import Conflict, Invalid, NotFound
from gridgov.domain.model_city import (
    BRANCH,
    BUILDING,
    CITY,
    COMMUNITY,
    COMPOUND,
    GRID,
    GROUP,
    PROPERTY,
    SUBDISTRICT,
)
from gridgov.domain.org import UnitKind
from gridgov.services.city_changes import Reshaped, merge_branch, move_unit
from gridgov.services.serving import Serving, begin_service, end_service
from gridgov.services.settling import settle_city
from gridgov.services.world import World, tree_on
from tests.factories import MONDAY_NINE, ZONE
from tests.integration.changing_city import NEXT_MONTH, TODAY, TOMORROW, Changing, changing

NEXT_DAY = MONDAY_NINE + timedelta(days=1)
HAPPY = {"contacted": True, "solved": True, "satisfaction": "satisfied"}


@pytest.fixture
def place(session: Session) -> Changing:
    """A fresh model city."""
    return changing(session)


def add_unit(place: Changing, code: str, kind: UnitKind, parent: int, role: str | None = None) -> int:
    """A new unit, with somebody in that role."""
    unit = UnitRow(code=code, kind=kind.value, name_zh=code, name_en=code, parent_id=parent)
    place.session.add(unit)
    place.session.flush()
    if role is not None:
        person = Person(username=code, name=code)
        place.session.add(person)
        place.session.flush()
        place.session.add(PostRow(person_id=person.id, role=role, unit_id=unit.id))
    place.session.flush()
    place.session.execute(text("UPDATE org_version SET version = version + 1"))
    place.renew()
    return unit.id


def second_branch(place: Changing) -> int:
    return add_unit(place, "m.s.c.b2", UnitKind.BRANCH, COMPOUND, "branch_secretary")


def merge(place: Changing, into: int, on: date = TODAY, branch: int = BRANCH) -> Reshaped:
    with place.session.begin_nested():
        done = merge_branch(place.session, place.city.snapshot, branch, into, on, MONDAY_NINE)
    place.renew()
    return done


def move(place: Changing, unit: int, on: date = TODAY, **where: int) -> Reshaped:
    with place.session.begin_nested():
        parent, grid = where.get("parent_id"), where.get("grid_id")
        done = move_unit(place.session, place.city.snapshot, unit, parent, grid, on)
    place.renew()
    return done


def test_an_open_case_of_a_merged_branch_is_accepted_and_closed_by_the_people_of_the_new_one(place: Changing) -> None:
    city, into = place.city, second_branch(place)
    case = city.report()
    assert merge(place, into).posts_ended == 1
    assert place.problems() == []
    secretary = place.city.person(into)
    row = city.case(case)
    assert (row.owner_id, row.holder_id, row.compound_id) == (BRANCH, BRANCH, COMPOUND)
    assert place.city.tree.acting[BRANCH] == (secretary.person_id,)
    assert city.act(case, "accept", secretary).state == "dispatched"
    city.act(case, "acknowledge", city.person(PROPERTY))
    city.act(case, "resolve", city.person(PROPERTY), note="done")
    city.act(case, "confirm", city.person(GROUP))
    closed = city.act(case, "close", secretary, visit={"by": "b2", "at": MONDAY_NINE.isoformat(), "said": "fine"})
    assert (closed.state, closed.owner_id) == ("closed", BRANCH)
    assert place.problems() == []


def test_new_reports_go_to_the_branch_that_took_over(place: Changing) -> None:
    into = second_branch(place)
    merge(place, into)
    row = place.city.case(place.city.report())
    assert (row.owner_id, row.holder_id) == (into, into)


def test_a_merger_that_is_dated_ahead_happens_on_its_day(place: Changing) -> None:
    into, elsewhere = second_branch(place), World(ZONE)
    merge(place, into, TOMORROW)
    assert place.city.case(place.city.report()).owner_id == BRANCH
    assert elsewhere.at(place.session, MONDAY_NINE).tree.served_by(COMPOUND, UnitKind.BRANCH) == (BRANCH,)
    tree = elsewhere.at(place.session, NEXT_DAY).tree
    assert (tree.served_by(COMPOUND, UnitKind.BRANCH), tree.acting[BRANCH]) == ((into,), tree.acting[into])
    settle_city(place.session, elsewhere, NEXT_DAY)
    assert tree_on(place.session, ZONE, TODAY).served_by(COMPOUND, UnitKind.BRANCH) == (BRANCH,)


def test_a_new_secretary_of_the_merged_branch_gets_its_old_cases_too(place: Changing) -> None:
    into = second_branch(place)
    case = place.city.report()
    merge(place, into)
    first, heir = place.city.tree.acting[into][0], place.newcomer("heir")
    with pytest.raises(Conflict, match="1 open cases"):
        place.end(first, into)
    place.end(first, into, hand_over_to=heir, appoint=True)
    assert place.city.tree.acting[BRANCH] == (heir,)
    assert place.city.act(case, "accept", place.city.person(BRANCH)).state == "dispatched"
    assert place.problems() == []


def test_what_nobody_had_to_be_told_before_a_merger_is_not_missed_by_doctor(place: Changing) -> None:
    into = second_branch(place)
    place.city.report(actor=place.city.person(BRANCH))
    told = place.city.report()
    merge(place, into)
    place.city.report()
    place.city.act(told, "urge", place.city.person(COMMUNITY))
    assert place.problems() == []


def test_the_work_of_a_merged_branch_as_handler_goes_to_the_people_of_the_new_one(place: Changing) -> None:
    city, into, case = place.city, second_branch(place), place.city.report()
    city.act(case, "accept", city.person(COMMUNITY), handler_id=BRANCH)
    city.act(case, "assign", city.person(BRANCH), person_id=city.tree.acting[BRANCH][0])
    merge(place, into)
    row = city.case(case)
    assert (row.handler_id, row.holder_id, row.facts["assignee_id"]) == (BRANCH, BRANCH, city.tree.acting[into][0])
    assert place.problems() == []


def test_a_branch_is_merged_once_and_into_another_branch_that_has_people(place: Changing) -> None:
    into = second_branch(place)
    empty = add_unit(place, "m.s.c.b3", UnitKind.BRANCH, COMPOUND)
    for wrong in (BRANCH, PROPERTY, 999, empty):
        with pytest.raises(Invalid):
            merge(place, wrong)
    with pytest.raises(NotFound):
        merge(place, into, branch=PROPERTY)
    with pytest.raises(Invalid, match="past"):
        merge(place, into, TODAY - timedelta(days=1))
    merge(place, into)
    with pytest.raises(Invalid, match="merged already"):
        merge(place, BRANCH, branch=into)


def test_a_building_changes_its_grid_and_its_open_case_stays_in_the_old_one(place: Changing) -> None:
    case = place.city.report()
    grid = add_unit(place, "m.s.c.g2", UnitKind.GRID, COMMUNITY, "grid_worker")
    assert move(place, BUILDING, grid_id=grid).warnings == []
    assert place.city.case(case).grid_id == GRID
    assert place.city.case(place.city.report()).grid_id == grid
    assert place.session.execute(select(UnitRow.grid_id).where(UnitRow.id == BUILDING)).scalar_one() == grid
    assert place.problems() == []


def test_a_compound_changes_its_community_on_its_day_and_cases_keep_theirs(place: Changing) -> None:
    other = add_unit(place, "m.s.d", UnitKind.COMMUNITY, SUBDISTRICT, "community_officer")
    case = place.city.report()
    done = move(place, COMPOUND, TOMORROW, parent_id=other)
    assert [str(each) for each in done.warnings] == [
        "1 buildings then lie in a grid of another community: move them too."
    ]
    assert place.city.case(place.city.report()).community_id == COMMUNITY
    place.renew(NEXT_DAY)
    settle_city(place.session, place.city.world, NEXT_DAY)
    fresh = place.city.report(now=NEXT_DAY)
    assert (place.city.case(fresh).community_id, place.city.case(case).community_id) == (other, COMMUNITY)
    assert place.session.execute(select(UnitRow.parent_id).where(UnitRow.id == COMPOUND)).scalar_one() == other
    assert place.city.act(case, "accept", place.city.person(COMMUNITY), NEXT_DAY).state == "dispatched"
    assert tree_on(place.session, ZONE, TODAY).units[COMPOUND].parent_id == COMMUNITY


@pytest.mark.parametrize(
    ("unit", "where"),
    [
        (BUILDING, {"parent_id": COMMUNITY}),
        (BUILDING, {"grid_id": COMPOUND}),
        (COMPOUND, {"parent_id": COMPOUND}),
        (COMPOUND, {"grid_id": GRID}),
        (PROPERTY, {"parent_id": COMPOUND}),
        (CITY, {"parent_id": CITY}),
        (COMPOUND, {"parent_id": 999}),
    ],
)
def test_the_tree_keeps_its_shape(place: Changing, unit: int, where: dict[str, int]) -> None:
    with pytest.raises(Invalid):
        move(place, unit, **where)


def serve(place: Changing, org: int, kind: UnitKind = UnitKind.PROPERTY, **given: object) -> ServiceRow:
    order = Serving(org, COMPOUND, kind, **{"begins": TODAY, **given})  # type: ignore[arg-type]
    with place.session.begin_nested():
        row = begin_service(place.session, place.city.snapshot, order)
    place.renew()
    return row


def service_of(place: Changing, org: int) -> int:
    return place.session.execute(select(ServiceRow.id).where(ServiceRow.org_id == org)).scalar_one()


def test_a_property_company_is_replaced_and_finishes_what_it_has_begun(place: Changing) -> None:
    city = place.city
    case = city.report()
    city.act(case, "accept", city.person(BRANCH))
    new = add_unit(place, "m.s.c.x.p2", UnitKind.PROPERTY, COMPOUND, "property_staff")
    serve(place, new, replaces=service_of(place, PROPERTY))
    fresh = city.report()
    assert city.act(fresh, "accept", city.person(BRANCH)).handler_id == new
    assert city.act(case, "acknowledge", city.person(PROPERTY)).handler_id == PROPERTY
    assert place.problems() == []
    assert tree_on(place.session, ZONE, TODAY - timedelta(days=1)).served_by(COMPOUND, UnitKind.PROPERTY) == (PROPERTY,)


def test_a_compound_has_one_branch_at_a_time_and_always_one(place: Changing) -> None:
    into, present = second_branch(place), service_of(place, BRANCH)
    with pytest.raises(Conflict, match="serves there") as refused:
        serve(place, into, UnitKind.BRANCH, begins=NEXT_MONTH)
    assert refused.value.facts == {"service_id": present}
    with pytest.raises(Conflict, match="always has a branch"):
        end_service(place.session, place.city.snapshot, present, TOMORROW)
    serve(place, into, UnitKind.BRANCH, replaces=present)
    assert place.city.tree.served_by(COMPOUND, UnitKind.BRANCH) == (into,)
    assert place.problems() == []


def test_a_service_ends_once_and_fits_its_kind(place: Changing) -> None:
    present = service_of(place, PROPERTY)
    end_service(place.session, place.city.snapshot, present, TODAY)
    assert place.renew().tree.served_by(COMPOUND, UnitKind.PROPERTY) == ()
    with pytest.raises(Conflict, match="anyway"):
        end_service(place.session, place.city.snapshot, present, TOMORROW)
    with pytest.raises(NotFound):
        end_service(place.session, place.city.snapshot, 999_999, TOMORROW)
    for wrong in ({"org": BRANCH}, {"begins": TODAY - timedelta(days=1)}, {"ends": TODAY}):
        given: dict[str, object] = {"org": PROPERTY, **wrong}
        with pytest.raises(Invalid):
            serve(place, **given)  # type: ignore[arg-type]
