"""Throwing away what has served: kept answers, ended logins, old signs of life. Never what tells a case's story.

Clocks and outbox rows that are done stay: they prove what was told and what fired.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, select, tuple_
from sqlalchemy.orm import Session

from gridgov.db.base import Base
from gridgov.db.models import Case, CaseContact, Heartbeat, IdempotentAnswer, Job, LoginDelay, Upload, WebSession

ANSWERS_KEPT = timedelta(days=7)
DELAYS_KEPT = timedelta(days=1)
HEARTBEATS_KEPT = timedelta(days=1)
UPLOADS_KEPT = timedelta(days=1)
CONTACT_DAYS = 180
JOBS_KEPT = timedelta(days=90)
BATCH = 1000


def tidy(session: Session, limit: int = BATCH, contact_days: int = CONTACT_DAYS) -> int:
    """Delete what has served, at most `limit` rows of each kind; how many rows went. Ask again until it is 0.

    How a reporter is reached goes `contact_days` of the city's time after the case ended (GRIDGOV_CONTACT_DAYS). All
    else lives in real time: a login or an answer does not grow old faster because a demonstration does.
    The files of uploads that nobody attached go with services.files.sweep_files.
    """
    return sum(_delete(session, table, over, limit) for table, over in _served(contact_days))


def _of_cases_over(days: int) -> ColumnElement[bool]:
    ended: ColumnElement[datetime] = func.city_now() - timedelta(days=days)
    return CaseContact.case_id.in_(select(Case.id).where(Case.closed_at < ended))


def _served(contact_days: int) -> list[tuple[type[Base], ColumnElement[bool]]]:
    now: ColumnElement[datetime] = func.statement_timestamp()
    return [
        (IdempotentAnswer, IdempotentAnswer.created_at < now - ANSWERS_KEPT),
        (WebSession, WebSession.expires_at < now),
        (LoginDelay, LoginDelay.next_at < now - DELAYS_KEPT),
        (Heartbeat, Heartbeat.seen_at < now - HEARTBEATS_KEPT),
        (Upload, and_(Upload.case_id.is_(None), Upload.created_at < now - UPLOADS_KEPT)),
        (CaseContact, _of_cases_over(contact_days)),
        (Job, Job.finished_at < now - JOBS_KEPT),
    ]


def _delete(session: Session, table: type[Base], over: ColumnElement[bool], limit: int) -> int:
    """Rows that somebody else holds are left for the next time: nobody waits for the broom."""
    key: tuple[Any, ...] = tuple(table.__table__.primary_key)
    batch = select(*key).where(over).limit(limit).with_for_update(skip_locked=True)
    gone = session.execute(delete(table).where(tuple_(*key).in_(batch)).returning(key[0]))
    return len(gone.all())
