"""What the rules know about a case: a snapshot without text, names or contact data.

The row in the database is this value plus what people wrote; `changed` and `apply` are the one fold
between two snapshots, so that a case can be rebuilt from its events (workflow.md §6, I2).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from gridgov.domain.calls import Call, call_as_plain, call_from_plain
from gridgov.domain.requests import Request

Plain = str | int | bool | None | list[Any] | dict[str, str]


@dataclass(frozen=True, slots=True)
class Facts:
    """The state of a case as the rules see it. Unit ids are of the tree; `limits` are frozen spans as text.

    Counters count within the round where the definition says `per = "round"`. `merged_into` is the master's number,
    `promise_left` what was left of the promise then, `co_reporter_ids` those of the merged who have an account,
    as often as they reported.
    """

    state: str
    category: str
    priority: str
    compound_id: int
    community_id: int
    subdistrict_id: int
    city_id: int
    owner_id: int
    building_id: int | None = None
    grid_id: int | None = None
    handler_id: int | None = None
    holder_id: int | None = None
    assignee_id: int | None = None
    designated: bool = False
    reporter_id: int | None = None
    answerable: bool = False
    co_reporters: int = 0
    about: tuple[str, ...] = ()
    level: int = 0
    floor: int = 0
    peak_level: int = 0
    round: int = 1
    counters: Mapping[str, int] = field(default_factory=dict)
    limits: Mapping[str, str] = field(default_factory=dict)
    workers: tuple[int, ...] = ()
    handlers: tuple[int, ...] = ()
    judges: tuple[int, ...] = ()
    last_judge_id: int | None = None
    confirmed_by: int | None = None
    left_by: int | None = None
    accepted_by_system: bool = False
    contacted: bool = False
    appealed: bool = False
    forced: bool = False
    promised: bool = False
    urged_on: str | None = None
    outcome: str | None = None
    requests: tuple[Request, ...] = ()
    granter_id: int | None = None
    merged_into: str | None = None
    promise_left: str | None = None
    co_reporter_ids: tuple[int, ...] = ()
    calls: tuple[Call, ...] = ()

    def count(self, counter: str) -> int:
        """How often the counter was used, in this round or this case."""
        return self.counters.get(counter, 0)


FIELDS = tuple(each.name for each in fields(Facts))
_TUPLES = frozenset({"about", "workers", "handlers", "judges", "co_reporter_ids"})
_VALUES: Mapping[str, Any] = {"requests": Request}
"""Fields that hold rows of a kind of value, kept as JSON objects."""


def changed(before: Facts, after: Facts) -> dict[str, Plain]:
    """What an event has to remember: every field in which `after` differs, as plain JSON values."""
    return {name: plain(value) for name in FIELDS if (value := getattr(after, name)) is not _same(before, name, value)}


def _same(before: Facts, name: str, value: Any) -> Any:
    old = getattr(before, name)
    return value if old == value else old


def apply(facts: Facts, changes: Mapping[str, Any]) -> Facts:
    """The snapshot after an event's changes: the fold that rebuilds a case."""
    return replace(facts, **{name: _typed(name, value) for name, value in changes.items()})


def as_plain(facts: Facts) -> dict[str, Plain]:
    """The whole snapshot as plain JSON values: the changes of the first event."""
    return {name: plain(getattr(facts, name)) for name in FIELDS}


def from_plain(values: Mapping[str, Any]) -> Facts:
    """The snapshot that `as_plain` wrote."""
    return Facts(**{name: _typed(name, value) for name, value in values.items()})


def plain(value: Any) -> Plain:
    """A field as a JSON value."""
    if isinstance(value, tuple):
        return [_plain_item(each) for each in value]
    return dict(value) if isinstance(value, Mapping) else value


def _plain_item(value: Any) -> Any:
    if isinstance(value, str | int):
        return value
    return call_as_plain(value) if isinstance(value, Call) else asdict(value)


def _typed(name: str, value: Any) -> Any:
    if name in _VALUES:
        return tuple(_VALUES[name](**row) for row in value)
    if name == "calls":
        return tuple(call_from_plain(each) for each in value)
    return tuple(value) if name in _TUPLES else value
