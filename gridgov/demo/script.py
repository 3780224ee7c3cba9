"""The script of the demonstration: from a seed alone, when the next report comes and what its case will go through.

Pure: the same seed and number give the same fate in every process, so nothing about it has to be kept.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from random import Random
from zoneinfo import ZoneInfo

from gridgov.demo.tables import CATEGORIES, HOURS, WEEKDAYS

OPENING = 12
"""So many reports come one after the other at the beginning, whatever the hour: there is something to see at once."""
HOUR = timedelta(hours=1)


class Twist(StrEnum):
    """What makes a case's life other than plain."""

    PLAIN = "plain"
    SELF_HANDLED = "self_handled"
    ASKED_INFO = "asked_info"
    INFO_UNANSWERED = "info_unanswered"
    REJECTED = "rejected"
    APPEALED = "appealed"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    WHISTLED = "whistled"
    LEAD_CHANGED = "lead_changed"
    CALLED_OFF = "called_off"
    SUSPENDED = "suspended"
    SUSPENSION_REFUSED = "suspension_refused"
    EXTENDED = "extended"
    EXTENSION_REFUSED = "extension_refused"
    UNDECIDED = "undecided"
    HELPED = "helped"
    SENT_BACK = "sent_back"
    DISPUTED = "disputed"
    UPHELD = "upheld"
    MERGED = "merged"
    REOPENED = "reopened"


TWISTS = {
    Twist.PLAIN: 10, Twist.SELF_HANDLED: 2, Twist.ASKED_INFO: 1, Twist.INFO_UNANSWERED: 1, Twist.REJECTED: 1,
    Twist.APPEALED: 1, Twist.WITHDRAWN: 1, Twist.DECLINED: 2, Twist.WHISTLED: 3, Twist.LEAD_CHANGED: 1,
    Twist.CALLED_OFF: 1, Twist.SUSPENDED: 2, Twist.SUSPENSION_REFUSED: 1, Twist.EXTENDED: 2,
    Twist.EXTENSION_REFUSED: 1, Twist.UNDECIDED: 1, Twist.HELPED: 1, Twist.SENT_BACK: 2, Twist.DISPUTED: 2,
    Twist.UPHELD: 1, Twist.MERGED: 2, Twist.REOPENED: 1,
}  # fmt: skip
"""A deck: of each forty cases so many have that twist, in a shuffled order, so that none stays away for long."""
DECK = tuple(twist for twist, number in TWISTS.items() for _ in range(number))
HURRIED = frozenset({Twist.PLAIN, Twist.DECLINED, Twist.WHISTLED, Twist.LEAD_CHANGED, Twist.SENT_BACK, Twist.DISPUTED})
"""What an urgent case may go through as well: the rules refuse it the rest."""

SILENT = {"handler": 0.15, "owner": 0.06, "verifier": 0.08, "judge": 0.10, "decider": 0.12, "called": 0.25}
"""How many of each side wait until the case is lifted over their heads."""
LATE = 0.10
DILIGENT = 0.40
"""Of so many cases the people do not wait for the next working hour."""
UNKNOWN = 0.08
"""So many reporters do not know the category."""
URGED, ORDERED = 0.12, 0.30
CHANNELS = {"resident": 60, "grid_worker": 25, "on_behalf": 15}
ENDINGS = {"rated": 50, "called": 18, "visited": 12, "lapsed": 20}


@dataclass(frozen=True, slots=True)
class Fate:
    """What one case will go through. `key` names it for ever; `place` and `twin_of` say where it happens.

    `place` lies in [0, 1) and chooses among whatever places the city has; `twin_of` is the key of the case that this
    one reports once more. `silent` are the sides that wait until they are passed over.
    """

    key: str
    twist: Twist
    category: str
    place: float
    channel: str
    ending: str
    silent: frozenset[str] = field(default_factory=frozenset)
    late: bool = False
    diligent: bool = False
    knows_category: bool = True
    urged: bool = False
    ordered: bool = False
    twin_of: str | None = None

    def drawn(self, purpose: str, low: float, high: float) -> float:
        """A number of this case's own between the two, always the same for the same purpose."""
        return Random(f"{self.key}/{purpose}").uniform(low, high)


@dataclass(frozen=True)
class Script:
    """The script of a seed. `rate` is reports per average day; `urgent` the categories that leave no leisure."""

    seed: int
    rate: float
    zone: ZoneInfo
    urgent: Collection[str]

    def key(self, number: int) -> str:
        """The name of the case with that number, 0, 1, …: `seed-number`."""
        return f"{self.seed}-{number}"

    def fate(self, key: str) -> Fate:
        """What the case of that key goes through, whatever the seed of this script."""
        seed, _, number = key.partition("-")
        return self._fate(int(seed), int(number))

    def next_at(self, number: int, last: datetime) -> datetime:
        """When the report with that number comes, the one before having come at `last` (aware)."""
        rng = Random(f"{self.key(number)}/gap")
        if number < OPENING:
            return last + timedelta(minutes=rng.uniform(1, 8))
        return self._after(last, rng.expovariate(1.0))

    def per_hour(self, moment: datetime) -> float:
        """How many reports an hour such as that one brings."""
        local = moment.astimezone(self.zone)
        day = self.rate * 7 * WEEKDAYS[local.weekday()] / sum(WEEKDAYS)
        return day * HOURS[local.hour] / sum(HOURS)

    def _after(self, last: datetime, wanted: float) -> datetime:
        """The moment by which so many reports are expected after `last`."""
        here = last.astimezone(UTC)
        while True:
            turn = here.replace(minute=0, second=0, microsecond=0) + HOUR
            expected = self.per_hour(here) * ((turn - here) / HOUR)
            if expected >= wanted:
                return here + (turn - here) * (wanted / expected)
            here, wanted = turn, wanted - expected

    def _fate(self, seed: int, number: int) -> Fate:
        key = f"{seed}-{number}"
        rng = Random(key)
        twist = _dealt(seed, number)
        category = _of(rng, CATEGORIES)
        while category in self.urgent and twist not in HURRIED:
            category = _of(rng, CATEGORIES)
        fate = Fate(
            key, twist, category, rng.random(), _of(rng, CHANNELS), _of(rng, ENDINGS),
            frozenset(side for side, share in SILENT.items() if rng.random() < share),
            rng.random() < LATE, rng.random() < DILIGENT, rng.random() >= UNKNOWN,
            rng.random() < URGED, rng.random() < ORDERED,
        )  # fmt: skip
        return self._twin(fate, seed, number - 1) if twist is Twist.MERGED and number else fate

    def _twin(self, fate: Fate, seed: int, elder: int) -> Fate:
        """The same trouble at the same place as the case before."""
        first = self._fate(seed, elder)
        return Fate(
            fate.key, fate.twist, first.category, first.place, "resident", fate.ending, frozenset(), twin_of=first.key
        )


def _dealt(seed: int, number: int) -> Twist:
    turn, place = divmod(number, len(DECK))
    deck = list(DECK)
    Random(f"{seed}/deck/{turn}").shuffle(deck)
    return deck[place]


def _of(rng: Random, shares: Mapping[str, int]) -> str:
    return rng.choices(list(shares), list(shares.values()))[0]
