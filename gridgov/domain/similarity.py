"""How much two reports look like one: by place, words, category and time. Only a suggestion: no report waits for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, hypot, radians

from gridgov.domain.bigrams import words_of

WINDOW = timedelta(days=30)
NEAR_M = 300.0
METRES_PER_DEGREE = 111_320.0
LONGEST = 2_000
WEIGHTS = {"place": 0.4, "text": 0.35, "category": 0.15, "time": 0.1}
LEAST, LEAST_TEXT = 0.3, 0.1
SAME_COMPOUND, NEXT_TO = 0.6, 0.9


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is compared: where (`point` is longitude and latitude), what, and when (aware UTC)."""

    building_id: int | None
    compound_id: int
    point: tuple[float, float] | None
    category: str | None
    words: frozenset[str]
    at: datetime


@dataclass(frozen=True, slots=True)
class Likeness:
    """A score in [0, 1] and its parts, each in [0, 1] too; a part is None where nothing was said to compare."""

    score: float
    place: float
    text: float
    category: float | None
    time: float

    @property
    def worth_showing(self) -> bool:
        """True where more than the place alone speaks for it: the words or the category."""
        return self.score >= LEAST and (self.text >= LEAST_TEXT or self.category == 1)


def words_in(*texts: str | None) -> frozenset[str]:
    """The words that are compared, of the first 2,000 characters: for Chinese pairs of neighbouring characters."""
    return frozenset(words_of(" ".join(text for text in texts if text)[:LONGEST]))


def likeness(asked: Sketch, other: Sketch) -> Likeness:
    """How much `other` looks like `asked`; a part of which nothing is known leaves its weight to the rest."""
    parts = {
        "place": _place(asked, other),
        "text": _dice(asked.words, other.words),
        "category": None if asked.category is None else float(asked.category == other.category),
        "time": max(0.0, 1 - abs(asked.at - other.at) / WINDOW),
    }
    known = {name: value for name, value in parts.items() if value is not None}
    score = sum(WEIGHTS[name] * value for name, value in known.items()) / sum(WEIGHTS[name] for name in known)
    return Likeness(score, known["place"], known["text"], parts["category"], known["time"])


def box(point: tuple[float, float]) -> tuple[float, float, float, float]:
    """West, east, south and north of everything within 300 m."""
    lon, lat = point
    high = NEAR_M / METRES_PER_DEGREE
    wide = high / max(cos(radians(lat)), 0.01)
    return lon - wide, lon + wide, lat - high, lat + high


def _place(asked: Sketch, other: Sketch) -> float:
    """The same building is 1, next to it up to 0.9, the same compound at least 0.6, 300 m away nothing."""
    if asked.building_id is not None and asked.building_id == other.building_id:
        return 1.0
    compound = SAME_COMPOUND if asked.compound_id == other.compound_id else 0.0
    if asked.point is None or other.point is None:
        return compound
    return max(compound, NEXT_TO * (1 - min(1.0, _metres(asked.point, other.point) / NEAR_M)))


def _metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The distance on a flat map: exact enough for a few hundred metres."""
    east = (one[0] - other[0]) * cos(radians((one[1] + other[1]) / 2))
    return METRES_PER_DEGREE * hypot(east, one[1] - other[1])


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0
