"""Proof 11 and the second half of 16: the examples of the file hold, and no way goes without one."""

from collections.abc import Iterator

from gridgov.domain.catalogue import URGENT
from gridgov.domain.errors import GridgovError, Text
from gridgov.domain.life import run_example
from gridgov.domain.model_city import model_city
from gridgov.domain.rules import Rules
from gridgov.domain.verifier.report import Answer, Finding
from gridgov.domain.workflow import START, Action, Example, Way

Shown = tuple[str, str, str]

REFUSED, AT_ONCE, SILENCE = "!", "+", "silence"


def examples_hold(rules: Rules) -> Iterator[Answer]:
    """Proof 11: each example is lived through in the model city and ends as it says."""
    tree = model_city()
    for example in rules.definition.examples:
        try:
            broken = run_example(rules, tree, example)
        except (GridgovError, LookupError, StopIteration) as error:
            broken = f"{example.title}: {error}"
        sentence = Text(f"{broken}.", f"示例不成立：{broken}。")
        yield Finding(11, sentence, (example.title, *example.steps)) if broken else None


def every_way_has_an_example(rules: Rules) -> Iterator[Answer]:
    """Proof 16, second half: every way of every action is shown, else one that is deleted would go unseen.

    A step that has to be refused shows nothing of what the action does. Both ways of counting time occur,
    an urgent case and another, and every example says which state it ends in.
    """
    definition = rules.definition
    shown = {step for example in definition.examples for step in _walk(rules, example)}
    for code, action in definition.actions.items():
        for way in action.ways:
            seen = any(_shows(step, code, way, action) for step in shown)
            by = " or ".join(way.by)
            sentence = Text(f"No example shows {code} by {by}.", f"没有示例包含由 {by} 办理的“{action.title.zh}”。")
            yield None if seen else Finding(16, sentence, (way.origins[0], code, way.target_from(way.origins[0])))
    urgent = {_priority(rules, example) in URGENT for example in definition.examples}
    for wanted in {priority in URGENT for priority in definition.priorities}:
        kind, zh = ("urgent", "特急、急件") if wanted else ("ordinary", "一般件")
        sentence = Text(f"No example shows an {kind} case.", f"没有{zh}的示例。")
        yield None if wanted in urgent else Finding(16, sentence, (kind,))
    for example in definition.examples:
        sentence = Text(f"{example.title}: no state is expected.", f"示例“{example.title}”没有写明结束状态。")
        yield None if "state" in example.expect else Finding(16, sentence, (example.title,))


def _shows(step: Shown, code: str, way: Way, action: Action) -> bool:
    """True when the step takes this way: the only one from its state, or one that names who took it."""
    state, did, who = step
    return did == code and state in way.origins and (who in way.by or len(action.ways_from(state)) == 1)


def _walk(rules: Rules, example: Example) -> Iterator[Shown]:
    """The (state, action, who) of each step that has to succeed: state and action determine the next state."""
    definition = rules.definition
    yield from ((START, definition.start, who) for who in definition.actions[definition.start].ways[0].by)
    state, steps = definition.initial, list(example.steps)
    if _priority(rules, example) == "P1":
        steps.insert(0, "accept")
    for step in steps:
        action, who, *_ = (*step.removeprefix(AT_ONCE).split(), "system")
        if step == SILENCE or step.startswith(REFUSED) or action not in definition.actions:
            continue
        yield state, action, who
        ways = definition.actions[action].ways_from(state)
        state = ways[0].target_from(state) if ways else state


def _priority(rules: Rules, example: Example) -> str:
    wanted = example.given.get("category")
    return next((category.priority for category in rules.catalogue if category.code == wanted), "")
