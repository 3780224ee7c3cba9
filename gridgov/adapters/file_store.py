"""Files by what is in them: one file per content, named by its SHA-256. No name or path of a client is used here."""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

DIGEST = re.compile("[0-9a-f]{64}")
DRAFTS, ASIDE = "drafts", ".aside"


class FileStore:
    """The folder of files: `ab/cd/abcd…`, readable by their owner only. Two processes may use it at the same time."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made when the first file is put."""
        self.folder = folder

    def put(self, data: bytes) -> str:
        """The SHA-256 under which `data` is kept from now on: whole and on the disk, or not at all.

        What is there already stays; its age begins anew, so that no broom takes it from under a new row.
        """
        digest = hashlib.sha256(data).hexdigest()
        path = self.path(digest)
        try:
            os.utime(path)
        except FileNotFoundError:
            self._write(path, data)
        return digest

    def read(self, digest: str) -> bytes:
        """The content of that SHA-256. Raises FileNotFoundError when it is not here."""
        return self.path(digest).read_bytes()

    def is_sound(self, digest: str) -> bool:
        """Whether the file is here and still holds what its name says."""
        with suppress(FileNotFoundError):
            return hashlib.sha256(self.read(digest)).hexdigest() == digest
        return False

    def older_than(self, moment: float) -> Iterator[str]:
        """The SHA-256s of the files that nobody has put since `moment` (seconds since the epoch)."""
        for path in self.folder.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"):
            with suppress(FileNotFoundError):
                if DIGEST.fullmatch(path.name) and path.stat().st_mtime < moment:
                    yield path.name

    def discard(self, digest: str, older_than: float) -> bool:
        """True when the file is gone: one that was put again since `older_than` stays.

        It is set aside before it is looked at: a `put` comes either before, and then it is fresh, or finds nothing.
        """
        path = self.path(digest)
        aside = path.with_suffix(ASIDE)
        try:
            path.rename(aside)
        except FileNotFoundError:
            return False
        if aside.stat().st_mtime >= older_than:
            aside.rename(path)
            return False
        aside.unlink()
        return True

    def drop_drafts(self, older_than: float) -> int:
        """How many half-written or set-aside files of processes that died were removed."""
        dropped = 0
        for path in (*self.folder.glob(f"{DRAFTS}/*"), *self.folder.glob(f"*/*/*{ASIDE}")):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < older_than:
                    path.unlink()
                    dropped += 1
        return dropped

    def path(self, digest: str) -> Path:
        """Where that content is or would be. Raises ValueError for what is no SHA-256."""
        if not DIGEST.fullmatch(digest):
            raise ValueError("not a SHA-256")
        return self.folder / digest[:2] / digest[2:4] / digest

    def _write(self, path: Path, data: bytes) -> None:
        for folder in (path.parent, self.folder / DRAFTS):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with NamedTemporaryFile(dir=self.folder / DRAFTS, delete=False) as draft:
            whole = Path(draft.name)
            try:
                draft.write(data)
                draft.flush()
                os.fsync(draft.fileno())
            except OSError:  # a full disk keeps no halves
                whole.unlink()
                raise
        whole.replace(path)
        _sync(path.parent)


def _sync(folder: Path) -> None:
    """Have the disk remember the new name as well."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
