"""The doorbell's answer for clocks."""

from gridgov.services.escalation import sweep_due
from gridgov.services.meetings import tell_late
from gridgov.tasks import TaskName
from gridgov.tasks.runtime import at_work, task


@task(TaskName.SWEEP)
def sweep() -> None:
    """Move every clock that is due, tell of late tasks. A second chance: the sweeper does the same without a broker."""
    with at_work() as (session, here, now):
        sweep_due(session, here.world, now)
        tell_late(session, here.world, now)
