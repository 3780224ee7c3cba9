"""Joint meetings of a compound: places that come back to the agenda, and what was decided there, as tasks.

Nobody is named: attendance is a number per kind of organisation, a task is a unit's.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from gridgov.db.base import Base


class Meeting(Base):
    """A joint meeting, planned or held. `place` and `minutes` are prose with numbers of people masked."""

    __tablename__ = "meetings"
    __table_args__ = (
        CheckConstraint("state IN ('planned', 'held')", name="state"),
        Index("ix_meetings_compound", "compound_id", text("at DESC"), text("id DESC")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    compound_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    at: Mapped[datetime]
    place: Mapped[str]
    state: Mapped[str] = mapped_column(String(8))
    attendance: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    minutes: Mapped[str | None]
    created_by: Mapped[int] = mapped_column(ForeignKey("units.id"))
    created_at: Mapped[datetime]
    held_at: Mapped[datetime | None]


class AgendaItem(Base):
    """A place with three cases of a category in 30 days: open until a meeting takes it up (`meeting_id`)."""

    __tablename__ = "agenda_items"
    __table_args__ = (
        Index("ix_agenda_items_open", "compound_id", postgresql_where=text("meeting_id IS NULL")),
        Index("ix_agenda_items_meeting", "meeting_id", postgresql_where=text("meeting_id IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    compound_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    kind: Mapped[str] = mapped_column(String(20))
    building_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    category: Mapped[str] = mapped_column(String(8))
    case_numbers: Mapped[list[Any]]
    created_at: Mapped[datetime]
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meetings.id"))


class MeetingTask(Base):
    """What a meeting decided, by whom and until when. `told_at` is when its being late was told, once."""

    __tablename__ = "meeting_tasks"
    __table_args__ = (
        Index("ix_meeting_tasks_meeting", "meeting_id"),
        Index("ix_meeting_tasks_late", "due_at", postgresql_where=text("done_at IS NULL AND told_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"))
    decision: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]


class MeetingNotice(Base):
    """Somebody was told, in the application, that a task is late: once per person and task."""

    __tablename__ = "meeting_notices"
    __table_args__ = (
        Index("uq_meeting_notices_once", "task_id", "person_id", unique=True),
        Index("ix_meeting_notices_person", "person_id", text("id DESC")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("meeting_tasks.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
