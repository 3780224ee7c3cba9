"""Who stands behind a credential, and what time it is: one statement at the start of each request."""

from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, func, select

from gridgov.db.models import ApiToken, OrgVersion, Person, WebSession

MOMENT: tuple[ColumnElement[Any], ...] = (
    func.city_now().label("now"),
    func.now().label("clock"),
    OrgVersion.version.label("version"),
)
"""The city's time, the real time (credentials end by it, however fast a demonstration runs), the city's version."""

PERSON: tuple[Any, ...] = (Person.id.label("person_id"), Person.name, Person.username, Person.language, Person.active)
TOKEN_HASH: BindParameter[bytes] = bindparam("token_hash")


def moment() -> Select[Any]:
    """One row: now, clock, version."""
    return select(*MOMENT)


def behind_token() -> Select[Any]:
    """One row: the moment and, where there is one, the API token of the hash `token_hash` with its person."""
    return (
        select(*MOMENT, *PERSON, ApiToken.id.label("token_id"), ApiToken.scopes, ApiToken.expires_at,
               ApiToken.revoked_at, ApiToken.used_at)
        .select_from(OrgVersion)
        .outerjoin(ApiToken, ApiToken.token_hash == TOKEN_HASH)
        .outerjoin(Person, Person.id == ApiToken.person_id)
    )  # fmt: skip


def behind_session() -> Select[Any]:
    """One row: the moment and, where there is one, the login of the hash `token_hash` with its person."""
    return (
        select(*MOMENT, *PERSON, WebSession.csrf, WebSession.expires_at, WebSession.seen_at)
        .select_from(OrgVersion)
        .outerjoin(WebSession, WebSession.token_hash == TOKEN_HASH)
        .outerjoin(Person, Person.id == WebSession.person_id)
    )


def tokens_of(person_id: int | None) -> Select[ApiToken, str]:
    """The tokens of one person, or of everybody, with the user names of their people."""
    rows = select(ApiToken, Person.username).join(Person, Person.id == ApiToken.person_id)
    return rows if person_id is None else rows.where(ApiToken.person_id == person_id)
