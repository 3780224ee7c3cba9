"""Programs' credentials: made, listed, revoked. Only a hash is stored; the secret is shown once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from gridgov.db.models import ApiToken
from gridgov.domain.errors import NotFound
from gridgov.services.identity import TOKEN_PREFIX, hash_of, new_secret


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was just made, with the secret that is never shown again."""

    row: ApiToken
    secret: str


def create_token(
    session: Session, person_id: int, name: str, scopes: list[str], days: int | None, clock: datetime
) -> NewToken:
    """A token of that person; it ends after `days` days of real time, or never. Scopes are those of domain.rights."""
    secret = new_secret(TOKEN_PREFIX)
    row = ApiToken(
        token_hash=hash_of(secret),
        person_id=person_id,
        name=name,
        scopes=scopes,
        created_at=clock,
        expires_at=None if days is None else clock + timedelta(days=days),
    )
    session.add(row)
    session.flush()
    return NewToken(row, secret)


def revoke_token(session: Session, token_id: int, of_person: int | None, clock: datetime) -> None:
    """End a token at once. Raises NotFound for one that is not there or, with `of_person`, somebody else's."""
    row = session.get(ApiToken, token_id)
    if row is None or of_person not in {None, row.person_id}:
        raise NotFound("There is no such token.", "没有这个令牌。")
    row.revoked_at = row.revoked_at or clock
    session.flush()
