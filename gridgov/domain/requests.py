"""What one side asks and another decides: extension, suspension, help, a timeout appeal (workflow.md §3, "Requests").

A request is a part of the case's facts: it is asked, moved up, decided and ended by events like everything else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gridgov.domain.errors import Text

OPEN, GRANTED, REFUSED, LAPSED, MOOT = "open", "granted", "refused", "lapsed", "moot"


@dataclass(frozen=True, slots=True)
class Request:
    """One question. `number` counts from 1 within the case; `decider_id` is the unit that has to answer now.

    `until` is the moment asked for (ISO text, UTC), `reviews` how many units have said yes so far, `ups` how often it
    moved up unanswered; `silent` marks a decider who let the deadline of the work pass without an answer, and `wanted`
    is the whistle that was asked for.
    """

    number: int
    kind: str
    asker_id: int
    person_id: int | None
    decider_id: int
    state: str = OPEN
    until: str | None = None
    reviews: int = 0
    ups: int = 0
    silent: bool = False
    wanted: Mapping[str, Any] | None = None

    @property
    def open(self) -> bool:
        """True while somebody has to answer."""
        return self.state == OPEN

    def until_moment(self) -> datetime | None:
        """The moment asked for (aware)."""
        return datetime.fromisoformat(self.until) if self.until else None


@dataclass(frozen=True)
class RequestRule:
    """How a kind of request is decided: the limit of an answer, the units asked, what silence and a yes lead to.

    `chosen` says which of `deciders` is asked: "first" (the first time the first, later the second), "length" (by the
    days asked for, up to `days` each), "turn" (one after the other, each has to agree). `answer` names a limit, or
    WHISTLE: the time that the kind of whistle gives for an answer. `unanswered` is "up", "escalate" or "refuse";
    `grants` is the action that the system does then, None where the yes is the whole of it.
    """

    kind: str
    title: Text
    answer: str
    deciders: tuple[str, ...]
    unanswered: str
    chosen: str = "first"
    days: tuple[int, ...] = ()
    ups: int | None = None
    grants: str | None = None


WHISTLE = "whistle"
CHOOSING = frozenset({"first", "length", "turn"})
UNANSWERED = frozenset({"up", "escalate", "refuse"})


def rung_for(rule: RequestRule, until: datetime | None, now: datetime, asked: int) -> int | None:
    """Which of the deciders is asked first, by its place in the chain; None when the length is more than any grants.

    `asked` is how often this kind was asked in this case before.
    """
    if rule.chosen == "turn":
        return 0
    if rule.chosen == "first":
        return min(asked, len(rule.deciders) - 1)
    wanted = (until or now) - now
    return next((rung for rung, most in enumerate(rule.days) if wanted <= timedelta(days=most)), None)


def of_kind(requests: Iterable[Request], kind: str) -> list[Request]:
    """The requests of that kind, whatever came of them."""
    return [each for each in requests if each.kind == kind]


def open_requests(requests: Iterable[Request]) -> list[Request]:
    """Those that somebody has to answer."""
    return [each for each in requests if each.open]


def replaced(requests: tuple[Request, ...], changed: Request) -> tuple[Request, ...]:
    """The requests with one of them as it is now."""
    return tuple(changed if each.number == changed.number else each for each in requests)
