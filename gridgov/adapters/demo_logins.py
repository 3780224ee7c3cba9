"""The file `demo-logins` of a data folder: the demonstration's one password and who may use it. No choice is made here.

A readable text: `#` begins a remark, one line holds the password, every other line is a user name, a name and posts,
parted by tabs.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

FILE_NAME = "demo-logins"
PASSWORD = "password: "
HEAD = """\
# The logins of the demonstration. These people do not exist; they share one password, made for this data folder.
# 演示账号：人物均为虚构，共用一个密码，仅为本数据目录生成。
# Whoever can read this file can log in as anyone below. 能读到本文件的人可以用下列任何账号登录。
"""


@dataclass(frozen=True)
class DemoPost:
    """What a demonstration person is, and where: a word of domain.org.Role and the unit's two names."""

    role: str
    unit_zh: str
    unit_en: str


@dataclass(frozen=True)
class DemoLogin:
    """One account of the demonstration."""

    username: str
    name: str
    posts: tuple[DemoPost, ...]


@dataclass(frozen=True)
class DemoLogins:
    """The password that all share, and the accounts, the most useful first."""

    password: str
    logins: tuple[DemoLogin, ...]


def read_demo_logins(home: Path) -> DemoLogins | None:
    """What the data folder keeps, or None when it keeps no demonstration logins.

    Raises ValueError with one sentence when somebody has edited the file so that it cannot be read.
    """
    path = home / FILE_NAME
    return _parsed(path.read_text(encoding="utf-8"), path) if path.exists() else None


def keep_demo_logins(home: Path, logins: DemoLogins) -> DemoLogins:
    """Keep the logins in the data folder (0600) and answer with what it keeps now.

    A password that is there already stays: databases may know it. Two processes agree on the one that was first.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = home / FILE_NAME
    with suppress(FileExistsError):
        _with_draft(path, logins, path.hardlink_to)
    kept = _parsed(path.read_text(encoding="utf-8"), path)
    if kept.logins != logins.logins:
        kept = DemoLogins(kept.password, logins.logins)
        _with_draft(path, kept, lambda draft: draft.replace(path))
    return kept


def _with_draft(path: Path, logins: DemoLogins, put: Callable[[Path], object]) -> None:
    draft = path.with_name(f"{FILE_NAME}.{uuid4().hex}")
    try:
        with open(draft, "x", encoding="utf-8", opener=_private) as file:
            file.write(_written(logins))
        put(draft)
    finally:
        draft.unlink(missing_ok=True)


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def _written(logins: DemoLogins) -> str:
    lines = "".join(f"{_line(login)}\n" for login in logins.logins)
    return f"{HEAD}\n{PASSWORD}{logins.password}\n\n{lines}"


def _line(login: DemoLogin) -> str:
    posts = (f"{post.role}: {post.unit_zh} / {post.unit_en}" for post in login.posts)
    return "\t".join([f"{login.username:<32}", login.name, *posts])


def _parsed(body: str, path: Path) -> DemoLogins:
    lines = [line for line in body.splitlines() if line.strip() and not line.startswith("#")]
    if not lines or not lines[0].startswith(PASSWORD):
        raise ValueError(f"{path} does not begin with a line “{PASSWORD}…”; put it back or remove the file.")
    return DemoLogins(lines[0].removeprefix(PASSWORD).strip(), tuple(_login(line, path) for line in lines[1:]))


def _login(line: str, path: Path) -> DemoLogin:
    username, *rest = (cell.strip() for cell in line.split("\t"))
    if not rest:
        raise ValueError(f"{path} has a line that is no login: {username!r}; put it back or remove the file.")
    return DemoLogin(username, rest[0], tuple(_post(cell) for cell in rest[1:]))


def _post(cell: str) -> DemoPost:
    role, _, unit = cell.partition(": ")
    unit_zh, _, unit_en = unit.partition(" / ")
    return DemoPost(role, unit_zh, unit_en)
