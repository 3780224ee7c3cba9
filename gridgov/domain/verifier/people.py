"""Proofs 13 and 16 on people: the case goes on without whoever is silent, and the holder can move it forward.

Every scene is played in the model city against the permission rules themselves.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from gridgov.domain.actors import Actor
from gridgov.domain.case import Facts
from gridgov.domain.errors import GridgovError, NoHolder, Text
from gridgov.domain.holders import candidates, holder_of
from gridgov.domain.life import MONDAY_NINE, RESIDENT, facts_for
from gridgov.domain.model_city import BRANCH, CITY, COMMUNITY, COMPOUND, PROPERTY, SUBDISTRICT, model_city
from gridgov.domain.org import Level, Tree, UnitKind
from gridgov.domain.permissions import permit
from gridgov.domain.rules import Rules
from gridgov.domain.verifier.calling import called_scenes
from gridgov.domain.verifier.graph import Edge, alone, edges_of, forcing, shortest_path
from gridgov.domain.verifier.report import Answer, Finding
from gridgov.domain.verifier.waiting import priorities_of
from gridgov.domain.workflow import START, Definition, State

NOBODYS = frozenset({"anyone", "reporter", "system"})


@dataclass(frozen=True, slots=True)
class Scene:
    """A case in a waiting state, at its worst: urgent where it may be, no resident to help, `level` as told."""

    facts: Facts
    level: Level
    handler: UnitKind
    spent: bool


def goes_on_without_the_holder(rules: Rules) -> Iterator[Answer]:
    """Proof 13: in each state at each level, with fresh and with used-up counters, somebody else has a way on.

    It moves the case and is no force. The reporter is not counted on. Where the city holds the case, it is
    another of its people.
    """
    tree, definition = _cities()[0], rules.definition
    edges = [edge for edge in alone(edges_of(definition)) if edge.moves and edge.action not in forcing(definition)]
    for code in definition.waiting:
        here = [edge for edge in edges if edge.origin == code]
        found = [_stuck(rules, scene, here, tree) for scene in _scenes(rules, definition.states[code], tree)]
        yield from [each for each in found if each is not None][:1] or found


def _scenes(rules: Rules, state: State, tree: Tree) -> Iterator[Scene]:
    """Each situation on each level, with fresh and with used-up counters."""
    spent = {name: counter.most for name, counter in rules.definition.counters.items()}
    for facts in _situations(rules, state, tree):
        kind = tree.units[facts.handler_id or 0].kind
        for level in Level if facts.handler_id == PROPERTY else (Level.OWNER, Level.CITY):
            for counters in ({}, spent):
                yield Scene(replace(facts, level=level, counters=counters), level, kind, bool(counters))


def _situations(rules: Rules, state: State, tree: Tree) -> Iterator[Facts]:
    """Whoever may handle, in a category that accuses nobody; where judges change, the lower ones have judged before."""
    definition = rules.definition
    plain = next(category for category in rules.catalogue if category.about is None)
    priority = priorities_of(definition, state)[0]
    facts = facts_for(rules, tree, plain.code, COMPOUND, priority=priority, co_reporters=1)
    department = tree.served_by(CITY, UnitKind.DEPARTMENT)[0]
    unused = definition.holders[state.holder or ""].unused
    for handler in (PROPERTY, BRANCH, COMMUNITY, SUBDISTRICT, department):
        for judges in ((), (COMMUNITY, SUBDISTRICT)) if unused else ((),):
            here = replace(facts, state=state.code, handler_id=handler, handlers=(handler,), judges=judges)
            for scene in called_scenes(here, definition, tree):
                yield replace(scene, holder_id=_holder(rules, scene, tree))


def _holder(rules: Rules, facts: Facts, tree: Tree) -> int | None:
    try:
        return holder_of(rules.holder_rule(facts), facts, tree)
    except NoHolder:
        return None


def _stuck(rules: Rules, scene: Scene, edges: Iterable[Edge], tree: Tree) -> Finding | None:
    facts = scene.facts
    silent = tree.acting.get(facts.holder_id or 0, ())
    # The city's people take turns: only one of them is silent.
    silent = silent[:1] if facts.holder_id == CITY else silent
    if any(
        _may(rules, edge.action, facts, person, tree) for edge in edges for person in _others(edge, facts, tree, silent)
    ):
        return None
    code, title = facts.state, rules.definition.states[facts.state].title.zh
    counters = ("used up", "用完") if scene.spent else ("fresh", "未用")
    level, kind = scene.level.name.lower(), scene.handler.value
    sentence = Text(
        f"In {code} nobody but the silent holder has a way on (level {level}, handler {kind}, counters {counters[0]}).",
        f"“{title}”中除沉默的责任方外无人能推进（层级 {level}，承办 {kind}，次数{counters[1]}）。",
    )
    return Finding(13, sentence, shortest_path(edges_of(rules.definition), START, {code}) or (code,))


def _others(edge: Edge, facts: Facts, tree: Tree, silent: tuple[int, ...]) -> Iterator[int]:
    for word in edge.way.by:
        for unit in () if word in NOBODYS else candidates(word, facts, tree):
            yield from (person for person in tree.acting.get(unit, ()) if person not in silent)


def _may(rules: Rules, action: str, facts: Facts, person: int, tree: Tree) -> bool:
    return _may_act(rules, action, facts, Actor(person, tree.posts_of.get(person, ())), tree)


def _may_act(rules: Rules, action: str, facts: Facts, actor: Actor, tree: Tree) -> bool:
    try:
        permit(rules, rules.definition.actions[action], facts, actor, tree, MONDAY_NINE, MONDAY_NINE)
    except GridgovError:
        return False
    return True


def the_holder_can_move_it(rules: Rules) -> Iterator[Answer]:
    """Proof 16, first half: each waiting state names its forward action, and whoever holds the case may do it.

    From state to state the forward actions lead to an end, so that none is a decline, an escalation or a way back. A
    forward that is counted names in `spent` what remains.
    """
    definition = rules.definition
    for code in definition.waiting:
        state = definition.states[code]
        edges = [edge for edge in edges_of(definition) if edge.origin == code and edge.action == state.forward]
        path = _forward_path(definition, code)
        ends = path[-1] not in definition.waiting
        sentence = Text(f"The forward actions from {code} reach no end.", f"从“{code}”沿前进操作到不了终结。")
        yield None if edges and ends else Finding(16, sentence, path)
        sentence = Text(f"What {code} names as spent does not fit its forward.", f"“{code}”的 spent 与前进操作不符。")
        yield None if _spent_fits(definition, state, edges) else Finding(16, sentence, (code,))
        yield _helpless(rules, state) if edges else None


def _forward_path(definition: Definition, code: str) -> tuple[str, ...]:
    """States and forward actions in turn until an end, a state met before, or a forward that does not move."""
    path = [code]
    while path[-1] in definition.waiting and path[-1] not in path[:-1:2]:
        forward = definition.states[path[-1]].forward
        edge = next((e for e in edges_of(definition) if (e.origin, e.action) == (path[-1], forward)), None)
        if edge is None or not edge.moves or edge.action in forcing(definition):
            break
        path += [edge.action, edge.target]
    return tuple(path)


def _spent_fits(definition: Definition, state: State, edges: list[Edge]) -> bool:
    counted = {edge.way.counts for edge in edges} - {None}
    if not counted or state.spent is None:
        return not counted and state.spent is None
    ways = definition.actions[state.spent].ways_from(state.code)
    return any(way.counts not in counted for way in ways)


def _helpless(rules: Rules, state: State) -> Finding | None:
    """The finding for a holder who may not do the forward action, also where a unit has nobody left."""
    forward = state.forward or ""
    for tree in _cities():
        for facts in _situations(rules, state, tree):
            acting = tree.acting.get(facts.holder_id or 0, ())
            actors = [Actor(person, tree.posts_of[person]) for person in acting]
            actors = actors if facts.holder_id is not None else [RESIDENT]
            if not any(_may_act(rules, forward, facts, actor, tree) for actor in actors):
                return _refused(state, facts, tree)
    return None


def _refused(state: State, facts: Facts, tree: Tree) -> Finding:
    holder = tree.units[facts.holder_id].kind.value if facts.holder_id is not None else "reporter"
    handler = tree.units[facts.handler_id or 0].kind.value
    sentence = Text(
        f"In {state.code} the holder ({holder}) may not do {state.forward} (handler: {handler}).",
        f"“{state.title.zh}”的责任方（{holder}）不能办理“{state.forward}”（承办：{handler}）。",
    )
    return Finding(16, sentence, (state.code, state.forward or ""))


@cache
def _cities() -> tuple[Tree, ...]:
    """The model city, and the same after everybody has left its property, its branch, its community."""
    return (model_city(), *(_without_staff(model_city(), unit) for unit in (PROPERTY, BRANCH, COMMUNITY)))


def _without_staff(tree: Tree, unit_id: int) -> Tree:
    return replace(tree, posts=tuple(post for post in tree.posts if post.unit_id != unit_id), _paths={})
