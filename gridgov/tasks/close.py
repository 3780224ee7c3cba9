"""The doorbell's answer for cases that nobody rates and questions that nobody answers."""

from gridgov.services.escalation import sweep_due
from gridgov.tasks import TaskName
from gridgov.tasks.runtime import at_work, task


@task(TaskName.CLOSE)
def lapse() -> None:
    """Let lapse what has waited too long: a lapse is a stage of the same clocks, so the same sweep finds it."""
    with at_work() as (session, here, now):
        sweep_due(session, here.world, now)
