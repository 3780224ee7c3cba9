"""Tracking codes: how a case gets one, and which case one opens. The code itself is never stored (docs/adr/0007)."""

from datetime import datetime
from hmac import compare_digest
from itertools import count

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from gridgov.adapters.sealing import Sealer
from gridgov.db.models import Case, TrackingCode
from gridgov.domain.errors import Text
from gridgov.domain.secret_codes import TRACKING_LENGTH, UnknownCode, read_code, spell

NO_CASE = Text(
    "No case has this code. Look at the ten characters that were shown when you reported, or report it again.",
    "没有对应的案件。请核对上报时显示的 10 位查询码，或重新上报。",
)
# Two cases whose codes are the same by chance: the later one takes its next.
_ADD = text("""
INSERT INTO tracking_codes (case_id, code_hash, turn, report_key, created_at)
VALUES (:case_id, :code_hash, :turn, :report_key, :now) ON CONFLICT (code_hash) DO NOTHING RETURNING case_id
""")
_LOCK = text("SELECT pg_advisory_xact_lock(:key)")


def issue_code(session: Session, sealer: Sealer, case_id: int, report_key: bytes | None, now: datetime) -> str:
    """The tracking code of a case that was just reported."""
    for turn in count():
        code = _code_at(sealer, case_id, turn)
        row = {"case_id": case_id, "code_hash": mark_of(sealer, code), "turn": turn}
        if session.execute(_ADD, {**row, "report_key": report_key, "now": now}).scalar() is not None:
            return code
    raise AssertionError("turns do not end")


def code_of(session: Session, sealer: Sealer, case_id: int) -> str | None:
    """The code of a case once more, worked out anew; None where the city's secret key has been changed since."""
    row = session.get_one(TrackingCode, case_id)
    code = _code_at(sealer, case_id, row.turn)
    return code if compare_digest(mark_of(sealer, code), row.code_hash) else None


def case_behind(session: Session, sealer: Sealer, typed: str) -> Row[int, str]:
    """Id and number of the case that a code opens, found by the code's mark alone. Raises UnknownCode."""
    code = read_code(typed, TRACKING_LENGTH)
    if code is not None:
        opened = TrackingCode.code_hash == mark_of(sealer, code)
        found = session.execute(select(Case.id, Case.number).join(TrackingCode).where(opened)).one_or_none()
        if found is not None:
            return found
    raise UnknownCode(str(NO_CASE), NO_CASE.zh)


def known_report(session: Session, report_key: bytes) -> int | None:
    """The case that this very report became before. Until the transaction ends, its twin waits here."""
    session.execute(_LOCK, {"key": int.from_bytes(report_key[:8], signed=True)})
    return session.execute(select(TrackingCode.case_id).where(TrackingCode.report_key == report_key)).scalar()


def mark_of(sealer: Sealer, typed: str) -> bytes:
    """What a code is recognised by, however it was typed; whoever has only the database cannot test a guess on it."""
    return sealer.mark("mark of a tracking code", read_code(typed, TRACKING_LENGTH) or typed)


def _code_at(sealer: Sealer, case_id: int, turn: int) -> str:
    secret = sealer.mark("tracking code", f"{case_id}/{turn}")
    return spell(int.from_bytes(secret), TRACKING_LENGTH)
