"""One called unit as a value (吹哨报到): a row per unit, kept for ever, numbered 1..n within its case."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class CallState(StrEnum):
    """Where a call stands. A refusal stops nothing: it still stands until the subdistrict changes or ends it."""

    CALLED = "called"
    ANSWERED = "answered"
    REFUSED = "refused"
    ARRIVED = "arrived"
    FINISHED = "finished"
    CALLED_OFF = "called_off"
    REPLACED = "replaced"
    MOOT = "moot"


UNANSWERED = frozenset({CallState.CALLED, CallState.REFUSED})
AWAITED = UNANSWERED | {CallState.ANSWERED}
OPEN = AWAITED | {CallState.ARRIVED}
AT_WORK = frozenset({CallState.ANSWERED, CallState.ARRIVED, CallState.FINISHED})
"""Whoever said yes, is there, or was there takes part in the work."""
RATED = frozenset({CallState.ARRIVED, CallState.FINISHED, CallState.REFUSED, CallState.MOOT})
"""What can be rated: it came to something, to a refusal, or to nothing at all. Nobody rates themselves."""


@dataclass(frozen=True, slots=True)
class Call:
    """A unit that was called, or the handler of before, who stays to help the lead.

    `whistle` numbers the whistles of the case, `round` is the case's when it was blown; `score` (1–5) is what who
    blew says of the unit, `blower_score` what the unit says of who blew.
    """

    number: int
    whistle: int
    round: int
    unit_id: int
    kind: str
    lead: bool
    state: CallState
    blown_by: int
    place: str | None = None
    score: int | None = None
    blower_score: int | None = None

    @property
    def open(self) -> bool:
        """True while somebody still waits for it: to come, or to be done."""
        return self.state in OPEN

    @property
    def awaited(self) -> bool:
        """True until the unit is there."""
        return self.state in AWAITED


def call_as_plain(call: Call) -> dict[str, Any]:
    """The call as plain JSON values."""
    return {**asdict(call), "state": call.state.value}


def call_from_plain(values: Mapping[str, Any]) -> Call:
    """The call that `call_as_plain` wrote."""
    return Call(**{**values, "state": CallState(values["state"])})
