"""The folders that embedded servers need: inside GRIDGOV_HOME, and a short private one for sockets."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from gridgov.embedded.account import Account
from gridgov.embedded.errors import EmbeddedError, unusable_folder

# Not TMPDIR: every command of a home has to find the same place, and a socket path holds about 100 bytes.
SOCKETS = Path("/tmp")
LARGEST_LOG = 5_000_000


def usable_home(home: Path) -> Path:
    """`home`, made when it is missing (0700) and proved to be writable.

    Raises EmbeddedError with one sentence when it is a file, not ours to write, read-only or full.
    """
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home) as probe:
            probe.write(bytes(4096))
        return home
    except OSError as error:
        raise unusable_folder(home, error) from None


def socket_folder(home: Path, name: str, account: Account) -> Path:
    """The short folder (0700) for the socket of server `name` of `home`, owned by `account`.

    Raises EmbeddedError when something else already stands in its place.
    """
    folder = socket_place(home, name)
    try:
        folder.mkdir(mode=0o700)
        if account.uid is not None and account.gid is not None:
            os.chown(folder, account.uid, account.gid)
    except FileExistsError:
        _require_private(folder, account)
    return folder


def socket_place(home: Path, name: str) -> Path:
    """Where `socket_folder` makes the folder: a name that follows from the home alone."""
    digest = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]
    return SOCKETS / f"gridgov-{digest}-{name}"


def log_file(home: Path, name: str) -> Path:
    """The log of server `name`, put aside as `.1` when it has grown beyond 5 MB."""
    logs = home / "logs"
    logs.mkdir(mode=0o700, exist_ok=True)
    log = logs / f"{name}.log"
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".log.1"))
    return log


def _require_private(folder: Path, account: Account) -> None:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.owner or found.st_mode & 0o077:
        raise EmbeddedError(
            f"{folder} belongs to somebody else; remove it, so that the embedded server can put its socket there.",
            f"{folder} 属于其他用户；请删除它，以便内置服务器在那里放置套接字。",
        )
