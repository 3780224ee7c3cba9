"""Merging as values: age alone settles the direction, the master only gains, and what it gained is given back."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from gridgov.domain.clock import ClockKind
from gridgov.domain.life import YOUNGER, neighbour, party_of
from gridgov.domain.merging import Party, absorb, merge, release, unmerge
from gridgov.domain.model_city import BRANCH, GRID, GROUP
from gridgov.domain.working_time import add_span
from tests.unit.lives import CITY_TREE, RULES, Life, clock, do, live, person

HOUR = timedelta(hours=1)
GIVEN = {"into": "the other", "note": "the same bin"}


def pair(category: str = "0401", priority: str = "P3", floor: int = 0, **given: int) -> tuple[Life, Party, Party]:
    """A case of an hour, the same as a party, and a younger one beside it."""
    life = live(category, reporter_id=person(GROUP).person_id)
    life.now += HOUR
    fresh = neighbour(life, YOUNGER, priority=priority, reporter_id=person(GRID).person_id, **given)
    return (
        life,
        party_of(life),
        replace(fresh, situation=replace(fresh.situation, facts=replace(fresh.facts, floor=floor))),
    )


def test_the_direction_in_which_they_are_named_changes_nothing() -> None:
    life, older, younger = pair()
    one = merge(CITY_TREE, older, younger, person(BRANCH), GIVEN, life.now)
    other = merge(CITY_TREE, younger, older, person(BRANCH), GIVEN, life.now)
    assert one == other
    assert (one.master, one.merged) == (older, younger)
    assert one.ended.event.data["into"] == older.number
    assert not any(each.running for each in one.ended.situation.clocks)


@given(st.sampled_from(["P1", "P2", "P3", "P4"]), st.integers(0, 3), st.integers(0, 3))
def test_the_master_only_gains_and_gives_back_exactly_the_reporters(priority: str, floor: int, others: int) -> None:
    life, older, younger = pair(priority=priority, floor=floor, co_reporters=others)
    done = absorb(CITY_TREE, older, younger, life.now)
    before, after = older.facts, done.situation.facts
    assert after.priority == min(before.priority, priority)
    assert (after.floor, after.level >= floor) == (max(before.floor, floor), True)
    assert after.co_reporters == 1 + others
    promises = [each.due_at for party in (older, younger) for each in party.situation.clocks if each.kind == "promise"]
    (promise,) = (each for each in done.situation.clocks if each.kind is ClockKind.PROMISE)
    assert promise.due_at == min(promises)
    back = release(CITY_TREE, replace(older, situation=done.situation), younger, life.now).situation.facts
    assert (back.co_reporters, back.co_reporter_ids) == (before.co_reporters, before.co_reporter_ids)


def test_an_unmerge_keeps_the_rest_of_the_promise_in_its_own_count() -> None:
    life = live()
    do(life, "accept", BRANCH)
    left = clock(life, ClockKind.PROMISE)
    life.now += HOUR
    do(life, "merge", BRANCH)
    life.now += timedelta(days=3)
    freed, _ = unmerge(CITY_TREE, party_of(life), (), person(BRANCH), {"note": "another bin"}, life.now)
    (promise,) = (each for each in freed.situation.clocks if each.kind is ClockKind.PROMISE and each.running)
    merged_at = life.steps[-1].event.at
    assert add_span(merged_at, promise.limit, RULES.calendar) == left.due_at
    assert freed.situation.facts.merged_into is None
    assert freed.situation.facts.counters["unmerges"] == 1
