"""The process that keeps one embedded server: it starts, restarts and stops it. Who shares it stands in sharing.py.

A guard (sh, a few hundred kilobytes) is the server's parent. It reads from a named pipe, the door, whose write end
every command keeps open while it uses the server: when the last one closes it, or is killed, the guard ends the server.
"""

import fcntl
import os
import select
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from gridgov.embedded.errors import EmbeddedError
from gridgov.embedded.folders import log_file
from gridgov.embedded.lock import opened, try_lock
from gridgov.embedded.server import Launch, Server, plain_environment, said

START_SECONDS = 60.0
STOP_SECONDS = 60.0
# A server outlives its guard only when somebody killed the guard; after this time it is asked to stop directly.
# Asking a server twice, because it is slow to stop, does no harm.
PATIENCE_SECONDS = 2.0

# Descriptor 3 is the door and 4 the lock "alive", which the server keeps too: it is free only when nothing runs.
# What dies is started again, unless it was asked to stop or lived for less than two seconds.
_GUARD = """
signal=$1; sockets=$2; shift 2; stop=; server=
trap 'stop=1; kill -s "$signal" "$server" 2>/dev/null' TERM
(read -r _ <&3; kill -s TERM $$) 4>&- &
watcher=$!
exec 3<&-
while [ -z "$stop" ]; do
  born=$(date +%s)
  "$@" &
  server=$!
  [ -z "$stop" ] || { sleep 1; kill -s "$signal" "$server" 2>/dev/null; }
  while kill -0 "$server" 2>/dev/null; do wait "$server"; done
  [ -z "$stop" ] && [ $(($(date +%s) - born)) -ge 2 ] || break
  sleep 1
done
kill "$watcher" 2>/dev/null
rmdir "$sockets" 2>/dev/null
"""
# The guard is nobody's child, so each of the commands may leave first.
_DETACH = 'exec 3<&0 4>&1 0</dev/null 1>&2; "$@" &'


def start(server: Server) -> int:
    """Start `server` under a guard and wait until it answers; the descriptor that keeps it running.

    Raises EmbeddedError with what the server itself said when it does not come up.
    """
    launch = server.prepare()
    log = log_file(server.home, server.name)
    begin = log.stat().st_size if log.exists() else 0
    door = _launch(server, launch, log)
    if waits(lambda: server.answers() or is_gone(server), START_SECONDS) and not is_gone(server):
        return door
    os.close(door)
    raise _did_not_start(server, log, begin)


def open_door(server: Server) -> int | None:
    """The descriptor that keeps a running server; None when no guard reads from the door."""
    try:
        return os.open(server.run_file("door"), os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return None


def is_unread(door: int) -> bool:
    """Whether the guard has closed its end, which it does before it stops the server."""
    poll = select.poll()
    poll.register(door, 0)
    return any(event & select.POLLERR for _, event in poll.poll(0))


def is_gone(server: Server) -> bool:
    """Whether neither the server, nor any process of it, nor its guard lives."""
    with opened(server.run_file("alive")) as alive:
        return try_lock(alive)


def wait_until_gone(server: Server) -> None:
    """Wait for the end of a server that nobody uses; raises EmbeddedError when it does not end."""
    if waits(lambda: is_gone(server), PATIENCE_SECONDS):
        return
    with suppress(OSError, ValueError, IndexError):
        # The lock says that a server of ours is alive, so the pid in its file is its own.
        pid = int(server.pid_file().read_text().split()[0])
        subprocess.run(("/bin/sh", "-c", f"kill -s {server.stop_signal} {pid}"), check=False)
    if not waits(lambda: is_gone(server), STOP_SECONDS - PATIENCE_SECONDS):
        raise EmbeddedError(
            f"The embedded {server.name} server of {server.home} does not stop: end its process and try again.",
            f"{server.home} 的内置 {server.name} 服务器没有停止：请结束其进程后重试。",
        )


def waits(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether `condition` came true within `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def _launch(server: Server, launch: Launch, log: Path) -> int:
    reader, door = _make_door(server.run_file("door"))
    arguments = (server.stop_signal, str(launch.sockets), *launch.argv)
    guard = ("/bin/sh", "-c", _GUARD, f"gridgov-{server.name}", *arguments)
    with opened(server.run_file("alive")) as alive, log.open("ab") as stderr:
        fcntl.flock(alive, fcntl.LOCK_EX)
        subprocess.run(
            ("/bin/sh", "-c", _DETACH, "sh", *guard),
            stdin=reader,
            stdout=alive,
            stderr=stderr,
            cwd=launch.folder,
            env=plain_environment(),
            user=server.account.uid,
            group=server.account.gid,
            extra_groups=server.account.groups,
            # Its own session: Ctrl-C and a closing terminal end the commands, and only thereby the server.
            start_new_session=True,
            check=True,
        )
    os.close(reader)
    return door


def _make_door(path: Path) -> tuple[int, int]:
    if not path.exists():
        os.mkfifo(path, 0o600)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    door = os.open(path, os.O_WRONLY)
    os.set_blocking(reader, True)
    return reader, door


def _did_not_start(server: Server, log: Path, begin: int) -> EmbeddedError:
    with log.open("rb") as file:
        file.seek(begin)
        reason = said(file.read().decode(errors="replace"))
    return EmbeddedError(
        f"The embedded {server.name} server did not start ({reason}); its log is {log}.",
        f"内置 {server.name} 服务器未能启动（{reason}）；日志见 {log}。",
    )
