"""Who may come in: sessions, tokens, delays after wrong passwords, and answers kept for idempotent requests."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from gridgov.db.base import Base


class WebSession(Base):
    """A login. Only the SHA-256 of its token is stored."""

    __tablename__ = "sessions"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    csrf: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    client: Mapped[str | None]


class ApiToken(Base):
    """A program's credential: scopes, expiry, revocable, last use shown. Only its SHA-256 is stored."""

    __tablename__ = "tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    name: Mapped[str]
    scopes: Mapped[list[Any]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class IdempotentAnswer(Base):
    """What a POST with an Idempotency-Key led to: the status and the resource, never the body (kept 7 days)."""

    __tablename__ = "idempotency"

    scope: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int] = mapped_column(Integer)
    resource: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(index=True)


class LoginDelay(Base):
    """Wrong passwords for an account or an address: how many, and when the next try is looked at."""

    __tablename__ = "login_delays"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    next_at: Mapped[datetime]
