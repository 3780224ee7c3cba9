"""What keeps the house clean, and the sign that a worker still takes work."""

import logging
from time import time

from gridgov.services.files import sweep_files
from gridgov.services.heartbeats import beat
from gridgov.services.housekeeping import tidy
from gridgov.tasks import TaskName
from gridgov.tasks.runtime import at_work, current, task

MOST_BATCHES = 50
log = logging.getLogger("gridgov.housekeeping")


@task(TaskName.HOUSEKEEPING)
def housekeeping() -> None:
    """Throw away what has served, in small transactions; what is left over waits for the next hour."""
    for _ in range(MOST_BATCHES):
        with at_work() as (session, here, _):
            if not tidy(session, contact_days=here.contact_days):
                break
    here = current()
    if gone := sweep_files(here.transaction, here.files, time()):
        log.info("%s files that belong to no photo were removed", gone)


@task(TaskName.CANARY)
def canary() -> None:
    """Note that this worker takes tasks from the broker and reaches the database (workers.canary)."""
    with at_work() as (session, here, _):
        beat(session, here.process, "worker", worked=True)
