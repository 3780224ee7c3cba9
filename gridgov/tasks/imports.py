"""The doorbell's answer for imports that were ordered."""

from gridgov.adapters.job_files import JobFiles
from gridgov.services.imports.kinds import Desk
from gridgov.services.imports.running import Workshop, work_off
from gridgov.tasks import TaskName
from gridgov.tasks.runtime import current, task


@task(TaskName.IMPORT)
def import_files() -> None:
    """Work on the oldest import that is free for twenty seconds at most; the next tick goes on with it."""
    here = current()
    work_off(Workshop(Desk(here.transaction, here.world), JobFiles(here.files.folder)))
