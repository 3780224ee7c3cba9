"""The embedded Valkey: how it is started and asked whether it is ready. What is kept in it is not known here."""

import socket
from contextlib import suppress
from pathlib import Path

from gridgov.embedded.account import Account, account_for, give
from gridgov.embedded.binaries import valkey_program
from gridgov.embedded.errors import EmbeddedError
from gridgov.embedded.folders import socket_folder, socket_place
from gridgov.embedded.server import Launch, Server

SOCKET = "valkey.sock"
OPTIONS = (
    *("--port", "0", "--daemonize", "no", "--unixsocketperm", "700", "--loglevel", "warning"),
    # Each write goes to the append-only file; nothing is ever thrown out to make room.
    *("--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"),
)


class Valkey(Server):
    """Valkey on `home`/valkey. It starts inside that folder and names it "./", so its user needs no way there."""

    name = "valkey"
    stop_signal = "TERM"

    def __init__(self, home: Path, account: Account | None = None, program: Path | None = None) -> None:
        """`program` is the binary; found by itself when not given."""
        super().__init__(home, account or account_for(home / self.name))
        self.data = home / self.name
        self._given = program

    @property
    def url(self) -> str:
        """The address for Celery."""
        return f"redis+socket://{self._socket}"

    @property
    def _socket(self) -> Path:
        return socket_place(self.home, self.name) / SOCKET

    def pid_file(self) -> Path:
        """Written by Valkey because the command line names it."""
        return self.data / "valkey.pid"

    def prepare(self) -> Launch:
        """The data folder and the command; raises EmbeddedError when a file stands in the folder's place."""
        program = self._given or valkey_program(self.account)
        if self.data.exists() and not self.data.is_dir():
            raise EmbeddedError(
                f"{self.data} is a file, but Valkey needs a folder there: move it away, or name another folder with "
                "GRIDGOV_HOME.",
                f"{self.data} 是一个文件，而 Valkey 需要一个文件夹：请将其移走，或用 GRIDGOV_HOME 指定另一个文件夹。",
            )
        self.data.mkdir(mode=0o700, exist_ok=True)
        give(self.data, self.account)
        sockets = socket_folder(self.home, self.name, self.account)
        (sockets / SOCKET).unlink(missing_ok=True)
        places = ("--dir", "./", "--pidfile", "valkey.pid", "--unixsocket", str(sockets / SOCKET))
        return Launch((str(program), *OPTIONS, *places), self.data, sockets)

    def answers(self) -> bool:
        """Whether PING is answered with PONG (while it reads its file, it is not)."""
        with suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(self._socket))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
        return False

    def complete(self) -> bool:
        """Nothing has to be made: an empty Valkey is whole."""
        return False


def redis_py_url(url: str) -> str:
    """`url` as redis-py (and Flask-Limiter, with `redis+` before it) reads it: `unix://` instead of `redis+socket://`."""
    return "unix://" + url.removeprefix("redis+socket://") if url.startswith("redis+socket://") else url
