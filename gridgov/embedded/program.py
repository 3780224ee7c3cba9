"""One program under the supervisor: its process, its output, and when it may be started again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gridgov.embedded.log_lines import LineBuffer, Log

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
STEADY_AFTER = 60.0
# A program that never stops talking must not keep the others waiting.
READS_IN_A_ROW = 16
_CHILD = str(Path(__file__).with_name("child.py"))


@dataclass(frozen=True)
class Program:
    """What to run, and the name of its lines in the log."""

    name: str
    argv: tuple[str, ...]


class Running:
    """A program with its present process, if any."""

    def __init__(self, program: Program, env: Mapping[str, str], log: Log) -> None:
        """Nothing starts yet; the first start is due at once."""
        self.name = program.name
        self.due_at = time.monotonic()
        self._program, self._env, self._log = program, env, log
        self._process: subprocess.Popen[bytes] | None = None
        self._buffer = LineBuffer()
        self._pause = FIRST_PAUSE
        self._born = 0.0

    @property
    def output(self) -> int | None:
        """The descriptor to read from, while the program has one open."""
        out = self._process.stdout if self._process else None
        return None if out is None or out.closed else out.fileno()

    @property
    def is_alive(self) -> bool:
        """Whether its process has not ended."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the process in a group of its own; a program that cannot be started counts as one that died."""
        self._born = time.monotonic()
        self._process = subprocess.Popen(
            (sys.executable, "-I", "-S", _CHILD, str(os.getpid()), *self._program.argv),
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=0,
        )
        if self._process.stdout is not None:
            os.set_blocking(self._process.stdout.fileno(), False)

    def read(self) -> None:
        """Put what it wrote into the log."""
        for _ in range(READS_IN_A_ROW):
            if (output := self.output) is None:
                return
            try:
                data = os.read(output, 65536)
            except BlockingIOError:
                return
            if not data:
                self._close()
            for line in self._buffer.feed(data):
                self._log.line(self.name, line)

    def bury(self) -> None:
        """After its end: log the last lines, end what it left behind in its group, and plan the next start."""
        if self._process is None:
            return
        ending = _ending(self._process.returncode)
        self.finish()
        if time.monotonic() - self._born >= STEADY_AFTER:
            self._pause = FIRST_PAUSE
        self.due_at = time.monotonic() + self._pause
        self._log.line(self.name, f"ended ({ending}); starting again in {self._pause:g} s")
        self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def ask_to_end(self) -> None:
        """Send SIGTERM to the process itself, which knows best how to end its own children."""
        if self._process is not None:
            self._process.terminate()

    def signal_group(self, number: signal.Signals) -> None:
        """Send a signal to the process and to all that it started."""
        if self._process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)

    def finish(self) -> None:
        """End at once what is left of it, and log its last lines."""
        if self._process is not None:
            self.signal_group(signal.SIGKILL)
            self._process.wait()
            self.read()
            self._close()
            self._process = None

    def _close(self) -> None:
        for line in self._buffer.close():
            self._log.line(self.name, line)
        if self._process is not None and self._process.stdout is not None:
            self._process.stdout.close()


def _ending(code: int) -> str:
    """How a process ended, in words: `exit code 3` or `SIGKILL`."""
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name
