"""Jobs and the rows that they refused."""

from uuid import UUID

from sqlalchemy import Select, select

from gridgov.db.models import Job, JobError
from gridgov.db.paging import By, Order

NEWEST_FIRST = Order((By(Job.seq, descending=True),))


def all_jobs() -> Select[Job]:
    """Every job."""
    return select(Job)


def errors_of(job_id: UUID) -> Select[JobError]:
    """The rows that a job refused, in the order in which it met them."""
    return select(JobError).where(JobError.job_id == job_id).order_by(JobError.number)
