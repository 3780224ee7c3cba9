"""What must exist, derived from the rows again: repaired where the rows say how, counted everywhere.

A number above zero is an alarm about a fault of ours or of a machine, never routine (reliability.md R7).
"""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select, update
from sqlalchemy.orm import Session

from gridgov.adapters.file_store import FileStore
from gridgov.db.models import Case, ClockRow, Delivery, Job, NoticeRow
from gridgov.domain.clock import ClockKind, ClockState
from gridgov.services.files import GRACE, missing_since
from gridgov.services.imports.jobs import late_jobs
from gridgov.services.outbox import LEASE, DeliveryState

CLOCK_LATE = timedelta(seconds=60)
OUTBOX_LATE = timedelta(minutes=10)
# A job that no worker takes up: real time, as all of a job's.
JOB_LATE = timedelta(minutes=10)
# An imported case keeps its own times and has no clocks (workflow.md §8).
IMPORTED = "imported"
SETTLED = {DeliveryState.SENT: "sent", DeliveryState.FAILED: "failed"}


@dataclass(frozen=True)
class Findings:
    """How many rows are not as they must be; `repaired` counts those that this look has put right."""

    cases_without_state_clock: int
    cases_without_promise: int
    clocks_late: int
    clocks_dead: int
    outbox_late: int
    leases_stuck: int
    notices_without_delivery: int
    notices_unsettled: int
    photos_without_file: int
    jobs_late: int
    repaired: int

    @property
    def alarms(self) -> dict[str, int]:
        """What is above zero, by name."""
        return {name: count for name, count in asdict(self).items() if count}


def reconcile(session: Session, now: datetime, files: FileStore | None = None) -> Findings:
    """Repair what the rows themselves tell how to, and count everything. A case's clocks are never invented here.

    With `files` the files of the last day's photos are looked for; doctor looks for all of them.
    """
    stuck, unsettled = _release_leases(session), _settle_notices(session)
    late_mail = and_(Delivery.state == DeliveryState.PENDING, Delivery.next_at < now - OUTBOX_LATE)
    orphans = and_(NoticeRow.state == "pending", ~exists().where(Delivery.notice_id == NoticeRow.id))
    return Findings(
        cases_without_state_clock=_count(session, Case.id, _without(ClockKind.STATE)),
        cases_without_promise=_count(session, Case.id, _without(ClockKind.PROMISE)),
        clocks_late=_count(
            session, ClockRow.id, ClockRow.state == ClockState.PENDING, ClockRow.next_at < now - CLOCK_LATE
        ),
        clocks_dead=_count(session, ClockRow.id, ClockRow.state == ClockState.DEAD),
        outbox_late=_count(session, Delivery.id, late_mail),
        leases_stuck=stuck,
        notices_without_delivery=_count(session, NoticeRow.id, orphans),
        notices_unsettled=unsettled,
        photos_without_file=missing_since(session, files, datetime.now(UTC) - GRACE) if files else 0,
        jobs_late=_count(session, Job.id, late_jobs(func.statement_timestamp(), JOB_LATE)),
        repaired=stuck + unsettled,
    )


def _without(kind: ClockKind) -> ColumnElement[bool]:
    running = ClockRow.state.in_((ClockState.PENDING, ClockState.PAUSED))
    clock = exists().where(ClockRow.case_id == Case.id, ClockRow.kind == kind.value, running)
    return and_(Case.closed_at.is_(None), Case.kind != IMPORTED, ~clock)


def _count(session: Session, column: Any, *conditions: ColumnElement[bool]) -> int:
    return session.execute(select(func.count(column)).where(*conditions)).scalar_one()


def _release_leases(session: Session) -> int:
    """A lease that ran out long ago and that nobody took up, though the row was due."""
    over = Delivery.lease_until < func.statement_timestamp() - 2 * LEASE
    free = update(Delivery).where(Delivery.state == DeliveryState.PENDING, over).values(lease_until=None)
    return len(session.execute(free.returning(Delivery.id)).all())


def _settle_notices(session: Session) -> int:
    """A notice still called pending whose message is known to be sent or failed: the message is right."""
    done = 0
    for state, word in SETTLED.items():
        settled = exists().where(Delivery.notice_id == NoticeRow.id, Delivery.state == state)
        words = update(NoticeRow).where(NoticeRow.state == "pending", settled).values(state=word)
        done += len(session.execute(words.returning(NoticeRow.id)).all())
    return done
