"""The one readable log of `gridgov up`: each line whole, with its time and the program that wrote it."""

import threading
import time
from collections.abc import Iterable
from typing import TextIO

LONGEST_LINE = 64 * 1024
_COLOURS = ("36", "33", "32", "35", "34", "31")


class Log:
    """Writes lines such as `2026-03-02 09:15:04 sweeper | 12 clocks moved`, in the machine's own time zone.

    It may be used from several threads; colours are used on a terminal only.
    """

    def __init__(self, stream: TextIO, names: Iterable[str]) -> None:
        """`names` are the programs that will write; they set the width of the column and the colours."""
        self._stream = stream
        self._names = list(names)
        self._width = max(map(len, self._names), default=0)
        self._colourful = stream.isatty()
        self._lock = threading.Lock()

    def line(self, name: str, text: str) -> None:
        """Write `text` as a line of `name`; a reader that has gone away is no reason to stop."""
        head = f"{time.strftime('%Y-%m-%d %H:%M:%S')} {name:<{self._width}} |"
        if self._colourful and name in self._names:
            head = f"\x1b[{_COLOURS[self._names.index(name) % len(_COLOURS)]}m{head}\x1b[0m"
        with self._lock:
            try:
                self._stream.write(f"{head} {text}\n")
                self._stream.flush()
            except (BrokenPipeError, ValueError):
                # The programs go on without a reader; their work is not the log.
                return


class LineBuffer:
    """Cuts the bytes of one program into whole lines."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._rest = b""

    def feed(self, data: bytes) -> list[str]:
        """The lines that `data` completes; a line without end is cut at 64 KiB."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) >= LONGEST_LINE:
            lines.append(self._rest)
            self._rest = b""
        return [_readable(line) for line in lines]

    def close(self) -> list[str]:
        """What is left when the program has ended."""
        rest, self._rest = self._rest, b""
        return [_readable(rest)] if rest else []


def _readable(line: bytes) -> str:
    return line.rstrip(b"\r").decode("utf-8", errors="replace")
