"""The regular look at what must exist."""

import logging

from gridgov.services.reconcile import reconcile
from gridgov.tasks import TaskName
from gridgov.tasks.runtime import at_work, task

log = logging.getLogger("gridgov.reconcile")


@task(TaskName.RECONCILE)
def look() -> None:
    """Repair what can be repaired, and put every other finding into the log."""
    with at_work() as (session, here, now):
        if alarms := reconcile(session, now, here.files).alarms:
            log.warning("what must be and is not: %s", alarms)
