"""The doorbell's answer for messages that leave the house."""

from gridgov.services.delivery import deliver_due
from gridgov.tasks import TaskName
from gridgov.tasks.runtime import current, task


@task(TaskName.DELIVER)
def deliver() -> None:
    """Send the messages that are due, for ten seconds at most. The sweeper process does the same without a broker."""
    if (office := current().office) is not None:
        deliver_due(office)
