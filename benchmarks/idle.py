"""What a city costs while nothing happens: the memory and the processor time of everything that `gridgov up` runs."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.serving import free_port
from gridgov.cli.readiness import wait_until_ready

READY_S, SETTLED_S, STOP_S = 90, 15, 30
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Idle:
    """The sum over all processes: MB of proportional set size, and per cent of one core."""

    pss_mb: float
    cpu_percent: float
    processes: int


def measure_idle(seconds: float) -> Idle:
    """The demonstration city on servers of its own, watched for that long once it is ready and has settled."""
    with tempfile.TemporaryDirectory(prefix="gridgov-bench-idle-") as home, _city(Path(home)) as root:
        time.sleep(SETTLED_S)
        before = _ticks(root)
        time.sleep(seconds)
        after = _ticks(root)
        used = sum(ticks - before.get(pid, 0) for pid, ticks in after.items())
        return Idle(sum(map(_pss_kb, after)) / 1024, 100 * used / TICKS / seconds, len(after))


@contextmanager
def _city(home: Path) -> Iterator[int]:
    port = free_port()
    plain = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    environ = {**plain, "GRIDGOV_HOME": str(home), "GRIDGOV_PORT": str(port)}
    with (home / "up.log").open("wb") as log:
        up = subprocess.Popen((sys.executable, "-m", "gridgov.cli", "up"), env=environ, stdout=log, stderr=log)
        try:
            until = time.monotonic() + READY_S
            if not wait_until_ready("127.0.0.1", port, lambda: up.poll() is not None or time.monotonic() > until):
                raise RuntimeError(f"the city did not get ready:\n{(home / 'up.log').read_text()[-2000:]}")
            yield up.pid
        finally:
            up.send_signal(signal.SIGINT)
            up.wait(STOP_S)


def _ticks(root: int) -> dict[int, int]:
    """The processor time so far of `root` and all that descend from it, in ticks, by process id."""
    found = {pid: stat for pid in _process_ids() if (stat := _stat(pid)) is not None}
    family = {root}
    while grown := {pid for pid, (parent, _) in found.items() if parent in family} - family:
        family |= grown
    return {pid: found[pid][1] for pid in family if pid in found}


def _process_ids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _stat(pid: int) -> tuple[int, int] | None:
    """The parent and the processor time of a process; None when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None
    return int(fields[1]), int(fields[11]) + int(fields[12])


def _pss_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
