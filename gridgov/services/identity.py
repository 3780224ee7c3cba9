"""Who stands behind a secret. How secrets come to be: sessions.py and tokens.py; what the person may do: domain.rights.

Credentials end by the real clock: in a city whose time runs fast, a login still lasts its twelve hours.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from gridgov.db.queries.access import behind_session, behind_token, moment
from gridgov.domain.errors import Unauthenticated
from gridgov.domain.rights import ALL_SCOPES

TOKEN_PREFIX, SESSION_PREFIX = "ggt_", "ggs_"
COOKIE_IDLE = timedelta(minutes=30)
SHOWN_EVERY = timedelta(minutes=1)

_BEHIND_TOKEN, _BEHIND_SESSION, _MOMENT = behind_token(), behind_session(), moment()
# Two requests of one token never wait for each other here: whoever comes second leaves the mark to the first.
_MARK_TOKEN = text(
    "UPDATE tokens SET used_at = :clock"
    " WHERE id = (SELECT id FROM tokens WHERE id = :token_id FOR NO KEY UPDATE SKIP LOCKED)"
)
_MARK_SESSION = text(
    "UPDATE sessions SET seen_at = :clock WHERE token_hash ="
    " (SELECT token_hash FROM sessions WHERE token_hash = :token_hash FOR NO KEY UPDATE SKIP LOCKED)"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """What time it is: `now` in the city, `clock` really (both aware UTC), and the city's version."""

    now: datetime
    clock: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Caller:
    """The person behind a credential; `token_id` is None for a login, `csrf` None for a program's token."""

    person_id: int
    username: str
    name: str
    language: str
    scopes: tuple[str, ...]
    token_hash: bytes
    token_id: int | None = None
    csrf: str | None = None


def new_secret(prefix: str) -> str:
    """A fresh secret of 256 random bits; the prefix says what it opens and lets scanners find a leaked one."""
    return prefix + secrets.token_urlsafe(32)


def hash_of(secret: str) -> bytes:
    """What is stored of a secret: its SHA-256. A random secret needs no salt."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def moment_of(session: Session) -> Moment:
    """What time it is, for a request without a credential."""
    row = session.execute(_MOMENT).one()
    return Moment(row.now, row.clock, row.version)


def identify(session: Session, secret: str, by_cookie: bool) -> tuple[Moment, Caller]:
    """What time it is and who sent `secret`, an API token or a login's token; a cookie holds a login's only.

    Raises Unauthenticated for a secret that is unknown, revoked or over; by cookie also after 30 idle minutes.
    The last use is written down at most once a minute.
    """
    login = by_cookie or secret.startswith(SESSION_PREFIX)
    statement = _BEHIND_SESSION if login else _BEHIND_TOKEN
    row = session.connection().execute(statement, {"token_hash": hash_of(secret)}).one()
    if row.person_id is None or not row.active or _is_over(row, login, by_cookie):
        raise Unauthenticated(
            "This credential is unknown, expired or revoked.", "该凭证不存在、已过期或已被撤销，请重新登录。"
        )
    _mark(session, row, login, hash_of(secret))
    return Moment(row.now, row.clock, row.version), _caller(row, login, hash_of(secret))


def _is_over(row: Row[Any], login: bool, by_cookie: bool) -> bool:
    if row.expires_at is not None and row.expires_at <= row.clock:
        return True
    if login:
        return by_cookie and bool(row.seen_at + COOKIE_IDLE <= row.clock)
    return row.revoked_at is not None


def _mark(session: Session, row: Row[Any], login: bool, token_hash: bytes) -> None:
    last = row.seen_at if login else row.used_at
    if last is not None and row.clock - last < SHOWN_EVERY:
        return
    if login:
        session.execute(_MARK_SESSION, {"clock": row.clock, "token_hash": token_hash})
    else:
        session.execute(_MARK_TOKEN, {"clock": row.clock, "token_id": row.token_id})


def _caller(row: Row[Any], login: bool, token_hash: bytes) -> Caller:
    person = (row.person_id, row.username, row.name, row.language)
    if login:
        return Caller(*person, scopes=(ALL_SCOPES,), token_hash=token_hash, csrf=row.csrf)
    return Caller(*person, scopes=tuple(row.scopes), token_hash=token_hash, token_id=row.token_id)
