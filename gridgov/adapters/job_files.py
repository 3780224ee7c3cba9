"""The files of jobs that are not over: a folder for each under GRIDGOV_FILES/jobs, which web and workers share.

Whoever finishes a job drops its file: it may hold what nobody has masked yet.
"""

import hashlib
import os
import re
import shutil
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from uuid import uuid4

BLOCK = 1024 * 1024
KEY = re.compile(r"[0-9a-f]{32}")
# Bytes count for a file system: sixty characters are 240 at most.
LONGEST_NAME = 60
NOT_IN_A_NAME = re.compile(r"[^\w.\- ()\[\]]")


@dataclass(frozen=True)
class KeptFile:
    """A file that was kept: its key, its name without a path, and its SHA-256 in hex."""

    key: str
    name: str
    sha256: str


class JobFiles:
    """The kept files below one folder."""

    def __init__(self, files: Path) -> None:
        """`files` is the folder of the settings; it is made when first needed."""
        self._root = files / "jobs"

    def keep(self, stream: IO[bytes], name: str) -> KeptFile:
        """Write the stream down for good; its key finds it again."""
        key, safe = uuid4().hex, safe_name(name)
        folder = self._root / key
        folder.mkdir(parents=True, mode=0o700)
        digest = hashlib.sha256()
        with open(folder / safe, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            while block := stream.read(BLOCK):
                digest.update(block)
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        return KeptFile(key, safe, digest.hexdigest())

    def path(self, key: str, name: str) -> Path:
        """Where the kept file stands, whether or not it is there. Raises ValueError for what is no key."""
        return self._folder(key) / safe_name(name)

    def drop(self, key: str) -> None:
        """Forget the file; one that is gone already is no error."""
        shutil.rmtree(self._folder(key), ignore_errors=True)

    def drop_others(self, wanted: Collection[str], older_than_s: float = 3600) -> int:
        """Forget the files that belong to no wanted key and have lain for an hour; how many went."""
        if not self._root.is_dir():
            return 0
        before = time.time() - older_than_s
        folders = [each for each in self._root.iterdir() if KEY.fullmatch(each.name) and each.name not in wanted]
        orphans = [each for each in folders if each.stat().st_mtime < before]
        for folder in orphans:
            shutil.rmtree(folder, ignore_errors=True)
        return len(orphans)

    def _folder(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise ValueError("not the key of a kept file")
        return self._root / key


def safe_name(name: str) -> str:
    """The last part of a client's file name with what a file system could misread replaced; never empty."""
    last = re.split(r"[/\\]", name)[-1]
    return NOT_IN_A_NAME.sub("_", last)[-LONGEST_NAME:].strip(". ") or "file"
