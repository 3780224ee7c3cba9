"""Which user an embedded server runs as: never root, because PostgreSQL refuses to and Valkey need not."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Account:
    """A user for a child process; None everywhere means: the user that we are."""

    uid: int | None = None
    gid: int | None = None

    @property
    def groups(self) -> list[int] | None:
        """The extra groups of the child: none when the user changes."""
        return None if self.uid is None else []

    @property
    def owner(self) -> int:
        """The uid that the files of the child belong to."""
        return os.geteuid() if self.uid is None else self.uid


def account_for(folder: Path) -> Account:
    """The user that serves `folder`: ourselves, or when we are root the owner of the folder or of its parent.

    When root owns both, it is `nobody`.
    """
    if os.geteuid() != 0:
        return Account()
    for place in (folder, folder.parent):
        if place.exists() and place.stat().st_uid != 0:
            return Account(place.stat().st_uid, place.stat().st_gid)
    return _nobody()


def give(folder: Path, account: Account) -> None:
    """Make `account` the owner of `folder` and all within, where root owns it (new, or brought back from a backup)."""
    if account.uid is None or account.gid is None or folder.stat().st_uid != 0:
        return
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.lchown(Path(parent, name), account.uid, account.gid)
    os.chown(folder, account.uid, account.gid)


def _nobody() -> Account:
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return Account(65534, 65534)
    return Account(entry.pw_uid, entry.pw_gid)
