"""The beat table: a second chance for what the sweeper does, and the regular chores.

Beat keeps nothing that matters: two copies without any lock are fine, and so is none for an hour.
"""

from typing import Any

from gridgov.tasks import TaskName

SECONDS = {
    TaskName.SWEEP: 10,
    TaskName.DELIVER: 10,
    TaskName.CLOSE: 60,
    TaskName.IMPORT: 5,
    TaskName.RECONCILE: 300,
    TaskName.HOUSEKEEPING: 3600,
}

# A tick that nobody took before the next one is dropped: no flood after an outage.
BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    name.value: {"task": name.value, "schedule": float(seconds), "options": {"expires": seconds}}
    for name, seconds in SECONDS.items()
}
