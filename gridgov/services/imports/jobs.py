"""The rows of jobs: ordered, taken up by one worker at a time, moved on, ended. What a job does: running.

A job is free while it is queued, while it waits for its next turn, and once its worker gave no sign for a minute.
Every write names the turn that it belongs to, so a worker that was given up for dead can spoil nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import IO, Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, exists, func, insert, or_, select, text, update
from sqlalchemy.orm import Session

from gridgov.adapters.job_files import JobFiles
from gridgov.db.models import Job, JobError
from gridgov.domain.coordinates import Crs
from gridgov.domain.errors import NotFound, Text
from gridgov.domain.jobs import ImportKind, JobState
from gridgov.domain.mapping import Rejected
from gridgov.services.imports.kinds import Options, check_file
from gridgov.services.imports.outcome import Tally

LOST_AFTER = timedelta(seconds=60)
MOST_ATTEMPTS = 5
LOCK = 0x6A6F6273  # "jobs": one is taken up at a time


class Overtaken(RuntimeError):
    """Another worker has taken the job up: whatever this one still wanted to write is void."""


def order_import(
    session: Session,
    files: JobFiles,
    person_id: int | None,
    kind: ImportKind,
    options: Options,
    upload: tuple[IO[bytes], str],
    dry_run: bool,
) -> Job:
    """Keep the uploaded file (stream and name) and queue the job.

    Raises Invalid or DefinitionError for a file or an option that cannot be right; then nothing is kept.
    """
    kept = files.keep(*upload)
    try:
        check_file(kind, files.path(kept.key, kept.name), options)
    except Exception:
        files.drop(kept.key)
        raise
    job = Job(
        id=uuid4(),
        kind=kind.value,
        state=JobState.QUEUED,
        person_id=person_id,
        dry_run=dry_run,
        options={name: value for name, value in asdict(options).items() if value},
        file_name=kept.name,
        file_key=kept.key,
        file_sha256=kept.sha256,
        created_at=session.execute(select(func.statement_timestamp())).scalar_one(),
        turn=0,
        attempts=0,
        done=0,
        refused=0,
        summary={},
    )
    session.add(job)
    session.flush()
    session.info["jobs"] = True
    return job


def options_of(job: Job) -> Options:
    """The options as they were ordered."""
    said: Mapping[str, Any] = job.options
    crs = Crs(said["crs"]) if "crs" in said else None
    return Options(said.get("mapping"), said.get("into"), said.get("live", False), crs)


def find_job(session: Session, word: str) -> Job:
    """The job of that id. Raises NotFound for any other word."""
    try:
        job = session.get(Job, UUID(word))
    except ValueError:
        job = None
    if job is None:
        raise NotFound("There is no such import.", "没有这个导入任务。")
    return job


def take_up(session: Session) -> Job | None:
    """The oldest free job, from now on this worker's; None when none is free or another one is at work.

    One import at a time changes a city, in the order in which they came. A job that broke off five times at the same
    place has failed.
    """
    if not session.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": LOCK}).scalar_one():
        return None
    at_work = and_(Job.state == JobState.RUNNING, Job.heartbeat_at.is_not(None), ~_is_lost())
    if session.execute(select(exists().where(at_work))).scalar_one():
        return None
    free = or_(Job.state == JobState.QUEUED, and_(Job.state == JobState.RUNNING, ~at_work))
    job = session.execute(select(Job).where(free).order_by(Job.seq).limit(1).with_for_update(skip_locked=True)).scalar()
    if job is None:
        return None
    now = session.execute(select(func.statement_timestamp())).scalar_one()
    job.state, job.heartbeat_at, job.started_at = JobState.RUNNING, now, job.started_at or now
    job.turn, job.attempts = job.turn + 1, job.attempts + 1
    session.flush()
    return job


def _is_lost() -> ColumnElement[bool]:
    return and_(Job.heartbeat_at.is_not(None), Job.heartbeat_at < func.statement_timestamp() - LOST_AFTER)


def hold(session: Session, job: Job, **values: Any) -> None:
    """Lock the job's row for this transaction and say, beside `values`, that its worker lives. Raises Overtaken."""
    _update(session, job, {**values, "heartbeat_at": func.statement_timestamp()})


def move_on(session: Session, job: Job, done: int, refused: Sequence[Rejected], tally: Tally) -> None:
    """Write down the progress, in the transaction of the chunk that made it. Raises Overtaken."""
    if refused:
        session.execute(insert(JobError), [_error(job, number, row) for number, row in enumerate(refused, job.refused)])
    values = {"done": done, "refused": job.refused + len(refused), "summary": tally.as_plain(), "attempts": 0}
    _update(session, job, {**values, "heartbeat_at": func.statement_timestamp()})
    job.done, job.refused = done, job.refused + len(refused)


def wait_for_turn(session: Session, job: Job) -> None:
    """Let any worker go on with the job."""
    _update(session, job, {"heartbeat_at": None})


def end(session: Session, job: Job, failure: Text | None, values: Mapping[str, Any] | None = None) -> None:
    """The job is over: done, or failed for the reason given. Its file is no longer its own."""
    state = JobState.DONE if failure is None else JobState.FAILED
    reason = None if failure is None else {"en": str(failure), "zh": failure.zh}
    fixed = {"state": state, "failure": reason, "file_key": None, "finished_at": func.statement_timestamp()}
    _update(session, job, {**(values or {}), **fixed})


def open_files(session: Session) -> set[str]:
    """The keys of the files that jobs still need."""
    query = select(Job.file_key).where(Job.file_key.is_not(None))
    return {key for key in session.execute(query).scalars() if key is not None}


def late_jobs(now: ColumnElement[datetime], after: timedelta) -> ColumnElement[bool]:
    """Jobs that nobody has worked on for so long."""
    waiting = Job.state.in_((JobState.QUEUED, JobState.RUNNING))
    return and_(waiting, func.coalesce(Job.heartbeat_at, Job.started_at, Job.created_at) < now - after)


def _update(session: Session, job: Job, values: Mapping[str, Any]) -> None:
    mine = and_(Job.id == job.id, Job.turn == job.turn, Job.state == JobState.RUNNING)
    ours = update(Job).where(mine).values(values).returning(Job.id).execution_options(synchronize_session=False)
    if session.execute(ours).scalar() is None:
        raise Overtaken(f"job {job.id}, turn {job.turn}")


def _error(job: Job, number: int, row: Rejected) -> dict[str, Any]:
    said = {"column": row.column, "reason_en": row.reason_en, "reason_zh": row.reason_zh}
    storable = {name: _storable(value) for name, value in said.items()}
    return {"job_id": job.id, "number": number, "row": row.row_number or None, **storable}


def _storable(value: str | None) -> str | None:
    """The text without what a column cannot hold: NUL and halves of characters."""
    return None if value is None else value.replace("\0", "").encode("utf-8", "replace").decode()
