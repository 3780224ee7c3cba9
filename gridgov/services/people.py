"""People who are appointed by hand. Whole cities are written by seeding; who may log in belongs to the login."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridgov.cities.plan import PostPlan
from gridgov.db.models import Person, PostRow, UnitRow
from gridgov.domain.errors import Conflict, Invalid, Text
from gridgov.domain.org import Role
from gridgov.domain.people_sheet import USERNAME
from gridgov.services.passwords import check_password, hash_password
from gridgov.services.rulebook import touch_city


def create_person(session: Session, username: str, name: str, password: str, posts: Sequence[PostPlan]) -> Person:
    """Add an account with posts that are valid from now on without end; every process learns of it at once.

    Raises Invalid for a user name, password, role or unit that cannot be, and Conflict for a user name that is taken.
    """
    _check_username(session, username)
    check_password(password, username)
    unit_ids = [_unit_id(session, post.unit_code) for post in posts]
    person = Person(username=username, name=name, password_hash=hash_password(password))
    session.add(person)
    session.flush()
    session.add_all(
        PostRow(person_id=person.id, role=role.value, unit_id=unit_id)
        for role, unit_id in zip(_roles(posts), unit_ids, strict=True)
    )
    session.flush()
    touch_city(session)
    return person


def _check_username(session: Session, username: str) -> None:
    if not USERNAME.fullmatch(username):
        raise Invalid({"username": [USERNAME_RULE]})
    if session.execute(select(Person.id).where(Person.username == username)).scalar() is not None:
        raise Conflict(f"The user name {username} is taken.", f"用户名 {username} 已被使用。")


def _roles(posts: Iterable[PostPlan]) -> list[Role]:
    try:
        return [Role(post.role) for post in posts]
    except ValueError as error:
        raise Invalid({"role": [Text(f"{error}; the roles are {', '.join(Role)}.", "没有这个角色。")]}) from None


def _unit_id(session: Session, code: str) -> int:
    found = session.execute(select(UnitRow.id).where(UnitRow.code == code)).scalar()
    if found is None:
        raise Invalid({"unit": [Text(f"There is no unit {code}.", f"没有单位 {code}。")]})
    return found


USERNAME_RULE = Text(
    "A user name has 2 to 60 small letters, digits, dots, lines and underscores, and begins with a letter or a digit.",
    "用户名由 2 至 60 个小写字母、数字、点、短横线或下划线组成，并以字母或数字开头。",
)
