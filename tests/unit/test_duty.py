"""Duty time, holes of a roster, and whom an urgent case rings while a roster covers the moment."""

from dataclasses import replace
from datetime import datetime

import pytest

from gridgov.domain.appointments import require_chain, with_merged
from gridgov.domain.duty import first_hole, is_duty_time
from gridgov.domain.errors import Invalid
from gridgov.domain.life import Life, begin
from gridgov.domain.model_city import BRANCH, COMPOUND, PROPERTY
from gridgov.domain.org import Post, Role, Shift, Tree
from tests.unit.lives import CITY_TREE, RULES
from tests.unit.time_world import CALENDAR, at

FIRST, SECOND = CITY_TREE.acting[PROPERTY]


def shift(begins: str, ends: str, person: int = FIRST, unit: int = PROPERTY) -> Shift:
    return Shift(unit, person, at(begins), at(ends))


@pytest.mark.parametrize(
    ("moment", "duty"),
    [
        ("11-23 21:59", False),
        ("11-23 22:00", True),
        ("11-24 05:59", True),
        ("11-24 06:00", False),
        ("11-24 12:30", False),
        ("11-28 12:00", True),
        ("10-01 12:00", True),
        ("10-10 12:00", False),
    ],
    ids=["evening", "night begins", "night ends", "morning", "noon", "saturday", "holiday", "make-up saturday"],
)
def test_nights_weekends_and_holidays_are_duty_time(moment: str, duty: bool) -> None:
    assert is_duty_time(at(moment), CALENDAR) is duty


def test_a_week_of_nights_and_its_weekend_is_whole_without_the_work_time() -> None:
    nights = [shift(f"11-{day} 22:00", f"11-{day + 1} 06:00") for day in range(23, 27)]
    weekend = [shift("11-27 22:00", "11-28 12:00"), shift("11-28 12:00", "11-30 06:00", SECOND)]
    assert first_hole(at("11-23 08:00"), at("11-30 08:00"), [*weekend, *nights], CALENDAR) is None


@pytest.mark.parametrize(
    ("shifts", "hole"),
    [
        ([], ("11-23 22:00", "11-24 00:00")),
        ([("11-23 22:00", "11-24 02:00"), ("11-24 03:00", "11-24 06:00")], ("11-24 02:00", "11-24 03:00")),
        ([("11-23 22:00", "11-24 05:30")], ("11-24 05:30", "11-24 06:00")),
        ([("11-23 23:00", "11-24 06:00"), ("11-23 21:00", "11-23 22:30")], ("11-23 22:30", "11-23 23:00")),
    ],
)
def test_a_hole_is_found_and_named(shifts: list[tuple[str, str]], hole: tuple[str, str]) -> None:
    roster = [shift(*each) for each in shifts]
    assert first_hole(at("11-23 18:00"), at("11-24 08:00"), roster, CALENDAR) == (at(hole[0]), at(hole[1]))


def rostered(*shifts: Shift) -> Tree:
    return replace(CITY_TREE, shifts=shifts, _paths={})


def rung(life: Life) -> set[int]:
    """Who is rung at all, of the property."""
    return {each.person_id for step in life.steps for each in step.notices if each.rings} & {FIRST, SECOND}


def told(life: Life) -> set[int]:
    return {each.person_id for step in life.steps for each in step.notices} & {FIRST, SECOND}


def reported(tree: Tree, moment: datetime, category: str = "0101") -> Life:
    """A case of the property's that the system dispatches at once."""
    return begin(RULES, tree, category, COMPOUND, moment)


NIGHT = shift("11-23 22:00", "11-24 06:00", SECOND)


def test_at_night_only_who_is_on_duty_is_rung_and_the_others_hear_quietly() -> None:
    life = reported(rostered(NIGHT), at("11-24 01:00"))
    assert (rung(life), told(life)) == ({SECOND}, {FIRST, SECOND})


@pytest.mark.parametrize(
    ("moment", "shifts"),
    [
        ("11-24 09:00", (shift("11-24 00:00", "11-25 00:00", SECOND),)),
        ("11-24 23:00", (NIGHT,)),
        ("11-24 01:00", (replace(NIGHT, person_id=99),)),
        ("11-24 01:00", (replace(NIGHT, unit_id=BRANCH),)),
        ("11-24 01:00", ()),
    ],
    ids=["work time", "after the roster", "somebody who left", "another unit's roster", "no roster"],
)
def test_everybody_is_rung_where_no_roster_says_who(moment: str, shifts: tuple[Shift, ...]) -> None:
    assert rung(reported(rostered(*shifts), at(moment))) == {FIRST, SECOND}


def test_two_on_duty_are_both_rung() -> None:
    life = reported(rostered(NIGHT, shift("11-23 22:00", "11-24 06:00")), at("11-24 01:00"))
    assert rung(life) == {FIRST, SECOND}


def test_the_people_of_the_last_of_two_mergers_act_for_both() -> None:
    posts = (Post(1, Role.BRANCH_SECRETARY, 30), Post(2, Role.BRANCH_SECRETARY, 40))
    merged = with_merged(posts, {10: 20, 20: 30})
    assert with_merged((NIGHT,), {70: PROPERTY}) == (NIGHT, replace(NIGHT, unit_id=70))
    assert merged == (*posts, Post(1, Role.BRANCH_SECRETARY, 10), Post(1, Role.BRANCH_SECRETARY, 20))


def test_a_chain_of_one_is_a_chain() -> None:
    require_chain([(2, "b"), (1, "a")])
    with pytest.raises(Invalid):
        require_chain([(1, "a"), (1, "a")])
