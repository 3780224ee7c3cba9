"""Words for a search that also finds Chinese: every two neighbouring characters are a word, other words stay whole."""

import re
from collections.abc import Iterable
from itertools import chain
from operator import add

_RUNS = re.compile(r"[㐀-鿿]+|[0-9a-zA-Z]+")
MOST = 4000
LONGEST = 100


def words_of(text: str) -> tuple[str, ...]:
    """The distinct words of `text`, in the order of their first appearance: `垃圾满溢 P3` is 垃圾, 圾满, 满溢, p3.

    A single Chinese character that stands alone is a word of its own. At most 4,000 words of 100 characters.
    """
    parts = chain.from_iterable(map(_parts, _RUNS.findall(text.lower())))
    return tuple(dict.fromkeys(parts))[:MOST]


def _parts(run: str) -> Iterable[str]:
    """The words of a run of Chinese or of other letters and digits."""
    return (run[:LONGEST],) if run.isascii() or len(run) == 1 else map(add, run, run[1:])


def query_of(text: str) -> str:
    """The words of a search as a PostgreSQL tsquery: all of them; empty when there is nothing to look for."""
    return " & ".join(f"'{word}'" for word in words_of(text))
