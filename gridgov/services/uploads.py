"""Photos on their way in: decoded and stored without a transaction, then a row. What becomes of it: attachments.py."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gridgov.adapters.file_store import FileStore
from gridgov.adapters.images import MEDIA_TYPE, read_picture
from gridgov.db.models import Upload
from gridgov.domain.actors import Actor
from gridgov.domain.errors import Conflict, Forbidden, RateLimited

MOST_WAITING = 100
"""How many photos of one uploader may wait for a case: the disk is not theirs alone."""
WAIT_S = 3600


@dataclass(frozen=True, slots=True)
class Stored:
    """A photo whose files are on the disk and which no row names yet: after a day without one a broom takes it."""

    sha256: str
    stored_sha256: str
    thumb_sha256: str
    media_type: str
    size: int
    width: int
    height: int


def store_picture(files: FileStore, data: bytes) -> Stored:
    """The photo in `data`, encoded anew and stored with its thumbnail. Takes a second and no transaction.

    Raises what adapters.images.read_picture raises; then nothing is stored.
    """
    picture = read_picture(data)
    return Stored(
        sha256=picture.sha256,
        stored_sha256=files.put(picture.full),
        thumb_sha256=files.put(picture.thumb),
        media_type=MEDIA_TYPE,
        size=len(picture.full),
        width=picture.width,
        height=picture.height,
    )


def uploader_of(actor: Actor) -> str:
    """Whose a photo is until it is attached: a person's, or that of whoever holds the link of a case.

    Raises Forbidden for somebody of whom nothing is known.
    """
    if actor.person_id is not None:
        return f"person:{actor.person_id}"
    if actor.reporter_of is not None:
        return f"case:{actor.reporter_of}"
    raise Forbidden("Nobody is known to send this.", "无法确认上传者。")


def record(session: Session, who: str, upload_id: UUID, stored: Stored, clock: datetime) -> tuple[Upload, bool]:
    """The row of the photo, and whether it is new: a repeat of the same bytes under the same id is the same row.

    `clock` is real time. Raises Conflict when the id stands for something else, RateLimited when too many
    photos of this uploader wait for a case.
    """
    known = session.get(Upload, upload_id)
    if known is None:
        _require_room(session, who)
        values = {name: getattr(stored, name) for name in Stored.__slots__}
        row = insert(Upload).values(id=upload_id, who=who, created_at=clock, **values).on_conflict_do_nothing()
        if session.execute(row.returning(Upload.id)).scalar() is not None:
            return session.get_one(Upload, upload_id), True
        known = session.get_one(Upload, upload_id)
    if (known.who, known.sha256) != (who, stored.sha256):
        raise Conflict("This id stands for another upload; use a new one.", "该编号已用于其他文件，请换用新的编号。")
    return known, False


def _require_room(session: Session, who: str) -> None:
    waiting = select(func.count()).select_from(Upload).where(Upload.who == who, Upload.case_id.is_(None))
    if session.execute(waiting).scalar_one() >= MOST_WAITING:
        raise RateLimited(
            f"{MOST_WAITING} uploads wait for a case already; attach them first.",
            f"已有 {MOST_WAITING} 个文件尚未关联案件，请先使用。",
            retry_after=WAIT_S,
        )
