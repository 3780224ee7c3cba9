"""A whole life of a case in memory: people act, time passes, clocks fire. What examples and property tests live by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from gridgov.domain.actors import Actor, Signature
from gridgov.domain.case import Facts
from gridgov.domain.effects import about_of
from gridgov.domain.errors import GridgovError
from gridgov.domain.example_calls import any_whistle, calls_told, departments, of_call, units_meant
from gridgov.domain.firing import fire
from gridgov.domain.holders import candidates, in_conflict
from gridgov.domain.inputs import BEST_SCORE, SATISFACTION
from gridgov.domain.org import ACTING_ROLE, Post, Tree, UnitKind
from gridgov.domain.rules import Rules
from gridgov.domain.steps import Command, Situation, Step, follow_up, opened, perform
from gridgov.domain.workflow import Example

MONDAY_NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
RESIDENT = Actor(person_id=None, reporter_of=0, name="resident")


@dataclass
class Life:
    """A case that lives: `situation` is its present, `steps` all that happened, `now` its time (aware UTC)."""

    rules: Rules
    tree: Tree
    situation: Situation
    now: datetime
    steps: list[Step] = field(default_factory=list)

    def act(self, action: str, actor: Actor, inputs: Mapping[str, Any] | None = None) -> None:
        """Let somebody do something now. Raises what `perform` raises, and then nothing has changed."""
        self.take(perform(self.rules, self.tree, self.situation, Command(action, actor, inputs or {}), self.now))

    def wait(self) -> bool:
        """Let time pass until the next clock fires; False when none runs any more."""
        due = [clock for clock in self.situation.clocks if clock.next_at is not None]
        if not due:
            return False
        clock = min(due, key=lambda each: each.next_at or self.now)
        self.now = max(self.now, clock.next_at or self.now)
        self.take(fire(self.rules, self.tree, self.situation, clock, self.now))
        return True

    def take(self, steps: tuple[Step, ...]) -> None:
        """Live through steps that were made elsewhere."""
        self.steps.extend(steps)
        if steps:
            self.situation = steps[-1].situation


def begin(rules: Rules, tree: Tree, category: str, compound_id: int, now: datetime, **given: Any) -> Life:
    """A case of `category` reported in the compound at `now`; `given` may set building, reporter, answerable."""
    facts = facts_for(rules, tree, category, compound_id, **given)
    first = opened(rules, tree, facts, Signature("reporter", facts.reporter_id), {}, now)
    life = Life(rules, tree, first.situation, now, [first])
    life.take(follow_up(rules, tree, first, now))
    return life


def facts_for(rules: Rules, tree: Tree, category: str, compound_id: int, **given: Any) -> Facts:
    """The facts of a report in a compound, before it is opened."""
    entry = rules.catalogue.get(category)
    return Facts(
        state=rules.definition.initial,
        category=category,
        priority=given.pop("priority", None) or entry.priority,
        compound_id=compound_id,
        community_id=tree.above(compound_id, UnitKind.COMMUNITY) or 0,
        subdistrict_id=tree.above(compound_id, UnitKind.SUBDISTRICT) or 0,
        city_id=tree.city.id,
        owner_id=tree.served_by(compound_id, UnitKind.BRANCH)[0],
        about=given.pop("about", None) or about_of(entry.about),
        **given,
    )


def run_example(rules: Rules, tree: Tree, example: Example) -> str | None:
    """None when the example holds, else the sentence that says where it breaks.

    A step is "action who", "!action who" for one that has to be refused, "silence" for the next clock,
    or the name of a system action: then time passes until the system has done it.
    """
    life = _life_of(rules, tree, example.given)
    for text in example.steps:
        if (broken := _run_step(life, text)) is not None:
            return f"{example.title}: {text}: {broken}"
    found = _found(life, example.expect)
    wrong = {name: found[name] for name, value in example.expect.items() if found[name] != value}
    return f"{example.title}: expected {dict(example.expect)}, found {wrong}" if wrong else None


def _life_of(rules: Rules, tree: Tree, given: Mapping[str, str]) -> Life:
    building = next(unit for unit in tree.units.values() if unit.kind is UnitKind.BUILDING)
    who = given["reporter"]
    reporter = None if who == "resident" else next(post.person_id for post in tree.posts if post.role.value == who)
    place = {"building_id": building.id, "grid_id": building.grid_id, "answerable": True, "reporter_id": reporter}
    return begin(rules, tree, given["category"], building.parent_id or 0, MONDAY_NINE, **place)


def _run_step(life: Life, text: str) -> str | None:
    words = text.removeprefix("!").split()
    if words == ["silence"]:
        return None if life.wait() else "nothing waits any more"
    if len(words) == 1:
        return _until(life, words[0])
    try:
        life.now += timedelta(minutes=1)
        life.act(words[0], actor_for(words[1], words[0], life), _inputs(words, life))
    except GridgovError as error:
        return None if text.startswith("!") else str(error)
    return "should have been refused" if text.startswith("!") else None


def _until(life: Life, action: str) -> str | None:
    for _ in range(20):
        if not life.wait():
            break
        if life.steps[-1].event.action == action:
            return None
    return "the system never did it"


def actor_for(who: str, action: str, life: Life) -> Actor:
    """Somebody who stands for the word: the reporter, or the first person of its units free of the work."""
    facts, tree = life.situation.facts, life.tree
    if who in {"reporter", "anyone"}:
        person = facts.reporter_id
        return RESIDENT if person is None else Actor(person, tree.posts_of.get(person, ()))
    impartial = any(way.impartial for way in life.rules.definition.actions[action].ways)
    for unit_id in units_meant(who, facts, tree):
        for person in tree.acting.get(unit_id, ()):
            if not (impartial and in_conflict(person, facts, tree)):
                return Actor(person, (_acting_post(person, unit_id, tree),))
    return Actor(0)


def _acting_post(person: int, unit_id: int, tree: Tree) -> Post:
    return Post(person, ACTING_ROLE[tree.units[unit_id].kind], unit_id)


def _inputs(words: list[str], life: Life) -> dict[str, Any]:
    """What the step's action needs, filled in: further words name the handler's kind or whom a call is for."""
    third = words[2] if len(words) > 2 else None
    needs = life.rules.definition.action(words[0]).needs
    wanted = [need.split("|")[0] for need in needs if not need.endswith("?")]
    filled = {name: FILLED[name](life) for name in wanted if name in FILLED}
    if (meant := of_call(words, needs, life.situation.facts, life.tree)) is not None:
        return {**filled, **meant}
    return {**filled, "handler_id": _named(third, life)} if third else filled


def _named(kind: str, life: Life) -> int:
    facts, tree = life.situation.facts, life.tree
    if kind in {"community", "subdistrict", "city"}:
        return candidates(kind, facts, tree)[0]
    return tree.served_by(facts.compound_id, UnitKind(kind))[0]


FILLED: Mapping[str, Callable[[Life], Any]] = {
    "attachments": lambda life: [{"name": "after.jpg", "sha256": "0" * 64}],
    "category": lambda life: life.situation.facts.category,
    "contact": lambda life: {"kind": "call", "made_safe": True},
    "note": lambda life: "example",
    "person_id": lambda life: life.tree.acting[life.situation.facts.handler_id or 0][0],
    "priority": lambda life: "P2",
    "rating": lambda life: {"contacted": True, "solved": True, "satisfaction": SATISFACTION[0]},
    "reason": lambda life: "not_ours",
    "score": lambda life: BEST_SCORE,
    "whistle": lambda life: any_whistle(life.situation.facts, life.tree, life.rules.definition),
    "lead_id": lambda life: departments(life.situation.facts, life.tree)[1],
    "call": lambda life: 1,
    "visit": lambda life: {"by": "example", "at": life.now.isoformat(), "said": "example"},
}


def _found(life: Life, expect: Mapping[str, str | int]) -> dict[str, Any]:
    """What the example names: a field of the facts, a counter, `holder` and `handler` by kind, `calls` in words."""
    facts = life.situation.facts
    ids = {"holder": facts.holder_id or 0, "handler": facts.handler_id or 0}
    units = {name: life.tree.units.get(unit_id) for name, unit_id in ids.items()}
    told = {name: unit.kind.value if unit is not None else "" for name, unit in units.items()}
    told["calls"] = calls_told(facts, life.tree)
    return {name: told.get(name, facts.counters.get(name, getattr(facts, name, 0))) for name in expect}
