"""File locks in the data folder: they end with the process that holds them, however it ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gridgov.embedded.errors import EmbeddedError
from gridgov.embedded.folders import usable_home
from gridgov.settings import Settings


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """A descriptor of the lock file `path`, made when it is missing; closing it gives the lock back."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: Path) -> Iterator[int]:
    """Hold the lock `path` alone, after waiting for it."""
    with opened(path) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor


def try_lock(descriptor: int, mode: int = fcntl.LOCK_EX) -> bool:
    """Whether the lock could be had at once."""
    try:
        fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False


@contextmanager
def exclusive_home(settings: Settings) -> Iterator[None]:
    """Hold the data folder for one `gridgov up`.

    Raises EmbeddedError, naming the process, when another one holds it, and when the folder cannot be used.
    """
    path = usable_home(settings.home) / "up.lock"
    with opened(path) as descriptor:
        if not try_lock(descriptor):
            raise _already_runs(settings.home, path)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        try:
            yield
        finally:
            os.ftruncate(descriptor, 0)


def _already_runs(home: Path, path: Path) -> EmbeddedError:
    pid = "?"
    with suppress(OSError):
        pid = path.read_text().strip() or "?"
    return EmbeddedError(
        f"gridgov up already runs on {home} (process {pid}): stop it first, or name another folder with GRIDGOV_HOME.",
        f"gridgov up 已在 {home} 上运行（进程 {pid}）：请先停止它，或用 GRIDGOV_HOME 指定另一个文件夹。",
    )
