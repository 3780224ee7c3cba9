"""What changes in what units ask of one another: kinds of requests (who decides, how, until when) and of whistles."""

from collections.abc import Callable, Mapping
from typing import Any

from gridgov.domain.difference_words import (
    NOTHING,
    REQUEST_WORDS,
    WHISTLE_WORDS,
    Found,
    added_and_removed,
    arrow,
    labelled,
    listed,
    plain,
    span,
    titles,
)
from gridgov.domain.errors import Text
from gridgov.domain.requests import WHISTLE
from gridgov.domain.way_diff import people
from gridgov.domain.workflow import Definition

A_REQUEST, A_WHISTLE = Text("request", "申请"), Text("whistle", "哨")


def request_differences(old: Definition, new: Definition) -> Found:
    """Kinds of requests that come and go, and what is said otherwise of those that stay."""
    yield from added_and_removed(old.requests, new.requests, A_REQUEST, lambda rule: rule.title)
    for kind in old.requests.keys() & new.requests.keys():
        before, after = old.requests[kind], new.requests[kind]
        yield from titles(kind, before.title, after.title)
        for name, what in REQUEST_WORDS.items():
            first, second = getattr(before, name), getattr(after, name)
            if first != second:
                said = REQUEST_SAID.get(name, _as_written)
                yield kind, arrow(labelled(A_REQUEST, after.title, kind, what), said(old, first), said(new, second))


def whistle_differences(old: Definition, new: Definition) -> Found:
    """Kinds of whistles that come and go, and the times and priorities of those that stay."""
    yield from added_and_removed(old.whistles, new.whistles, A_WHISTLE, lambda whistle: whistle.title)
    for code in old.whistles.keys() & new.whistles.keys():
        before, after = old.whistles[code], new.whistles[code]
        yield from titles(code, before.title, after.title)
        head = {name: labelled(A_WHISTLE, after.title, code, what) for name, what in WHISTLE_WORDS.items()}
        for name in ("answer", "arrive", "progress"):
            first, second = getattr(before, name), getattr(after, name)
            if first != second:
                yield code, arrow(head[name], span(first), span(second))
        if set(before.priorities) != set(after.priorities):
            yield code, arrow(head["priorities"], listed(sorted(before.priorities)), listed(sorted(after.priorities)))


def _as_written(definition: Definition, value: Any) -> Text:
    return NOTHING if value is None else listed(value)


def _answer(definition: Definition, value: str) -> Text:
    return Text("the time of the whistle", "按所吹的哨") if value == WHISTLE else plain(value)


def _chosen(definition: Definition, value: str) -> Text:
    return CHOSEN_SAID.get(value, plain(value))


def _unanswered(definition: Definition, value: str) -> Text:
    return UNANSWERED_SAID.get(value, plain(value))


def _action(definition: Definition, code: str | None) -> Text:
    action = definition.actions.get(code or "")
    return plain(code) if action is None else Text(str(code), f"{action.title.zh}（{code}）")


CHOSEN_SAID = {
    "first": Text("the first of them, later the next", "首次由第一个单位，以后由下一个"),
    "length": Text("by the days asked for", "按申请的天数"),
    "turn": Text("one after the other, each has to agree", "依次审批，均须同意"),
}
UNANSWERED_SAID = {
    "up": Text("it moves up", "转上一级审批"),
    "escalate": Text("it becomes an escalation", "转为上报上级"),
    "refuse": Text("it is refused", "视为不同意"),
}
REQUEST_SAID: Mapping[str, Callable[[Definition, Any], Text]] = {
    "answer": _answer,
    "deciders": people,
    "chosen": _chosen,
    "unanswered": _unanswered,
    "grants": _action,
}
