"""Proof 9: everything has words in both languages, somebody hears of every action, and Open311 has its word."""

from collections.abc import Iterator

from gridgov.domain.errors import Text
from gridgov.domain.rules import Rules
from gridgov.domain.verifier.graph import edges_of
from gridgov.domain.verifier.report import Answer, Finding
from gridgov.domain.workflow import START, Definition

REPORTER = "reporter"


def words_are_there(rules: Rules) -> Iterator[Answer]:
    """Proof 9: titles, status words and notice rules."""
    definition = rules.definition
    for place, text in _titles(definition):
        sentence = Text(f"{place} needs words in zh and en.", f"{place} 需要中英文名称。")
        yield None if text.strip() and text.zh.strip() else Finding(9, sentence, (place,))
    for code, state in definition.states.items():
        wanted = "closed" if state.final else "open"
        sentence = Text(f"{code} must be {wanted} in Open311.", f"“{code}”的 Open311 状态应为 {wanted}。")
        yield None if state.open311 == wanted else Finding(9, sentence, (code,))
    for code, action in definition.actions.items():
        sentence = Text(f"Nobody hears of {code}.", f"“{code}”没有通知规则。")
        yield None if action.tell else Finding(9, sentence, (code,))
    yield from _who_must_hear(definition)


def _titles(definition: Definition) -> Iterator[tuple[str, Text]]:
    yield "the workflow", definition.title
    for place, texts in (("stages", definition.stages), ("who", definition.who)):
        yield from ((f"{place}.{code}", text) for code, text in texts.items())
    yield from ((f"requests.{kind}", rule.title) for kind, rule in definition.requests.items())
    yield from ((f"whistles.{code}", kind.title) for code, kind in definition.whistles.items())
    yield from ((code, state.title) for code, state in definition.states.items())
    yield from ((code, action.title) for code, action in definition.actions.items())


def _who_must_hear(definition: Definition) -> Iterator[Answer]:
    """The new holder hears that it is its turn; the reporter hears the beginning and each end."""
    for edge in edges_of(definition):
        state = definition.states[edge.target]
        if not edge.moves:
            continue
        by_reporter = state.final or definition.holders[state.holder or ""].chain == (REPORTER,)
        wanted = {REPORTER} if by_reporter else {"holder"}
        wanted |= {REPORTER} if edge.origin == START else set()
        told = {word.removesuffix("!") for word in definition.actions[edge.action].tell}
        missing = ", ".join(sorted(wanted - told))
        sentence = Text(f"{edge.action} does not tell the {missing}.", f"“{edge.action}”没有通知 {missing}。")
        yield Finding(9, sentence, (edge.origin, edge.action, edge.target)) if missing else None
