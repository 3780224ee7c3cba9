"""What every embedded server is to the guard. How each one is started stands in postgres.py and valkey.py."""

import os
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

from gridgov.embedded.account import Account


@dataclass(frozen=True)
class Launch:
    """What the guard starts: the command, the folder it starts in (which its user may not reach by name), its sockets.

    The folder of the sockets is removed when the server has ended.
    """

    argv: tuple[str, ...]
    folder: Path
    sockets: Path


class Server(ABC):
    """One embedded server of a data folder."""

    name: str
    stop_signal: str

    def __init__(self, home: Path, account: Account) -> None:
        """`home` is GRIDGOV_HOME; `account` runs the server and owns its files."""
        self.home = home
        self.account = account

    def run_file(self, kind: str) -> Path:
        """A file in which commands and guard find each other: `door`, `alive`, `entry` or `users`."""
        return self.home / "run" / f"{self.name}.{kind}"

    @abstractmethod
    def prepare(self) -> Launch:
        """Make the data folder when it is missing, clear what a crash left, and say what to start."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether the server is ready for clients."""

    @abstractmethod
    def complete(self) -> bool:
        """Bring a running server to what clients expect; whether this made something new."""

    @abstractmethod
    def pid_file(self) -> Path:
        """The file whose first line is the pid of the running server."""


def plain_environment() -> dict[str, str]:
    """What an embedded server sees of the environment: no secret of ours, no PG… variable, English messages."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {"PATH": os.defpath, **kept, "LC_ALL": "C"}


def said(text: str) -> str:
    """The line of a server's output that names the trouble."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if any(word in line for word in ("FATAL", "PANIC", "rror", "could not"))]
    return (telling or lines or ["it said nothing"])[-1]
