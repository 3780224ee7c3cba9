"""Photos: one row for each that somebody uploaded. The files themselves lie in adapters.file_store."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from gridgov.db.base import Base

WAITING = text("case_id IS NULL")


class Upload(Base):
    """A photo that waits for a case, or hangs on an event of one; `id` may be the client's own.

    `sha256` is that of the bytes that came in, which are not kept; `stored_sha256` and `thumb_sha256` name the files.
    Media type, size and sides are those of the stored file. `who` is `person:ID` or `case:ID` (a reporter's link);
    `created_at` is real time, `attached_at` the city's.
    """

    __tablename__ = "uploads"
    __table_args__ = (
        CheckConstraint("num_nulls(case_id, event_seq, shows, attached_at) IN (0, 4)", name="attached"),
        Index("ix_uploads_case", "case_id", postgresql_where=text("case_id IS NOT NULL")),
        Index("ix_uploads_waiting", "who", "created_at", postgresql_where=WAITING),
        Index("ix_uploads_stored", "stored_sha256"),
        Index("ix_uploads_thumb", "thumb_sha256"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    who: Mapped[str] = mapped_column(String(80))
    sha256: Mapped[str] = mapped_column(String(64))
    stored_sha256: Mapped[str] = mapped_column(String(64))
    thumb_sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int] = mapped_column(Integer)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    event_seq: Mapped[int | None] = mapped_column(Integer)
    shows: Mapped[str | None] = mapped_column(String(8))
    attached_at: Mapped[datetime | None]
