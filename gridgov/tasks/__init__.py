"""Floor 5, what the workers do when the doorbell rings: a task is a few lines around one service.

The law: no argument but ids, no result, no delay (eta, countdown, retry): whatever waits is a row that a sweep finds.
"""

from enum import StrEnum


class TaskName(StrEnum):
    """The names by which tasks are sent; a test holds them against the registered ones."""

    CANARY = "gridgov.canary"
    CLOSE = "gridgov.close"
    DELIVER = "gridgov.deliver"
    HOUSEKEEPING = "gridgov.housekeeping"
    IMPORT = "gridgov.import"
    RECONCILE = "gridgov.reconcile"
    SWEEP = "gridgov.sweep"


HINTS = (TaskName.SWEEP, TaskName.DELIVER)
"""What a commit may make due at once."""

JOB_HINTS = (TaskName.IMPORT,)
"""What the order of a job makes due."""
