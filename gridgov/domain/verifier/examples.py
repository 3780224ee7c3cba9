"""Proof 11 and the second half of 16: the examples of the file hold, and no action goes without one."""

from collections.abc import Iterator

from gridgov.domain.catalogue import URGENT
from gridgov.domain.errors import GridgovError, Text
from gridgov.domain.life import run_example
from gridgov.domain.model_city import model_city
from gridgov.domain.rules import Rules
from gridgov.domain.verifier.report import Answer, Finding
from gridgov.domain.workflow import Definition, Example

REFUSED = "!"


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


def every_action_has_an_example(rules: Rules) -> Iterator[Answer]:
    """Proof 16, second half: without it a deleted action would go unseen.

    A step that has to be refused shows nothing of what the action does. Both ways of counting time occur,
    an urgent case and another.
    """
    definition = rules.definition
    shown = _shown(definition)
    for code, action in definition.actions.items():
        sentence = Text(f"No example shows {code}.", f"没有示例包含“{action.title.zh}”。")
        yield None if code in shown else Finding(16, sentence, (code,))
    urgent = {_is_urgent(rules, example) for example in definition.examples}
    for wanted in {priority in URGENT for priority in definition.priorities}:
        kind, zh = ("urgent", "特急、急件") if wanted else ("ordinary", "一般件")
        sentence = Text(f"No example shows an {kind} case.", f"没有{zh}的示例。")
        yield None if wanted in urgent else Finding(16, sentence, (kind,))


def _shown(definition: Definition) -> set[str]:
    steps = {step.split()[0] for example in definition.examples for step in example.steps}
    return {step for step in steps if not step.startswith(REFUSED)} | (
        {definition.start} if definition.examples else set()
    )


def _is_urgent(rules: Rules, example: Example) -> bool:
    wanted = example.given.get("category")
    return any(category.code == wanted and category.priority in URGENT for category in rules.catalogue)
