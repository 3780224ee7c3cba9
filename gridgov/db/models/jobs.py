"""Long work that somebody ordered: one row a job, one row for each row of its file that was refused."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, Identity, Index, Integer, SmallInteger, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from gridgov.db.base import Base

WAITING_OR_AT_WORK = text("state IN ('queued', 'running')")


class Job(Base):
    """An import of a file. All times are real ones; a message about it is only a hint.

    `turn` counts who took it up: only the holder of the last turn may write. `attempts` counts turns since the last
    progress. A running job without `heartbeat_at` waits for its next turn; one with an old one lost its worker.
    `file_key` names the kept file until the job is over. `summary` holds counts, examples and remarks.
    """

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_waiting", "seq", postgresql_where=WAITING_OR_AT_WORK),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    seq: Mapped[int] = mapped_column(Identity(), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    dry_run: Mapped[bool] = mapped_column(Boolean)
    options: Mapped[dict[str, Any]]
    file_name: Mapped[str]
    file_key: Mapped[str | None]
    file_sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    turn: Mapped[int] = mapped_column(Integer)
    attempts: Mapped[int] = mapped_column(SmallInteger)
    total: Mapped[int | None] = mapped_column(Integer)
    done: Mapped[int] = mapped_column(Integer)
    refused: Mapped[int] = mapped_column(Integer)
    summary: Mapped[dict[str, Any]]
    failure: Mapped[dict[str, Any] | None]


class JobError(Base):
    """A row of the file that was not taken, and why; `row` and `column` are empty for what concerns the whole file."""

    __tablename__ = "job_errors"

    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    row: Mapped[int | None] = mapped_column(Integer)
    column: Mapped[str | None]
    reason_en: Mapped[str]
    reason_zh: Mapped[str]
