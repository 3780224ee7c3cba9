"""A copy of installed programs for a user that cannot read the install, such as a venv in root's private home."""

import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Sequence
from pathlib import Path

from gridgov.embedded.errors import EmbeddedError

PLACE = Path("/var/tmp")


def readable_copy(root: Path, parts: Sequence[str], program: str) -> Path:
    """The folder that holds a copy of `parts` of `root`, readable by all and written by us alone.

    Made once for each version of `program` and renamed into place when complete; made again when a cleaner of old
    temporary files has taken some of it. Raises EmbeddedError when somebody else's folder stands in its place.
    """
    wanted = _files(root, parts)
    target = PLACE / f"gridgov-programs-{_fingerprint(root / program)}"
    if target.is_symlink() or target.exists():
        _require_ours(target)
        if _files(target, parts) == wanted:
            return target
    fresh = Path(tempfile.mkdtemp(prefix=f"{target.name}-", dir=PLACE))
    try:
        _copy(root, wanted, fresh / "new")
        if target.exists():
            target.rename(fresh / "old")
        _rename(fresh / "new", target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return target


def _files(root: Path, parts: Sequence[str]) -> dict[str, int]:
    """Size by path below `root`."""
    found = {}
    for part in parts:
        for parent, _, names in os.walk(root / part):
            for path in (Path(parent, name) for name in names):
                found[str(path.relative_to(root))] = path.stat().st_size
    return found


def _fingerprint(program: Path) -> str:
    found = program.stat()
    return hashlib.sha256(f"{program}|{found.st_size}|{found.st_mtime_ns}".encode()).hexdigest()[:12]


def _require_ours(target: Path) -> None:
    found = target.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise EmbeddedError(
            f"{target} belongs to somebody else; remove it, so that the server's programs can be copied there.",
            f"{target} 属于其他用户；请删除它，以便将服务器程序复制到那里。",
        )


def _copy(root: Path, names: dict[str, int], target: Path) -> None:
    for name in names:
        copy = target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, copy)
        # Wheels installed under a strict umask are private; the copy is there to be read.
        copy.chmod(0o755)
    for parent, _, _ in os.walk(target):
        Path(parent).chmod(0o755)


def _rename(fresh: Path, target: Path) -> None:
    try:
        fresh.rename(target)
    except OSError:
        # Another command was quicker; its copy is as good.
        _require_ours(target)
