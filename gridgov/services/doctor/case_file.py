"""All that is written about a case, as the checks look at it: its row, events with the facts around them, the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from gridgov.domain.bookkeeping import MIGRATE
from gridgov.domain.case import Facts, apply, from_plain
from gridgov.domain.clock import Clock
from gridgov.domain.org import Tree
from gridgov.domain.rules import Rules
from gridgov.domain.steps import Event

IMPORTED, IMPORT_ACTOR = "imported", "import"
LATE = timedelta(seconds=60)
"""So long may a due clock wait for the sweeper, in real time."""


@dataclass(frozen=True, slots=True)
class Link:
    """An event as a link of the hash chain."""

    event: Event
    salt: bytes
    digest: bytes
    prev_hash: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Moment:
    """An event between the facts before it and after it, with the rules that it is judged by.

    A migration is judged by the rules that it leads to, and so is everything after it.
    """

    before: Facts | None
    event: Event
    after: Facts
    rules: Rules


@dataclass(frozen=True, slots=True)
class Told:
    """A row of the ledger of notices; `outbox` is the state of its message, None where there is none."""

    event_seq: int
    person_id: int
    channel: str
    rule: str
    state: str
    reason: str | None
    outbox: int | None


@dataclass(frozen=True)
class CaseFile:
    """One case. `row`, `requests` and `whistles` hold columns by name.

    Clocks are in the order in which they were armed.
    `rules` are those of the version that it is pinned to; `past` are those of the versions that its migrations name.
    `served_since` says when each person was first told anything at all: before that, nobody may be expected to know.
    `late` is how long a due clock may wait, in the city's time.
    """

    row: Any
    rules: Rules
    tree: Tree
    now: datetime
    links: Sequence[Link]
    clocks: Sequence[Clock]
    notices: Sequence[Told]
    requests: Sequence[Any] = ()
    served_since: dict[int, datetime] = field(default_factory=dict)
    past: Mapping[tuple[str, int], Rules] = field(default_factory=dict)
    whistles: Sequence[Any] = ()
    late: timedelta = LATE

    @property
    def imported(self) -> bool:
        """True for a case of another system: its history is not of our making (workflow.md §8)."""
        return bool(self.row.kind == IMPORTED)

    @property
    def final(self) -> bool:
        """True when the case waits for nobody."""
        state = self.rules.definition.states.get(self.row.state)
        return state is not None and state.final

    def moments(self) -> list[Moment]:
        """The fold, event by event. Raises ValueError where changes or a version cannot be those of a case."""
        found: list[Moment] = []
        rules = self._first_rules()
        for link in self.links:
            before = found[-1].after if found else None
            rules = self._past(link.event, "to") if link.event.action == MIGRATE else rules
            found.append(Moment(before, link.event, _after(before, link.event), rules))
        return found

    def _first_rules(self) -> Rules:
        """Those of the report: what the first migration came from, else the present ones."""
        first = next((link.event for link in self.links if link.event.action == MIGRATE), None)
        return self.rules if first is None else self._past(first, "from")

    def _past(self, event: Event, end: str) -> Rules:
        rules = self.past.get(version_named(event, end))
        if rules is None:
            raise ValueError(f"event {event.seq} names no version that is there")
        return rules


def version_named(event: Event, end: str) -> tuple[str, int]:
    """The version that a migration names as its `from` or `to`; one that cannot be where it names none."""
    number = event.data.get(end)
    return str(event.data.get("name")), number if isinstance(number, int) else 0


def _after(before: Facts | None, event: Event) -> Facts:
    try:
        return from_plain(event.changes) if before is None else apply(before, event.changes)
    except TypeError as error:
        raise ValueError(f"event {event.seq}: {error}") from None
