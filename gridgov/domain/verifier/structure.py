"""Proofs 1, 2, 5 and 10: the shape of the graph."""

from collections.abc import Iterator

from gridgov.domain.errors import Text
from gridgov.domain.rules import Rules
from gridgov.domain.verifier.graph import Edge, alone, edges_of, shortest_path, unforced
from gridgov.domain.verifier.report import Answer, Finding
from gridgov.domain.workflow import START, Definition

DATED = "within_"


def one_start(rules: Rules) -> Iterator[Answer]:
    """Proof 1: only the start action begins a case, in one waiting state, and every state is reached from there."""
    definition = rules.definition
    beginnings = [edge for edge in edges_of(definition) if edge.origin == START]
    entered = {(edge.action, edge.target) for edge in beginnings}
    yield (
        None
        if _is_one_start(definition, beginnings)
        else Finding(
            1,
            Text(
                f"A case begins by {definition.start} alone, in one waiting state.",
                f"案件只能由“{definition.start}”开始，并进入一个等待状态。",
            ),
            tuple(word for pair in sorted(entered) for word in (START, *pair)),
        )
    )
    edges = unforced(definition)
    for code, state in definition.states.items():
        reached = shortest_path(edges, START, {code})
        forced = shortest_path(edges_of(definition), START, {code}) or (code,)
        sentence = Text(f"{code} is never reached without force.", f"不靠强制无法到达“{state.title.zh}”。")
        yield None if reached else Finding(1, sentence, forced)


def _is_one_start(definition: Definition, beginnings: list[Edge]) -> bool:
    start = definition.actions[definition.start]
    alone = len(beginnings) == 1 and len(start.ways) == 1 and start.ways[0].origins == (START,)
    return alone and beginnings[0].action == definition.start and beginnings[0].target in definition.waiting


def a_way_to_an_end(rules: Rules) -> Iterator[Answer]:
    """Proof 2: from every waiting state a final one can be reached without force."""
    definition = rules.definition
    edges, finals = alone(unforced(definition)), set(definition.states) - set(definition.waiting)
    for code in definition.waiting:
        title = definition.states[code].title.zh
        sentence = Text(f"From {code} no end can be reached without force.", f"不靠强制，“{title}”没有路通向终结。")
        ends = shortest_path(edges, code, finals)
        yield None if ends else Finding(2, sentence, shortest_path(edges, START, {code}) or (code,))


def ends_are_guarded(rules: Rules) -> Iterator[Answer]:
    """Proof 5: each way out of a final state has a counter and a date."""
    definition = rules.definition
    for edge in edges_of(definition):
        if edge.origin in definition.waiting or edge.origin == START or not edge.moves:
            continue
        path = (edge.origin, edge.action, edge.target)
        action = definition.actions[edge.action].title.zh
        dated = any(guard.startswith(DATED) for guard in edge.way.when)
        uncounted = Text(f"{edge.action} out of {edge.origin} is not counted.", f"终结后的“{action}”没有次数限制。")
        undated = Text(f"{edge.action} out of {edge.origin} has no date.", f"终结后的“{action}”没有期限。")
        yield None if edge.way.counts else Finding(5, uncounted, path)
        yield None if dated else Finding(5, undated, path)


def targets_are_determined(rules: Rules) -> Iterator[Answer]:
    """Proof 10: all ways of an action out of one state lead to one state, and to the same in the same manner."""
    targets: dict[tuple[str, str], set[tuple[str, bool]]] = {}
    for edge in edges_of(rules.definition):
        targets.setdefault((edge.origin, edge.action), set()).add((edge.target, edge.moves))
    for (origin, action), found in targets.items():
        names = sorted(target for target, _ in found)
        sentence = Text(
            f"{action} out of {origin} leads to more than one state: {', '.join(names)}.",
            f"“{rules.definition.actions[action].title.zh}”从同一状态通向不同状态：{'、'.join(names)}。",
        )
        yield None if len(found) == 1 else Finding(10, sentence, (origin, action, *names))
