"""The sheet of people and their posts: what a row says. Whether it fits the city is the services' to say."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from gridgov.domain.mapping import Rejected, Row, Table
from gridgov.domain.mapping_cells import Unreadable
from gridgov.domain.org import ACTING_ROLE, Role, UnitKind
from gridgov.domain.sheet import Cells, Column, find_columns

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")
NAME_LIMIT = 60
COLUMNS = (
    Column("username", ("用户名", "账号"), needed=True),
    Column("name", ("姓名",), needed=True),
    Column("role", ("角色", "职务"), needed=True),
    Column("unit_code", ("单位代码", "unit"), needed=True),
    Column("from", ("开始日期",)),
    Column("until", ("结束日期",)),
    Column("substitute_for", ("代理",)),
)
NAMELESS = tuple(replace(column, needed=False) if column.name == "name" else column for column in COLUMNS)
ROLE_WORDS: Mapping[str, Role] = {
    **{role.value: role for role in Role},
    "党员中心户": Role.HOUSEHOLD_LEAD,
    "楼栋党小组长": Role.BUILDING_LEADER,
    "网格员": Role.GRID_WORKER,
    "支部书记": Role.BRANCH_SECRETARY,
    "小区党支部书记": Role.BRANCH_SECRETARY,
    "业委会委员": Role.COMMITTEE_MEMBER,
    "物业人员": Role.PROPERTY_STAFF,
    "公用事业人员": Role.UTILITY_STAFF,
    "社区干部": Role.COMMUNITY_OFFICER,
    "街道调度员": Role.SUBDISTRICT_DISPATCHER,
    "部门人员": Role.DEPARTMENT_OFFICER,
    "志愿者": Role.VOLUNTEER,
    "市级督办": Role.CITY_SUPERVISOR,
    "审计员": Role.AUDITOR,
    "隐私专员": Role.PRIVACY_OFFICER,
    "管理员": Role.ADMIN,
}
KINDS_OF: Mapping[Role, frozenset[UnitKind]] = {
    role: frozenset(kind for kind, acting in ACTING_ROLE.items() if acting is role)
    for role in Role
    if role in ACTING_ROLE.values() and role is not Role.VOLUNTEER
}
"""Where a role that acts for its unit can be held; any other role can be held anywhere."""


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person and one post. `until` is the first day on which the post is over; None bounds nothing."""

    row: int
    username: str
    name: str
    role: Role
    unit_code: str
    begins: date | None
    until: date | None
    substitute_for: str | None


def read_people(table: Table, *, named: bool = True) -> Iterator[PersonLine | Rejected]:
    """The rows as lines, each bad one as its reason; without `named` a row may leave out the name.

    Raises Invalid at once for a sheet that lacks a column.
    """
    found = find_columns(table.headers, COLUMNS if named else NAMELESS)
    return (row if isinstance(row, Rejected) else _line(row, found, named) for row in table.rows())


def _line(row: Row, found: Mapping[str, str], named: bool) -> PersonLine | Rejected:
    cells = Cells(row, found)
    try:
        line = PersonLine(
            row=row.number,
            username=_username(cells, "username", needed=True),
            name=cells.text("name", needed=named, limit=NAME_LIMIT),
            role=_role(cells),
            unit_code=cells.text("unit_code", needed=True),
            begins=cells.day("from"),
            substitute_for=_username(cells, "substitute_for") or None,
            until=cells.day("until"),
        )
        _check(line)
    except Unreadable as error:
        return cells.refused(error)
    return line


def _username(cells: Cells, column: str, *, needed: bool = False) -> str:
    word = cells.text(column, needed=needed)
    if word and not USERNAME.fullmatch(word):
        raise Unreadable(
            "a user name has 2 to 60 small letters, digits, dots, lines and underscores",
            "用户名由 2 至 60 个小写字母、数字、点、短横线或下划线组成",
        )
    return word


def _role(cells: Cells) -> Role:
    word = cells.text("role", needed=True)
    role = ROLE_WORDS.get(word.casefold())
    if role is None:
        raise Unreadable(f"'{word[:40]}' is no role ({', '.join(Role)})", f"“{word[:40]}”不是角色")
    return role


def _check(line: PersonLine) -> None:
    """What each cell says alone may be right and both together not; the column named is the last, `until`."""
    if line.begins is not None and line.until is not None and line.until <= line.begins:
        raise Unreadable("the post is over before it begins", "结束日期须晚于开始日期")
    if line.substitute_for is not None and line.until is None:
        raise Unreadable("a substitute's post needs an end", "代理职务须填写结束日期")
    if line.substitute_for == line.username:
        raise Unreadable("nobody is their own substitute", "不能代理自己")
