"""What changes in the ways of an action: who may, from where, to where, when, with which effect."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from gridgov.domain.difference_words import NOTHING, WAY_WORDS, Found, arrow, joined, labelled, listed
from gridgov.domain.errors import Text
from gridgov.domain.workflow import SAME, WAITING, Definition, Way

STAYS = Text("the state stays", "状态不变")
ANY_WAITING = Text("any waiting state", "任一等待状态")

Ways = tuple[Definition, tuple[Way, ...]]


def way_differences(code: str, title: Text, old: Ways, new: Ways) -> Found:
    """Ways that mean the same fall away; of the others those of the same states are compared, then what is left."""
    first_ways, second_ways = _folded(old), _folded(new)
    before = [way for way in first_ways if _meaning(way) not in {_meaning(each) for each in second_ways}]
    after = [way for way in second_ways if _meaning(way) not in {_meaning(each) for each in first_ways}]
    for first, second in _paired(before, after):
        if first is None or second is None:
            yield code, _way_alone(code, title, old[0] if second is None else new[0], first, second)
        else:
            yield from _way_changed(code, title, (old[0], first), (new[0], second), len(new[1]) > 1)


def _folded(ways: Ways) -> list[Way]:
    """The ways, every waiting state said as one word: a state that comes or goes is no news in each of them."""
    definition, found = ways
    return [replace(way, origins=folded(way.origins, definition)) for way in found]


def folded(states: tuple[str, ...], definition: Definition) -> tuple[str, ...]:
    """The states sorted, with the word `waiting` for all that wait, where all of them are there."""
    if not set(definition.waiting) <= set(states):
        return tuple(sorted(states))
    return (WAITING, *sorted(set(states) - set(definition.waiting)))


def _meaning(way: Way) -> tuple[Any, ...]:
    lists = (tuple(sorted(way.origins)), tuple(sorted(way.by)), tuple(sorted(way.when)))
    return (*lists, way.target, way.counts, way.effects, way.impartial, way.limit)


def _paired(before: list[Way], after: list[Way]) -> Iterator[tuple[Way | None, Way | None]]:
    """Each way with what became of it: the one of the same states, else the next that is left over."""
    left = list(after)
    lonely = []
    for way in before:
        same = next((each for each in left if (set(each.origins), each.target) == (set(way.origins), way.target)), None)
        if same is None:
            lonely.append(way)
        else:
            left.remove(same)
            yield way, same
    yield from zip_longest(lonely, left)


def _way_alone(code: str, title: Text, definition: Definition, gone: Way | None, fresh: Way | None) -> Text:
    way = gone or fresh
    if way is None:
        raise TypeError("a way is gone or new")
    path = _path(definition, way)
    who = people(definition, way.by)
    if fresh is None:
        return Text(
            f"action {title} ({code}): no longer {path} by {who}",
            f"操作“{title.zh}”（{code}）：不再由{who.zh}办理：{path.zh}",
        )
    return Text(
        f"action {title} ({code}): now also {path} by {who}",
        f"操作“{title.zh}”（{code}）：新增由{who.zh}办理：{path.zh}",
    )


def _way_changed(
    code: str, title: Text, old: tuple[Definition, Way], new: tuple[Definition, Way], named: bool
) -> Found:
    path = _path(*new)
    place = Text(f" [{path}]", f"［{path.zh}］") if named else Text("", "")
    for name, what in WAY_WORDS.items():
        before, after = getattr(old[1], name), getattr(new[1], name)
        if name in {"origins", "by", "when"}:
            before, after = sorted(before), sorted(after)
        said = WAY_SAID.get(name, _as_written)
        head = labelled(Text("action", "操作"), title, code, what)
        label = Text(f"{head}{place}", f"{head.zh}{place.zh}")
        if before != after:
            yield code, arrow(label, said(old[0], before), said(new[0], after))


def _as_written(definition: Definition, value: Any) -> Text:
    return listed(value) if value else NOTHING


def _path(definition: Definition, way: Way) -> Text:
    origins, target = _places(definition, sorted(way.origins)), _place(definition, way.target)
    return Text(f"{origins} → {target}", f"{origins.zh} → {target.zh}")


def _places(definition: Definition, codes: Iterable[str]) -> Text:
    return joined([_place(definition, code) for code in codes])


def _place(definition: Definition, code: str) -> Text:
    if code == SAME:
        return STAYS
    if code == WAITING:
        return ANY_WAITING
    state = definition.states.get(code)
    return Text(code, f"{state.title.zh}（{code}）") if state is not None else Text(code, code)


def people(definition: Definition, words: Iterable[str]) -> Text:
    """The words of `who` as this definition titles them."""
    return joined([Text(word, definition.who[word].zh if word in definition.who else word) for word in words])


WAY_SAID: Mapping[str, Callable[[Definition, Any], Text]] = {
    "by": people,
    "origins": _places,
    "target": _place,
    "impartial": lambda definition, value: listed(value),
}
