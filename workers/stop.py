"""A wish to end, heard by signal: what is at work finishes its batch and then looks here."""

import os
import select
import signal
from types import FrameType


class Stop:
    """Not wished yet, or wished. Safe for signals (it only writes a byte) and for waiting in several threads."""

    def __init__(self) -> None:
        """Nobody wishes it yet."""
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)

    def wish(self) -> None:
        """Wish it: everybody who waits goes on at once."""
        os.write(self._writer, b".")

    def within(self, seconds: float) -> bool:
        """Wait for the wish, `seconds` at most; whether it has come."""
        ready, _, _ = select.select([self._reader], [], [], seconds)
        return bool(ready)

    def on_signals(self) -> None:
        """Let SIGTERM and SIGINT mean the wish. Only the main thread may ask for that."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._heard)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        self.wish()
