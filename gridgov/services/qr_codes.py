"""The codes on the walls: made, rotated, revoked, and what a scanned one stands for. Who may: domain.qr_places."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from gridgov.db.models import QrCode
from gridgov.domain.errors import Conflict, NotFound, Text
from gridgov.domain.secret_codes import QR_LENGTH, UnknownCode, read_code, spell

GONE = Text(
    "This QR code is not in use. Scan the code that hangs at the entrance now, tell your grid worker, or call 12345; "
    "in danger call 110, 119 or 120.",
    "该二维码已失效或不存在。请扫描楼栋入口处的新二维码，或联系网格员、拨打 12345；遇有危险请拨打 110、119、120。",
)
HANGS = Text("A code is in use here already; rotate it instead.", "此处已有在用的二维码，请更换而不是新建。")
OVER = Text("This code was revoked before; make a new one for the place.", "该二维码此前已停用，请为该地点新建。")


def make_code(session: Session, unit_id: int, by: int | None, now: datetime) -> QrCode:
    """A fresh code for a building or a compound. Raises Conflict when one hangs there: a place has one at a time."""
    values = {"code": new_code(), "unit_id": unit_id, "created_by": by, "created_at": now}
    statement = postgresql.insert(QrCode).values(values).on_conflict_do_nothing().returning(QrCode)
    made = session.execute(statement).scalar_one_or_none()
    if made is None:
        raise Conflict(str(HANGS), HANGS.zh)
    return made


def rotate_code(session: Session, code: str, by: int | None, now: datetime) -> QrCode:
    """A fresh code in place of `code`, which is revoked and points to it. Raises Conflict for one revoked before."""
    old = _in_use(session, code)
    old.revoked_at = now
    session.flush()
    new = make_code(session, old.unit_id, by, now)
    old.replaced_by = new.code
    session.flush()
    return new


def revoke_code(session: Session, code: str, now: datetime) -> QrCode:
    """End a code without another in its place. Raises Conflict for one revoked before."""
    row = _in_use(session, code)
    row.revoked_at = now
    session.flush()
    return row


def make_missing(session: Session, unit_ids: Iterable[int], now: datetime) -> None:
    """A code for each of the places that has none."""
    wanted = list(unit_ids)
    hanging = set(session.execute(select(QrCode.unit_id).where(QrCode.revoked_at.is_(None))).scalars())
    rows = [{"code": new_code(), "unit_id": each, "created_at": now} for each in wanted if each not in hanging]
    if rows:
        # With RETURNING the rows go in one statement, without it each in its own.
        session.execute(insert(QrCode).returning(QrCode.code), rows).all()


def place_behind(session: Session, typed: str) -> int:
    """The unit that a scanned code stands for. Raises UnknownCode, with the way on, for any other code."""
    code = read_code(typed, QR_LENGTH)
    found = select(QrCode.unit_id).where(QrCode.code == code, QrCode.revoked_at.is_(None))
    unit_id = session.execute(found).scalar() if code else None
    if unit_id is None:
        raise UnknownCode(str(GONE), GONE.zh)
    return unit_id


def new_code() -> str:
    """A code that nobody guesses."""
    return spell(secrets.randbits(128), QR_LENGTH)


def _in_use(session: Session, code: str) -> QrCode:
    row = session.execute(select(QrCode).where(QrCode.code == code).with_for_update()).scalar_one_or_none()
    if row is None:
        raise NotFound("There is no such code.", "没有这个二维码。")
    if row.revoked_at is not None:
        raise Conflict(str(OVER), OVER.zh)
    return row
