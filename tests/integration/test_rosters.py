"""Duty rosters on rows: written without a hole, cut at the edges, heard of by every process, rung by at night."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from gridgov.domain.errors import Invalid, NotFound
from gridgov.domain.model_city import BUILDING, PROPERTY
from gridgov.domain.org import Shift
from gridgov.services.rosters import roster_of, write_roster
from gridgov.services.world import World
from tests.factories import ZONE
from tests.integration.changing_city import TODAY, Changing, changing, local

EVENING, MORNING = local(23, 18), local(24, 8)
NIGHT = (local(23, 22), local(24, 6))


@pytest.fixture
def place(session: Session) -> Changing:
    """A fresh model city."""
    return changing(session)


def write(place: Changing, *shifts: tuple[int, datetime, datetime], unit: int = PROPERTY, **time: datetime) -> None:
    begins, ends = time.get("begins", EVENING), time.get("ends", MORNING)
    rows = [Shift(unit, *each) for each in shifts]
    with place.session.begin_nested():
        write_roster(place.session, place.city.snapshot, unit, begins, ends, rows)
    place.renew()


def test_at_night_the_person_on_duty_is_rung_and_the_colleague_is_told_quietly(place: Changing) -> None:
    first, second = place.city.tree.acting[PROPERTY]
    write(place, (second, *NIGHT))
    now = local(24, 1)
    place.renew(now)
    case = place.city.report("0101", now)
    rows = "SELECT person_id, bool_or(rings) FROM notices WHERE case_id = :id AND person_id IN (:a, :b) "
    rows += "AND channel = 'in_app' GROUP BY 1"
    found = place.session.execute(text(rows), {"id": case, "a": first, "b": second}).all()
    assert {row[0]: row[1] for row in found} == {first: False, second: True}
    assert place.problems(now + timedelta(minutes=1)) == []


def test_a_roster_with_a_hole_is_refused_and_names_the_hours(place: Changing) -> None:
    first, second = place.city.tree.acting[PROPERTY]
    with pytest.raises(Invalid, match="from 2026-11-24 02:00 to 2026-11-24 03:00") as refused:
        write(place, (first, local(23, 22), local(24, 2)), (second, local(24, 3), local(24, 8)))
    assert list(refused.value.fields) == ["shifts"]
    assert refused.value.sentence.zh == "2026-11-24 02:00 至 2026-11-24 03:00 无人值班。"
    assert roster_of(place.session, PROPERTY, EVENING, MORNING) == []


def test_another_process_knows_a_new_roster_at_once(place: Changing) -> None:
    elsewhere = World(ZONE)
    assert elsewhere.at(place.session, EVENING).tree.shifts == ()
    person = place.city.tree.acting[PROPERTY][0]
    write(place, (person, *NIGHT))
    assert elsewhere.at(place.session, EVENING).tree.on_duty(PROPERTY, local(24, 1)) == (person,)
    assert elsewhere.at(place.session, local(25, 9)).tree.shifts == ()


def test_a_new_part_cuts_the_shifts_that_reach_into_it(place: Changing) -> None:
    first, second = place.city.tree.acting[PROPERTY]
    write(place, (first, *NIGHT))
    write(place, (second, local(23, 23), local(24, 1)), begins=local(23, 23), ends=local(24, 1))
    assert roster_of(place.session, PROPERTY, EVENING, MORNING) == [
        Shift(PROPERTY, first, local(23, 22), local(23, 23)),
        Shift(PROPERTY, second, local(23, 23), local(24, 1)),
        Shift(PROPERTY, first, local(24, 1), local(24, 6)),
    ]


def test_shifts_of_strangers_and_outside_the_time_are_refused_one_by_one(place: Changing) -> None:
    first, stranger = place.city.tree.acting[PROPERTY][0], place.newcomer("stranger")
    with pytest.raises(Invalid) as refused:
        write(place, (first, local(23, 12), local(24, 6)), (stranger, *NIGHT), (first, NIGHT[1], NIGHT[0]))
    assert list(refused.value.fields) == ["shifts.0", "shifts.1.person_id", "shifts.2"]


def test_a_building_has_no_roster(place: Changing) -> None:
    with pytest.raises(NotFound):
        write(place, unit=BUILDING)


def test_whoever_leaves_passes_the_shifts_on_or_is_warned_about_them(place: Changing) -> None:
    first, second = place.city.tree.acting[PROPERTY]
    write(place, (first, *NIGHT))
    done = place.end(first, PROPERTY, on=TODAY, hand_over_to=second)
    assert done.warnings == []
    assert [each.person_id for each in roster_of(place.session, PROPERTY, EVENING, MORNING)] == [second]
    heir = place.newcomer("heir")
    done = place.end(second, PROPERTY, hand_over_to=heir, appoint=True)
    done = place.end(heir, PROPERTY)
    assert any("1 duty shifts" in sentence for sentence in done.warnings)
