"""A workflow definition as immutable values: states, actions and their ways, limits, clocks, ladder.

How a file becomes these values: definition_file.py. What they mean: steps.py. Why they may be trusted: verifier.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from gridgov.domain.durations import Span
from gridgov.domain.errors import NotFound, Text
from gridgov.domain.requests import RequestRule

Item = TypeVar("Item")

SAME = "same"
START = "start"
WAITING = "waiting"


@dataclass(frozen=True)
class State:
    """A station of the case's life. A final state has no holder, no limit and no forward action.

    `pauses` is the state whose clock stands aside meanwhile; with `until` its own clock ends at a moment that was
    granted, and its limit is only the most that may be granted.
    """

    code: str
    title: Text
    stage: str
    open311: str
    holder: str | None = None
    limit: str | None = None
    at_limit: str | None = None
    forward: str | None = None
    spent: str | None = None
    pauses: str | None = None
    until: bool = False
    priorities: tuple[str, ...] = ()

    @property
    def final(self) -> bool:
        """True where nothing waits any more."""
        return self.holder is None


@dataclass(frozen=True)
class Way:
    """One way of an action: from these states to that one, by these people, when all of `when` hold."""

    origins: tuple[str, ...]
    target: str
    by: tuple[str, ...]
    when: tuple[str, ...] = ()
    counts: str | None = None
    effects: tuple[str, ...] = ()
    impartial: bool = False
    limit: str | None = None

    def target_from(self, state: str) -> str:
        """The state that this way leads to from `state`."""
        return state if self.target == SAME else self.target


@dataclass(frozen=True, eq=False)
class Action:
    """What somebody may do to a case; `needs` are inputs, a trailing ? marks an optional one, a | a choice."""

    code: str
    title: Text
    ways: tuple[Way, ...]
    needs: tuple[str, ...] = ()
    tell: tuple[str, ...] = ()

    def ways_from(self, state: str) -> tuple[Way, ...]:
        """The ways that start in `state`, in the order of the file."""
        return tuple(way for way in self.ways if state in way.origins)


@dataclass(frozen=True)
class HolderRule:
    """Who must act: the first candidate of `chain` with an active person.

    With `impartial`, only a candidate that is free of the work; with `unused`, one that neither handled nor judged.
    Once the counter `city_after` is used up, only the last of the chain is asked: the city has the last word.
    """

    chain: tuple[str, ...]
    impartial: bool = False
    unused: bool = False
    city_after: str | None = None


@dataclass(frozen=True)
class Counter:
    """How often something may happen, per round or per case, and the action that remains afterwards."""

    most: int
    per: str
    then: str | None = None


@dataclass(frozen=True)
class ClockRule:
    """What arms and ends a kind of clock, and whom its limit tells (workflow.md §4)."""

    kind: str
    within: tuple[str, ...]
    armed_by: tuple[str, ...]
    ended_by: tuple[str, ...]
    limit: str | None = None
    again: str | None = None
    floor: str | None = None
    tell: tuple[str, ...] = ()
    paused_in: tuple[str, ...] = ()


@dataclass(frozen=True)
class WhistleKind:
    """A kind of whistle (哨): how long a called unit has to answer and to be there, and for which priorities.

    `progress` is how often its lead says publicly how the work goes, None where nobody asks for that.
    """

    code: str
    title: Text
    answer: Span
    arrive: Span
    priorities: tuple[str, ...]
    progress: Span | None = None


@dataclass(frozen=True)
class Example:
    """A short life that the file promises: checked each time the file is read."""

    title: str
    given: Mapping[str, str]
    steps: tuple[str, ...]
    expect: Mapping[str, str | int]


@dataclass(frozen=True, eq=False)
class Definition:
    """A whole workflow. `text` is the file it came from, `digest` the SHA-256 of that text in hex."""

    name: str
    version: int
    title: Text
    start: str
    priorities: tuple[str, ...]
    stages: Mapping[str, Text]
    who: Mapping[str, Text]
    holders: Mapping[str, HolderRule]
    limits: Mapping[str, Mapping[str, Span]]
    ladder: Mapping[str, Mapping[str, Span]]
    counters: Mapping[str, Counter]
    clocks: Mapping[str, ClockRule]
    states: Mapping[str, State]
    actions: Mapping[str, Action]
    requests: Mapping[str, RequestRule]
    examples: tuple[Example, ...]
    text: str
    digest: str
    whistles: Mapping[str, WhistleKind] = field(default_factory=dict)

    def state(self, code: str) -> State:
        """The state of that code. Raises NotFound."""
        return _one(self.states, code, "state", "状态")

    def action(self, code: str) -> Action:
        """The action of that code. Raises NotFound."""
        return _one(self.actions, code, "action", "操作")

    @cached_property
    def waiting(self) -> tuple[str, ...]:
        """The codes of the states that are not final."""
        return tuple(code for code, state in self.states.items() if not state.final)

    @cached_property
    def initial(self) -> str:
        """The state that the start action enters."""
        return self.actions[self.start].ways[0].target

    @cached_property
    def asked(self) -> tuple[Action, ...]:
        """The actions that somebody may ask for on a case: not the report, and not what only the system does."""
        ours = (action for action in self.actions.values() if action.code != self.start)
        return tuple(action for action in ours if any(way.by != ("system",) for way in action.ways))

    def limit(self, name: str, priority: str) -> Span | None:
        """The span of a limit for a priority, None where the limit does not exist for it."""
        return self.limits[name].get(priority)


def _one(items: Mapping[str, Item], code: str, what: str, what_zh: str) -> Item:
    if code not in items:
        raise NotFound(f"There is no {what} {code!r} in this workflow.", f"本流程没有名为“{code}”的{what_zh}。")
    return items[code]
