"""A whole life of a case in memory: people act, time passes, clocks fire. What examples and property tests live by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from gridgov.domain.actors import SYSTEM, Actor, Signature
from gridgov.domain.case import Facts
from gridgov.domain.effects import about_of
from gridgov.domain.errors import GridgovError
from gridgov.domain.evidence import OPTIONAL
from gridgov.domain.example_calls import any_whistle, calls_told, departments, of_call, units_meant
from gridgov.domain.firing import fire
from gridgov.domain.holders import candidates, in_conflict
from gridgov.domain.inputs import BEST_SCORE, SATISFACTION
from gridgov.domain.merging import UNMERGE, Party, absorb, merge, release, unmerge
from gridgov.domain.org import ACTING_ROLE, Post, Tree, UnitKind
from gridgov.domain.rules import Rules
from gridgov.domain.steps import PAIRED, Command, Situation, Step, follow_up, opened, perform
from gridgov.domain.workflow import Action, Example

OLDER, YOUNGER, ELSEWHERE = "older", "younger", "elsewhere"
MONDAY_NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
RESIDENT = Actor(person_id=None, reporter_of=0, name="resident")
PHOTO = {"id": "00000000-0000-4000-8000-000000000000", "sha256": "0" * 64, "media_type": "image/jpeg"}


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
        given = inputs or {}
        if action in PAIRED:
            self.take((_paired(self, action, actor, given),))
        else:
            self.take(perform(self.rules, self.tree, self.situation, Command(action, actor, given), self.now))

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


def _paired(life: Life, action: str, actor: Actor, inputs: Mapping[str, Any]) -> Step:
    """The step of this life in what changes two cases; `into` names a neighbour."""
    own = party_of(life)
    if action == UNMERGE:
        return unmerge(life.tree, own, (), actor, inputs, life.now)[0]
    merger = merge(life.tree, own, neighbour(life, inputs.get("into", OLDER)), actor, inputs, life.now)
    return merger.absorbed if merger.master is own else merger.ended


def party_of(life: Life) -> Party:
    """The life as one of two cases."""
    return Party(0, "own", life.steps[0].event.at, life.rules, life.situation)


def neighbour(life: Life, word: str, **given: Any) -> Party:
    """A fresh case beside the life: older or younger at the same place, or an older one in another compound."""
    facts, first = life.situation.facts, life.steps[0].event.at
    compounds = (unit.id for unit in life.tree.units.values() if unit.kind is UnitKind.COMPOUND)
    other = next((each for each in compounds if each != facts.compound_id), facts.compound_id)
    place = other if word == ELSEWHERE else facts.compound_id
    at = life.now if word == YOUNGER else first - timedelta(hours=1)
    begun = opened(life.rules, life.tree, facts_for(life.rules, life.tree, facts.category, place, **given),
                   Signature("reporter"), {}, at)  # fmt: skip
    return Party(1, word, at, life.rules, begun.situation)


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

    A step is "action who", "!action who" for one that has to be refused, "+action" for one that the system did at
    once, "silence" for the next clock, or the name of a system action: then time passes until the system has done it
    ("action system": it does it now).
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
    if text.startswith("+"):
        return None if life.steps[-1].event.action == text[1:] else "the system did not do it at once"
    if words == ["silence"]:
        return None if life.wait() else "nothing waits any more"
    if words[0] in BESIDE:
        life.take((BESIDE[words[0]](life.tree, party_of(life), neighbour(life, YOUNGER), life.now),))
        return None
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
        before = len(life.steps)
        if not life.wait():
            break
        if action in {step.event.action for step in life.steps[before:]}:
            return None
    return "the system never did it"


def actor_for(who: str, action: str, life: Life) -> Actor:
    """Somebody who stands for the word: the reporter, or the first person of its units free of the work."""
    facts, tree = life.situation.facts, life.tree
    if who == "system":
        return SYSTEM
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
    action = life.rules.definition.action(words[0])
    filled = {name: FILLED[name](life) for name in wanted_inputs(action) if name in FILLED}
    if (meant := of_call(words, action.needs, life.situation.facts, life.tree)) is not None:
        return {**filled, **meant}
    return {**filled, "handler_id": _named(third, life)} if third else filled


def wanted_inputs(action: Action) -> list[str]:
    """What somebody careful gives with the action: all that it needs, and a photo wherever it takes one."""
    return [need.split("|")[0].removesuffix("?") for need in action.needs if not need.endswith("?") or need == OPTIONAL]


def _named(kind: str, life: Life) -> int:
    facts, tree = life.situation.facts, life.tree
    if kind in {"community", "subdistrict", "city"}:
        return candidates(kind, facts, tree)[0]
    return tree.served_by(facts.compound_id, UnitKind(kind))[0]


BESIDE = {"absorb": absorb, "release": release}
"""What happens to a case because another one is merged into it, or taken out again."""

FILLED: Mapping[str, Callable[[Life], Any]] = {
    "attachments": lambda life: [PHOTO],
    "category": lambda life: life.situation.facts.category,
    "contact": lambda life: {"kind": "call", "made_safe": True},
    "into": lambda life: OLDER,
    "note": lambda life: "example",
    "person_id": lambda life: life.tree.acting[life.situation.facts.handler_id or 0][0],
    "priority": lambda life: "P2",
    "request": lambda life: len(life.situation.facts.requests),
    "until": lambda life: life.now + timedelta(days=20),
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
