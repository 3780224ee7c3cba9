"""What changes from one definition to another, in plain words. Equal meaning gives nothing, whatever the file says.

Left out are version, examples, comments and the order of tables: none of them moves a case.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from gridgov.domain.asking_diff import request_differences, whistle_differences
from gridgov.domain.difference_words import (
    ACTION_WORDS,
    CLOCK_WORDS,
    COUNTER_WORDS,
    HOLDER_WORDS,
    STATE_SAID,
    STATE_WORDS,
    Found,
    Item,
    added_and_removed,
    arrow,
    changed,
    labelled,
    listed,
    plain,
    span,
    titles,
)
from gridgov.domain.durations import Span
from gridgov.domain.errors import Text
from gridgov.domain.way_diff import folded, way_differences
from gridgov.domain.workflow import ClockRule, Definition


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that changes: which `part` of the file, whose (`subject`: a state, an action, …), and the sentence."""

    part: str
    subject: str
    sentence: Text

    def as_dict(self) -> dict[str, Any]:
        """The difference for JSON."""
        return {
            "part": self.part,
            "subject": self.subject,
            "sentence": {"zh": self.sentence.zh, "en": str(self.sentence)},
        }


def differences(old: Definition, new: Definition) -> tuple[Difference, ...]:
    """Everything that `new` means otherwise than `old`, part by part in the order of PARTS, sorted by subject."""
    return tuple(
        found for part, compare in PARTS.items() for found in sorted(_of(part, compare(old, new)), key=_by_subject)
    )


def _of(part: str, found: Found) -> Iterator[Difference]:
    return (Difference(part, subject, sentence) for subject, sentence in found)


def _by_subject(difference: Difference) -> str:
    return difference.subject


def _general(old: Definition, new: Definition) -> Found:
    for name, zh in (("name", "流程名称"), ("start", "起始操作")):
        yield from changed(Text(name, zh), getattr(old, name), getattr(new, name), plain, name)
    yield from titles("title", old.title, new.title)
    yield from changed(Text("priorities", "等级"), old.priorities, new.priorities, listed, "priorities")


def _stages(old: Definition, new: Definition) -> Found:
    yield from _words(old.stages, new.stages, Text("stage", "阶段"))


def _who(old: Definition, new: Definition) -> Found:
    yield from _words(old.who, new.who, Text("word of who", "办理人用语"))


def _words(old: Mapping[str, Text], new: Mapping[str, Text], what: Text) -> Found:
    yield from added_and_removed(old, new, what, lambda title: title)
    for code in old.keys() & new.keys():
        yield from titles(code, old[code], new[code])


def _states(old: Definition, new: Definition) -> Found:
    yield from added_and_removed(old.states, new.states, Text("state", "状态"), lambda state: state.title)
    for code in old.states.keys() & new.states.keys():
        before, after = old.states[code], new.states[code]
        yield from titles(code, before.title, after.title)
        for name, what in STATE_WORDS.items():
            head = labelled(Text("state", "状态"), after.title, code, what)
            yield from changed(head, getattr(before, name), getattr(after, name), STATE_SAID.get(name, plain), code)


def _actions(old: Definition, new: Definition) -> Found:
    yield from added_and_removed(old.actions, new.actions, Text("action", "操作"), lambda action: action.title)
    for code in old.actions.keys() & new.actions.keys():
        before, after = old.actions[code], new.actions[code]
        yield from titles(code, before.title, after.title)
        for name, what in ACTION_WORDS.items():
            head = labelled(Text("action", "操作"), after.title, code, what)
            yield from changed(head, sorted(getattr(before, name)), sorted(getattr(after, name)), listed, code)
        yield from way_differences(code, after.title, (old, before.ways), (new, after.ways))


def _holders(old: Definition, new: Definition) -> Found:
    yield from _rows(old.holders, new.holders, Text("holder", "责任方"), HOLDER_WORDS)


def _counters(old: Definition, new: Definition) -> Found:
    yield from _rows(old.counters, new.counters, Text("counter", "次数"), COUNTER_WORDS)


def _clocks(old: Definition, new: Definition) -> Found:
    yield from _rows(_unordered(old), _unordered(new), Text("clock", "计时"), CLOCK_WORDS)


def _unordered(definition: Definition) -> dict[str, ClockRule]:
    """The clock rules with their lists sorted: their order means nothing."""
    return {
        kind: replace(
            rule,
            within=folded(rule.within, definition),
            armed_by=tuple(sorted(rule.armed_by)),
            ended_by=tuple(sorted(rule.ended_by)),
            tell=tuple(sorted(rule.tell)),
            paused_in=folded(rule.paused_in, definition),
        )
        for kind, rule in definition.clocks.items()
    }


def _rows(old: Mapping[str, Item], new: Mapping[str, Item], what: Text, words: Mapping[str, Text]) -> Found:
    yield from added_and_removed(old, new, what, lambda row: Text("", ""))
    for code in old.keys() & new.keys():
        for name, word in words.items():
            head = Text(f"{what} {code}: {word}", f"{what.zh} {code}：{word.zh}")
            yield from changed(head, getattr(old[code], name), getattr(new[code], name), listed, code)


def _limits(old: Definition, new: Definition) -> Found:
    yield from _spans(old.limits, new.limits)


def _ladder(old: Definition, new: Definition) -> Found:
    yield from _spans(old.ladder, new.ladder)


Spans = Mapping[str, Mapping[str, Span]]


def _spans(old: Spans, new: Spans) -> Found:
    """Each number by limit and priority: "handle P3: 7 wd → 5 wd"."""
    for name in old.keys() | new.keys():
        before, after = old.get(name, {}), new.get(name, {})
        for priority in sorted(before.keys() | after.keys()):
            first, second = before.get(priority), after.get(priority)
            if first != second:
                yield name, arrow(Text(f"{name} {priority}", f"{name} {priority}"), span(first), span(second))


PARTS: Mapping[str, Callable[[Definition, Definition], Found]] = {
    "general": _general,
    "stages": _stages,
    "who": _who,
    "states": _states,
    "actions": _actions,
    "holders": _holders,
    "limits": _limits,
    "ladder": _ladder,
    "counters": _counters,
    "clocks": _clocks,
    "requests": request_differences,
    "whistles": whistle_differences,
}
"""The parts of a definition in the order in which their differences are told."""
