"""Proof 12: nothing goes round for ever, and where a counter is used up something remains."""

from collections.abc import Iterator

from gridgov.domain.errors import Text
from gridgov.domain.limits import REWORK
from gridgov.domain.rules import Rules
from gridgov.domain.verifier.graph import CITY_ONLY, Edge, edges_of, shortest_cycle
from gridgov.domain.verifier.report import Answer, Finding
from gridgov.domain.workflow import START, Definition

NEW_ROUND = "new_round"


def cycles_are_counted(rules: Rules) -> Iterator[Answer]:
    """Proof 12, first half. What the city alone may do is left out; a step that stays (`same`) does not move the case.

    Entering a state anew, like redispatch out of dispatched, is a cycle of its own. A counter that each
    round sets back does not bound the step that begins a round.
    """
    edges = [edge for edge in edges_of(rules.definition) if edge.moves and edge.way.by != CITY_ONLY]
    free = [edge for edge in edges if edge.way.counts is None]
    cycle = shortest_cycle(free)
    sentence = Text("This can go round for ever: no step of it is counted.", "该循环没有任何一步计次，可以无限重复。")
    yield Finding(12, sentence, cycle) if cycle else None
    for edge in edges:
        counter = rules.definition.counters.get(edge.way.counts or "")
        lasting = counter is not None and counter.per == "case"
        begins = NEW_ROUND in edge.way.effects
        unbound = Text(f"{edge.action} begins rounds without end.", f"“{edge.action}”可以无限开始新一轮。")
        yield Finding(12, unbound, (edge.origin, edge.action, edge.target)) if begins and not lasting else None


def something_remains(rules: Rules) -> Iterator[Answer]:
    """Proof 12, second half: in each waiting state where a counted way is refused, the counter's `then` starts.

    It has a way there that the used-up counter does not refuse, too.
    """
    definition = rules.definition
    for edge in edges_of(definition):
        if edge.way.counts is None or edge.origin not in definition.waiting:
            continue
        then = definition.counters[edge.way.counts].then
        sentence = Text(
            f"When {edge.way.counts} are used up in {edge.origin}, {then or 'nothing'} cannot start there.",
            f"“{edge.origin}”中“{edge.way.counts}”用完后没有可行的去路。",
        )
        path = (edge.origin, edge.action, edge.origin, *((then,) if then else ()))
        yield None if then and _starts(definition, then, edge) else Finding(12, sentence, path)


def _starts(definition: Definition, action: str, spent: Edge) -> bool:
    counter = spent.way.counts
    ways = definition.actions[action].ways_from(spent.origin)
    return any(way.counts != counter and f"{counter}_left" not in way.when for way in ways)


def work_sent_back_gets_less_time(rules: Rules) -> Iterator[Answer]:
    """Proof 12: who checks and sends back within a round names the shorter limit, else each time would be a new one."""
    definition = rules.definition
    for edge in edges_of(definition):
        state = definition.states.get(edge.origin)
        checked = state is not None and not state.final and definition.holders[state.holder or ""].impartial
        if checked and edge.moves and edge.way.counts and NEW_ROUND not in edge.way.effects:
            sentence = Text(f"{edge.action} gives all the time again.", f"“{edge.action}”重新给足全部时限。")
            path = (edge.origin, edge.action, edge.target)
            yield None if edge.way.limit == REWORK else Finding(12, sentence, path)


def counters_bind(rules: Rules) -> Iterator[Answer]:
    """Proof 12: a counter admits at least one use, and the start is not counted."""
    definition = rules.definition
    for name, counter in definition.counters.items():
        sentence = Text(f"{name} admits nothing at all.", f"“{name}”一次都不允许。")
        yield None if counter.most >= 1 else Finding(12, sentence, (name,))
    for way in definition.actions[definition.start].ways:
        sentence = Text("A report cannot be counted.", "上报不能计次。")
        yield Finding(12, sentence, (START, definition.start)) if way.counts else None
