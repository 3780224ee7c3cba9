"""Why a case is due when it is due: its running clocks, explained segment by segment."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gridgov.domain.calendar import Calendar
from gridgov.domain.clock import Clock, ClockKind
from gridgov.domain.deadline import explain
from gridgov.services.situations import running_clocks
from gridgov.services.world import Snapshot


def deadline_of(session: Session, snapshot: Snapshot, case_id: int, now: datetime) -> dict[str, Any]:
    """The present clock and the promise of a case, each explained; None for one that does not run."""
    clocks = running_clocks(session, [case_id]).get(case_id, ())
    present = sorted((clock for clock in clocks if clock.kind is ClockKind.STATE), key=lambda clock: clock.state)
    promise = [clock for clock in clocks if clock.kind is ClockKind.PROMISE]
    return {
        "clock": _explained(present[0], snapshot.calendar, now) if present else None,
        "promise": {"due_at": promise[0].due_at, "started_at": promise[0].started_at} if promise else None,
    }


def _explained(clock: Clock, calendar: Calendar, now: datetime) -> dict[str, Any]:
    """A clock set aside is explained as if it went on now."""
    pauses = (*clock.pauses, (clock.paused_at, now)) if clock.paused_at is not None else clock.pauses
    return {"kind": clock.kind.value, "limit": str(clock.limit)} | explain(
        clock.started_at, clock.limit, pauses, calendar
    ).as_dict()
