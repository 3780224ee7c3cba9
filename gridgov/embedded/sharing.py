"""How the commands of one data folder share an embedded server. How it is kept running stands in guard.py.

Four files in `run/` do it: `entry` is held while coming and going, `users` is held (shared) by whoever uses the server,
`alive` is held by the server and its guard, and `door` is the pipe whose last writer takes the server with it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from gridgov.embedded.guard import is_gone, is_unread, open_door, start, wait_until_gone, waits
from gridgov.embedded.lock import locked, opened, try_lock
from gridgov.embedded.server import Server

# Long enough for a server that has crashed under another command to be started again and read its logs.
JOIN_SECONDS = 20.0


@contextmanager
def shared(server: Server) -> Iterator[bool]:
    """Use `server`, started now unless another command has; yields whether its content is new.

    It stops with the last command that uses it. Raises EmbeddedError when it does not start.
    """
    server.run_file("door").parent.mkdir(mode=0o700, exist_ok=True)
    with opened(server.run_file("users")) as users:
        door, new = _enter(server, users)
        try:
            yield new
        finally:
            _leave(server, users, door)


def _enter(server: Server, users: int) -> tuple[int, bool]:
    with locked(server.run_file("entry")):
        door = _join(server)
        if door is None:
            door = start(server)
        try:
            fcntl.flock(users, fcntl.LOCK_SH)
            return door, server.complete()
        except BaseException:
            os.close(door)
            raise


def _leave(server: Server, users: int, door: int) -> None:
    with locked(server.run_file("entry")):
        os.close(door)
        if try_lock(users):
            wait_until_gone(server)


def _join(server: Server) -> int | None:
    """The door of the running server, or None when nothing runs (any more)."""
    if is_gone(server):
        return None
    door = open_door(server)
    if door is not None:
        # It may be on its way out, because its last command was killed a moment ago.
        waits(lambda: server.answers() or is_unread(door), JOIN_SECONDS)
        if not is_unread(door):
            return door
        os.close(door)
    wait_until_gone(server)
    return None
