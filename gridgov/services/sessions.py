"""Logging in and out. How often a password may be tried: login_delays.py; how it is compared: passwords.py."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from gridgov.db.models import Person, WebSession
from gridgov.services.identity import SESSION_PREFIX, hash_of, new_secret
from gridgov.services.login_delays import claim_try, forgive
from gridgov.services.passwords import hash_password, outdated, verify_password

LIFETIME = timedelta(hours=12)
CLIENT_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody who tries to log in: `person_id` and `password_hash` are None for a name that nobody has."""

    username: str
    address: str
    person_id: int | None
    password_hash: str | None


@dataclass(frozen=True, slots=True)
class Login:
    """A fresh login; `token` is shown this once. `expires_at` is in real time."""

    person_id: int
    token: str
    csrf: str
    expires_at: datetime


def begin_attempt(session: Session, username: str, address: str, clock: datetime) -> Attempt:
    """Count the try and find the account. Raises RateLimited.

    Commit before the password is compared: that takes a tenth of a second, and the count has to stand whatever
    comes of it.
    """
    claim_try(session, username, address, clock)
    known = select(Person.id, Person.password_hash).where(Person.username == username, Person.active)
    row = session.execute(known).one_or_none()
    return Attempt(username, address, row[0] if row else None, row[1] if row else None)


def is_right(attempt: Attempt, password: str) -> bool:
    """Whether it is the account's password; an unknown account takes as long. Needs no transaction."""
    return verify_password(attempt.password_hash, password) and attempt.person_id is not None


def fresher_hash(attempt: Attempt, password: str) -> str | None:
    """The right password's hash by today's parameters where the kept one is of older ones. Needs no transaction."""
    kept = attempt.password_hash
    return hash_password(password) if kept is not None and outdated(kept) else None


def open_login(session: Session, attempt: Attempt, clock: datetime, client: str, fresher: str | None = None) -> Login:
    """A new login for whoever gave the right password: always a new token, never one that came with the request."""
    if attempt.person_id is None:
        raise ValueError("nobody to log in")
    forgive(session, attempt.username, attempt.address)
    if fresher is not None:
        session.execute(update(Person).where(Person.id == attempt.person_id).values(password_hash=fresher))
    login = Login(attempt.person_id, new_secret(SESSION_PREFIX), secrets.token_urlsafe(32), clock + LIFETIME)
    session.add(
        WebSession(
            token_hash=hash_of(login.token),
            person_id=login.person_id,
            csrf=login.csrf,
            created_at=clock,
            expires_at=login.expires_at,
            seen_at=clock,
            client=client[:CLIENT_LENGTH],
        )
    )
    session.flush()
    return login


def end_login(session: Session, token_hash: bytes) -> None:
    """End one login; its token opens nothing from now on."""
    session.execute(delete(WebSession).where(WebSession.token_hash == token_hash))
