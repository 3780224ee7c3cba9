"""Which closed cases are looked at again, and by whom: drawn by number and month, never by somebody's hand."""

from dataclasses import replace

from gridgov.domain.case import Facts
from gridgov.domain.model_city import BRANCH, CITY, COMMUNITY, GROUP, PROPERTY, SUBDISTRICT
from gridgov.domain.org import Post, Role, Tree, Unit, UnitKind
from gridgov.domain.rechecks import SHARE, is_free, is_picked, may_look, unit_for
from tests.unit.lives import CITY_TREE, WIDE, do, live, person

NEIGHBOUR, STRANGER, OTHER_SUBDISTRICT = 50, 51, 52
MONTH = "2026-11"
NUMBERS = [f"20261123-{n:05d}" for n in range(10_000)]
_UNITS = (
    Unit(NEIGHBOUR, "m.s.n", UnitKind.COMMUNITY, "邻", "Neighbour", SUBDISTRICT),
    Unit(OTHER_SUBDISTRICT, "m.t", UnitKind.SUBDISTRICT, "他街道", "Other", CITY),
    Unit(STRANGER, "m.t.f", UnitKind.COMMUNITY, "远", "Far", OTHER_SUBDISTRICT),
)
_POSTS = (Post(5001, Role.COMMUNITY_OFFICER, NEIGHBOUR), Post(5002, Role.COMMUNITY_OFFICER, STRANGER))
CITY_OF_THREE = Tree(
    {**CITY_TREE.units, **{unit.id: unit for unit in _UNITS}}, CITY_TREE.serving, (*CITY_TREE.posts, *_POSTS)
)


def resolved() -> Facts:
    """The facts of a case that the property has worked on and the building's leader has checked."""
    life = live()
    for action, unit in (("accept", BRANCH), ("acknowledge", PROPERTY), ("resolve", PROPERTY), ("confirm", GROUP)):
        do(life, action, unit)
    return life.situation.facts


def test_one_in_twenty_is_picked_and_always_the_same() -> None:
    picked = [number for number in NUMBERS if is_picked(number, MONTH)]
    assert abs(len(picked) / len(NUMBERS) - SHARE / 100) < 0.01
    assert picked == [number for number in NUMBERS if is_picked(number, MONTH)]
    assert picked != [number for number in NUMBERS if is_picked(number, "2026-12")]
    assert not any(is_picked(number, MONTH, 0) for number in NUMBERS[:100])
    assert all(is_picked(number, MONTH, 100) for number in NUMBERS[:100])


def test_it_goes_to_another_community_or_the_subdistrict_and_both_have_their_share() -> None:
    facts = resolved()
    units = [unit_for(number, MONTH, facts, CITY_OF_THREE, sensitive=False) for number in NUMBERS[:200]]
    assert set(units) == {NEIGHBOUR, SUBDISTRICT}
    assert 60 < units.count(NEIGHBOUR) < 140


def test_a_sensitive_case_is_shown_to_no_other_community() -> None:
    facts = resolved()
    units = {unit_for(number, MONTH, facts, CITY_OF_THREE, sensitive=True) for number in NUMBERS[:50]}
    assert units == {SUBDISTRICT}
    judged = replace(facts, judges=(SUBDISTRICT,))
    assert unit_for(NUMBERS[0], MONTH, judged, CITY_OF_THREE, sensitive=True) == CITY


def test_who_owned_handled_checked_or_judged_does_not_look_again() -> None:
    facts = resolved()
    for changed in (
        replace(facts, judges=(SUBDISTRICT,)),
        replace(facts, handlers=(*facts.handlers, SUBDISTRICT)),
        replace(facts, owner_id=SUBDISTRICT),
        replace(facts, workers=CITY_TREE.acting[SUBDISTRICT]),
    ):
        assert is_free(SUBDISTRICT, facts, CITY_OF_THREE)
        assert not is_free(SUBDISTRICT, changed, CITY_OF_THREE)
        assert unit_for(NUMBERS[0], MONTH, changed, CITY_OF_THREE, sensitive=False) == NEIGHBOUR
    checker = person(GROUP).person_id
    assert checker is not None
    assert not may_look(checker, facts, CITY_OF_THREE)


def test_with_nobody_near_it_goes_further_away_and_last_to_the_city() -> None:
    facts = replace(resolved(), judges=(SUBDISTRICT,))
    far = Tree(CITY_OF_THREE.units, CITY_OF_THREE.serving, (*CITY_TREE.posts, _POSTS[1]))
    assert unit_for(NUMBERS[0], MONTH, facts, far, sensitive=False) == STRANGER
    assert unit_for(NUMBERS[0], MONTH, facts, WIDE, sensitive=False) == CITY
    assert unit_for(NUMBERS[0], MONTH, replace(facts, judges=(SUBDISTRICT, CITY)), WIDE, sensitive=False) is None
    assert COMMUNITY not in {unit_for(number, MONTH, facts, CITY_OF_THREE, sensitive=False) for number in NUMBERS[:50]}
