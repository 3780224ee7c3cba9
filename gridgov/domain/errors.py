"""What gridgov refuses, and why. No HTTP here: gridgov.http.errors maps these to statuses.

GridgovError
├── NotFound              outside what the actor may see, or not there: the same answer
├── Unauthenticated       nobody is known to ask
├── Forbidden             this actor may never do this to this case
├── Invalid               what was sent cannot be right (fields → sentences)
├── PayloadTooLarge       a file of too many bytes or pixels
├── UnsupportedMediaType  a file of a kind that is not taken
├── Conflict              right in itself, but not now
│   ├── TransitionNotAllowed   names the state, the action and who may
│   ├── AlreadyDone            somebody else did the same a moment ago
│   ├── StaleCase              somebody was quicker; carries what stands now
│   ├── BoundReached           the counter is used up; names what remains possible
│   ├── WorkInHand             open cases would be left behind; carries how many and which
│   ├── IdempotencyMismatch    the same key came with another body
│   └── InProgress             the twin of this request is still at work
├── RateLimited           too many tries; says when to come back
├── Unavailable           a server that is needed does not answer
└── BrokenRule            the city or a definition is not what the verifier proved
    ├── DefinitionError        the file does not parse, or says what cannot be
    │   └── DefinitionRefused      a proof does not hold; carries the findings
    ├── NoHolder               a chain of fallbacks ended without an active person
    └── CalendarExhausted      the calendar ends before the span does
"""

from collections.abc import Mapping, Sequence
from typing import Any


class Text(str):
    """A sentence in both languages: as a string it is the English one, `.zh` is the Chinese one."""

    zh: str

    def __new__(cls, en: str, zh: str) -> "Text":
        """Hold `en` as the string itself and `zh` beside it."""
        text = super().__new__(cls, en)
        text.zh = zh
        return text


class GridgovError(Exception):
    """A refusal with a stable `code` and a sentence fit for a person, in both languages."""

    code = "error"

    def __init__(self, en: str, zh: str | None = None, **facts: Any) -> None:
        """`en` and `zh` are the sentence; `facts` are values that the edge may show (never personal data)."""
        super().__init__(en)
        self.sentence = Text(en, zh or en)
        self.facts = facts


class NotFound(GridgovError):
    """It is not there, or not for you: the answer is the same."""

    code = "not_found"


class Unauthenticated(GridgovError):
    """No valid credential came with the request."""

    code = "unauthenticated"


class Forbidden(GridgovError):
    """This actor may never do this here, whatever the state."""

    code = "forbidden"


class Invalid(GridgovError):
    """What was sent cannot be right; `fields` maps a path like `place.point.lat` to its sentences."""

    code = "validation_failed"

    def __init__(self, fields: Mapping[str, Sequence[str]], en: str = "", zh: str | None = None) -> None:
        """`fields` holds Text or str sentences by field path."""
        first = next((sentence for sentences in fields.values() for sentence in sentences), "Not valid.")
        super().__init__(en or str(first), zh or getattr(first, "zh", None))
        self.fields = {path: list(sentences) for path, sentences in fields.items()}


class PayloadTooLarge(GridgovError):
    """A file of too many bytes or pixels."""

    code = "too_large"


class UnsupportedMediaType(GridgovError):
    """A file of a kind that is not taken, judged by its content."""

    code = "unsupported_media_type"


class Conflict(GridgovError):
    """Right in itself, but not now."""

    code = "conflict"


class TransitionNotAllowed(Conflict):
    """The state does not know this action now; the sentence names the state, the action and who may."""

    code = "transition_not_allowed"


class AlreadyDone(Conflict):
    """Somebody else has just done the same: nothing is left to do."""

    code = "already_done"


class StaleCase(Conflict):
    """The caller decided on an older version; facts carry `current`."""

    code = "stale_case"


class BoundReached(Conflict):
    """A counter is used up; the sentence names what remains possible."""

    code = "bound_reached"


class WorkInHand(Conflict):
    """Somebody who is to leave still has open cases; facts carry how many (`open_cases`) and the first `numbers`."""

    code = "work_in_hand"


class IdempotencyMismatch(Conflict):
    """The same key came with another body."""

    code = "idempotency_mismatch"


class InProgress(Conflict):
    """The twin of this request is still at work."""

    code = "in_progress"


class RateLimited(GridgovError):
    """Too many tries; `facts["retry_after"]` is in seconds."""

    code = "rate_limited"


class Unavailable(GridgovError):
    """A server that is needed does not answer."""

    code = "unavailable"


class BrokenRule(GridgovError):
    """The city or a definition is not what the verifier proved."""

    code = "broken_rule"


class DefinitionError(BrokenRule):
    """A definition, catalogue or mapping file does not parse, or says what cannot be."""

    code = "definition_error"


class DefinitionRefused(DefinitionError):
    """A proof does not hold on this city; facts carry `findings` with their counter-examples."""

    code = "definition_refused"


class NoHolder(BrokenRule):
    """A chain of fallbacks ended without an active person."""

    code = "no_holder"


class CalendarExhausted(BrokenRule):
    """The calendar ends before the span does."""

    code = "calendar_exhausted"
