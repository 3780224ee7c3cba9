"""Jobs and the rows that they refused."""

from uuid import UUID

from sqlalchemy import Select, select

from gridgov.db.models import Job, JobError
from gridgov.db.paging import By, Order

NEWEST_FIRST = Order((By(Job.seq, descending=True),))


def jobs_like(kind: str | None, state: str | None) -> Select[Job]:
    """The jobs of that kind in that state; None leaves a part out."""
    jobs = select(Job)
    if kind is not None:
        jobs = jobs.where(Job.kind == kind)
    return jobs if state is None else jobs.where(Job.state == state)


def errors_of(job_id: UUID) -> Select[JobError]:
    """The rows that a job refused, in the order in which it met them."""
    return select(JobError).where(JobError.job_id == job_id).order_by(JobError.number)
