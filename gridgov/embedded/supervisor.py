"""Keeps the programs of `gridgov up` running: starts them, restarts what dies, ends all. It knows no program by name.

It stays light (the standard library only), because it lives as long as the city does.
"""

import select
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType

from gridgov.embedded.log_lines import Log
from gridgov.embedded.program import Program, Running

GRACE_SECONDS = 90.0
_IDLE_SECONDS = 0.25
OWN_NAME = "gridgov"


class Supervisor:
    """Runs programs side by side until it is asked to stop."""

    def __init__(
        self, programs: Sequence[Program], env: Mapping[str, str], log: Log, grace: float = GRACE_SECONDS
    ) -> None:
        """`programs` start in this order and end in the reverse one, each within `grace` seconds."""
        environment = {**env, "PYTHONUNBUFFERED": "1"}
        self._running = [Running(program, environment, log) for program in programs]
        self._log = log
        self._grace = grace
        self._asked = 0

    def stop(self) -> None:
        """Ask for a clean end; asked twice, everything ends at once. For signals and other threads."""
        self._asked += 1

    def run(self) -> int:
        """Keep the programs running until SIGINT, SIGTERM, SIGHUP or stop(); the exit code.

        It is 0 when every program ended by itself in time, 1 when one had to be killed. To be called from the thread
        that lives as long as the programs shall: on Linux they end with it.
        """
        with self._listening():
            try:
                while not self._asked:
                    self._restart()
                    self._pump(_IDLE_SECONDS)
            finally:
                ended_well = self._end_all()
        return 0 if ended_well else 1

    def _restart(self) -> None:
        for running in self._running:
            if running.is_alive:
                continue
            running.bury()
            if running.due_at <= time.monotonic():
                running.start()

    def _pump(self, seconds: float) -> None:
        """Move what the programs wrote into the log, waiting `seconds` at most."""
        readers = {output: running for running in self._running if (output := running.output) is not None}
        ready, _, _ = select.select(list(readers), [], [], seconds)
        for output in ready:
            readers[output].read()

    def _end_all(self) -> bool:
        self._log.line(OWN_NAME, "stopping; Ctrl-C once more ends everything at once")
        ended_well = True
        for running in reversed(self._running):
            running.ask_to_end()
            deadline = time.monotonic() + self._grace
            while running.is_alive and self._asked < 2 and time.monotonic() < deadline:
                self._pump(0.02)
            if running.is_alive:
                ended_well = False
                self._log.line(running.name, "did not end in time and is killed")
            running.finish()
        return ended_well

    @contextmanager
    def _listening(self) -> Iterator[None]:
        """Let the stop signals of this process mean stop(); only the main thread hears signals."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        # nohup means that a closed terminal is no reason to stop.
        heard = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            heard.append(signal.SIGHUP)
        before = {number: signal.signal(number, self._on_signal) for number in heard}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.stop()
