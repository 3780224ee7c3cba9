"""What doctor finds: a case, the invariant that it breaks, and what is wrong in a sentence."""

from dataclasses import dataclass

from gridgov.domain.errors import Text


@dataclass(frozen=True, slots=True)
class Problem:
    """An offender. A warning is what today's posts or calendar make suspect, though it may have been right then."""

    invariant: str
    case_number: str
    sentence: Text
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check says of the case that it was given."""

    sentence: Text
    warning: bool = False


def wrong(en: str, zh: str) -> Finding:
    """A finding that cannot be right."""
    return Finding(Text(en, zh))


def suspect(en: str, zh: str) -> Finding:
    """A finding that may have been right when it was written."""
    return Finding(Text(en, zh), warning=True)
