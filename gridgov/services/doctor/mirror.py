"""I2: the columns beside the facts repeat them, the events and the clocks, so that lists and pages tell the truth."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from gridgov.domain.clock import Clock, ClockKind, ClockState, Stage, stage_at
from gridgov.services.doctor.case_file import CaseFile, Moment
from gridgov.services.doctor.problem import Finding, wrong
from gridgov.services.ledger import MOVING, PLACED


def columns_repeat_the_case(file: CaseFile, moments: list[Moment]) -> Iterator[Finding]:
    """Every mirrored column that says something else than what it repeats."""
    expected = _of_facts(moments) | _of_events(file, moments) | _of_clocks(file)
    for name, value in expected.items():
        if getattr(file.row, name) != value:
            yield wrong(
                f"The column {name} says {getattr(file.row, name)}, it should be {value}.",
                f"列 {name} 为 {getattr(file.row, name)}，应为 {value}。",
            )


def _of_facts(moments: list[Moment]) -> dict[str, Any]:
    facts = moments[-1].after
    return {name: getattr(facts, name) for name in (*MOVING, *PLACED)}


def _of_events(file: CaseFile, moments: list[Moment]) -> dict[str, Any]:
    since = _since(moments)
    return {
        "reported_at": moments[0].event.at,
        "last_event_at": moments[-1].event.at,
        "state_since": since,
        "closed_at": since if file.final else None,
    }


def _since(moments: list[Moment]) -> datetime:
    """When the present state began: another one, the same with another handler, or a case taken over alive."""
    for moment in reversed(moments):
        before, after = moment.before, moment.after
        entered = before is None or (before.state, before.handler_id) != (after.state, after.handler_id)
        if entered or moment.event.action == "import":
            return moment.event.at
    return moments[0].event.at


def _of_clocks(file: CaseFile) -> dict[str, Any]:
    """What clocks say; the promise of an imported history is its source's and stands as it came."""
    state = _running(file)
    promises = [clock for clock in file.clocks if clock.kind is ClockKind.PROMISE]
    promised = {"promised_at": promises[-1].due_at} if promises else {}
    if state is None:
        return {"due_at": None, "warn_at": None, "paused": False, **promised}
    warn = stage_at(state, Stage.WARN, file.rules.calendar)
    return {"due_at": state.due_at, "warn_at": warn, "paused": state.state is ClockState.PAUSED, **promised}


def _running(file: CaseFile) -> Clock | None:
    running = [clock for clock in file.clocks if clock.kind is ClockKind.STATE and clock.running]
    return min(running, key=lambda clock: clock.state, default=None)
