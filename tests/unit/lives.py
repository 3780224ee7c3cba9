"""Lives for tests of the core: the shipped rules, a city with odd corners, short ways to act. No database."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from gridgov.domain.actors import Actor
from gridgov.domain.case import Facts
from gridgov.domain.catalogue_file import load_catalogue
from gridgov.domain.clock import Clock, ClockKind
from gridgov.domain.definition_file import load_definition
from gridgov.domain.errors import GridgovError
from gridgov.domain.firing import fire
from gridgov.domain.life import FILLED, MONDAY_NINE, RESIDENT, Life, begin, wanted_inputs
from gridgov.domain.model_city import BUILDING, COMMUNITY, COMPOUND, GRID, PROPERTY, model_city
from gridgov.domain.org import Post, Role, Tree, Unit, UnitKind
from gridgov.domain.rules import Rules
from gridgov.domain.steps import Step
from gridgov.workflows import read_text
from tests.unit.time_world import CALENDAR

RULES = Rules(
    load_definition(read_text("one_compound_one_branch.toml")), load_catalogue(read_text("catalogue.toml")), CALENDAR
)
CITY_TREE = model_city()

BARE, SECOND_GRID, BARE_BUILDING, BARE_BRANCH, STREET, PARTY_COMMITTEE, EMERGENCY = range(20, 27)
TWO_POSTS, NO_POST = 9001, 9999

_MORE_UNITS = (
    Unit(BARE, "m.s.c.y", UnitKind.COMPOUND, "老院子", "Old courtyard", COMMUNITY),
    Unit(BARE_BUILDING, "m.s.c.y.b", UnitKind.BUILDING, "老楼", "Old building", BARE, grid_id=SECOND_GRID),
    Unit(BARE_BRANCH, "m.s.c.y.branch", UnitKind.BRANCH, "老院支部", "Courtyard branch", BARE),
    Unit(STREET, "m.s.c.z", UnitKind.COMPOUND, "公共区域", "Public area", COMMUNITY, public_area=True),
    Unit(PARTY_COMMITTEE, "m.s.c.party", UnitKind.BRANCH, "社区党委", "Party committee", COMMUNITY),
    Unit(EMERGENCY, "m.s.emergency", UnitKind.EMERGENCY_PROPERTY, "应急物业", "Emergency property", COMMUNITY),
    Unit(SECOND_GRID, "m.s.c.h", UnitKind.GRID, "二网格", "Second grid", COMMUNITY),
)
_MORE_POSTS = (
    Post(2001, Role.BRANCH_SECRETARY, BARE_BRANCH),
    Post(2001, Role.PROPERTY_STAFF, EMERGENCY),
    Post(2002, Role.BRANCH_SECRETARY, PARTY_COMMITTEE),
    Post(2003, Role.PROPERTY_STAFF, EMERGENCY),
    Post(2004, Role.GRID_WORKER, SECOND_GRID),
    Post(TWO_POSTS, Role.PROPERTY_STAFF, PROPERTY),
    Post(TWO_POSTS, Role.COMMUNITY_OFFICER, COMMUNITY),
    Post(2005, Role.AUDITOR, 1),
)


def wide_city() -> Tree:
    """The model city with a courtyard without committee and property, a public area, and people of two posts."""
    units = {**CITY_TREE.units, **{unit.id: unit for unit in _MORE_UNITS}}
    serving = {
        **CITY_TREE.serving,
        (BARE, UnitKind.BRANCH): (BARE_BRANCH,),
        (BARE, UnitKind.EMERGENCY_PROPERTY): (EMERGENCY,),
        (STREET, UnitKind.BRANCH): (PARTY_COMMITTEE,),
    }
    return Tree(units, serving, (*CITY_TREE.posts, *_MORE_POSTS))


WIDE = wide_city()


def live(
    category: str = "0401", now: datetime = MONDAY_NINE, tree: Tree = CITY_TREE, bare: bool = False, **given: Any
) -> Life:
    """A case reported in the model building, or without a building in the courtyard that has nothing."""
    if bare:
        return begin(RULES, tree, category, BARE, now, answerable=True, **given)
    place = {"building_id": BUILDING, "grid_id": GRID, "answerable": True}
    return begin(RULES, tree, category, COMPOUND, now, **{**place, **given})


def person(unit_id: int, number: int = 0, tree: Tree = CITY_TREE) -> Actor:
    """Somebody who acts for the unit, with every post of theirs."""
    return anybody(tree.acting[unit_id][number], tree)


def anybody(person_id: int, tree: Tree = CITY_TREE) -> Actor:
    """A person with whatever posts they hold."""
    return Actor(person_id, tree.posts_of.get(person_id, ()))


def inputs_for(life: Life, action: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What the action needs, filled in with something plausible, and `given` on top."""
    wanted = wanted_inputs(RULES.definition.action(action))
    return {**{name: FILLED[name](life) for name in wanted if name in FILLED and name not in given}, **given}


def do(life: Life, action: str, unit_id: int, number: int = 0, **given: Any) -> Facts:
    """Let somebody of the unit act with everything that the action needs; the facts afterwards come back."""
    return do_as(life, action, person(unit_id, number, life.tree), **given)


def do_as(life: Life, action: str, actor: Actor, **given: Any) -> Facts:
    """The same for anybody at all."""
    life.act(action, actor, inputs_for(life, action, given))
    return life.situation.facts


def refused(life: Life, action: str, actor: Actor, **given: Any) -> GridgovError:
    """The refusal that comes, and nothing has changed by it."""
    before = life.situation
    try:
        do_as(life, action, actor, **given)
    except GridgovError as error:
        assert life.situation is before
        return error
    raise AssertionError(f"{action} was not refused")


def until(life: Life, moment: datetime) -> list[Step]:
    """Let time pass to `moment`, every stage firing when it is due; the steps that silence made come back."""
    first = len(life.steps)
    while (clock := due_clock(life, moment)) is not None:
        life.now = max(life.now, clock.next_at or life.now)
        life.take(fire(life.rules, life.tree, life.situation, clock, life.now))
    life.now = max(life.now, moment)
    return life.steps[first:]


def outage(life: Life, moment: datetime) -> None:
    """Jump to `moment` as if nothing had swept in between, then fire what is due, as the sweeper does."""
    life.now = max(life.now, moment)
    while (clock := due_clock(life, life.now)) is not None:
        life.take(fire(life.rules, life.tree, life.situation, clock, life.now))


def due_clock(life: Life, moment: datetime) -> Clock | None:
    """The clock that is due first, at `moment` or before."""
    due = [(clock.next_at, clock.key, clock) for clock in life.situation.clocks if clock.next_at is not None]
    first = min(due, key=lambda each: each[:2], default=None)
    return first[2] if first is not None and first[0] <= moment else None


def clock(life: Life, kind: ClockKind) -> Clock:
    """The one running clock of that kind."""
    (found,) = [each for each in life.situation.clocks if each.kind is kind and each.running]
    return found


def moved_to(life: Life, **facts: Any) -> Life:
    """The same life with other facts, for corners that take long to reach; clocks stay."""
    situation = replace(life.situation, facts=replace(life.situation.facts, **facts))
    return Life(life.rules, life.tree, situation, life.now, list(life.steps))


__all__ = ["MONDAY_NINE", "RESIDENT", "Life"]
