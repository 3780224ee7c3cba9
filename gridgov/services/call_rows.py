"""The calls of a case as rows of `whistles`: what they say now, and when each thing happened. Values only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from gridgov.domain.calls import Call, CallState
from gridgov.domain.case import Facts
from gridgov.domain.clock import Clock, ClockKind
from gridgov.domain.whistles import key_of

SAID = ("whistle", "unit_id", "kind", "lead", "state", "blown_by", "place", "score", "blower_score")
MOMENTS = ("called_at", "answered_at", "arrived_at", "ended_at")
DUE = {"answer_due_at": ClockKind.ANSWER, "arrive_due_at": ClockKind.ARRIVAL}
Row = dict[str, Any]
Happened = tuple[Sequence[Call], Facts, datetime]
"""The calls before an event, the facts after it, and when it was."""


def rows_of(events: Iterable[Happened], clocks: Sequence[Clock]) -> dict[int, Row]:
    """A row, by number, for each call that one of the events has made or changed, or whose due time is among `clocks`.

    A moment that did not come in these events, and a due time whose clock is not among them, is None.
    """
    found: dict[int, Row] = {}
    after: Sequence[Call] = ()
    for before, facts, at in events:
        after = facts.calls
        for call in after:
            if call not in before:
                found.setdefault(call.number, {}).update(_moments(call, before, at))
    due = {clock.key: clock.due_at for clock in clocks}
    calls = {call.number: call for call in after}
    for number, call in calls.items():
        if number in found or any(key_of(kind, call) in due for kind in DUE.values()):
            found[number] = _row(call, found.get(number, {}), due)
    return found


def _row(call: Call, moments: Mapping[str, datetime], due: Mapping[str, datetime]) -> Row:
    said = {name: value for name, value in asdict(call).items() if name in SAID}
    dues = {name: due.get(key_of(kind, call)) for name, kind in DUE.items()}
    return {"number": call.number, **said, "state": call.state.value, **_all(moments), **dues}


def _all(moments: Mapping[str, datetime]) -> dict[str, datetime | None]:
    return {name: moments.get(name) for name in MOMENTS}


def _moments(call: Call, before: Sequence[Call], at: datetime) -> dict[str, datetime]:
    """What the change means: called, answered, arrived, over."""
    old = next((each for each in before if each.number == call.number), None)
    came = {"called_at": at} if old is None else {}
    if old is not None and old.state is call.state:
        return came
    if call.state is CallState.ANSWERED:
        came["answered_at"] = at
    if call.state is CallState.ARRIVED:
        came["arrived_at"] = at
    if not call.open:
        came["ended_at"] = at
    return came
