"""What the city has decided: definitions, catalogue versions, the calendar. Texts are kept whole and never edited."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from gridgov.db.base import Base


class DefinitionRow(Base):
    """A workflow definition by name and version; the active one is what new cases are pinned to.

    A trigger refuses to edit a version, and to delete one that is active or that a case is or was pinned to.
    """

    __tablename__ = "definitions"
    __table_args__ = (Index("uq_definitions_active", "name", unique=True, postgresql_where=text("active")),)

    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    body: Mapped[str]
    active: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class CatalogueRow(Base):
    """A version of the catalogue; exactly one is active."""

    __tablename__ = "catalogues"
    __table_args__ = (Index("uq_catalogues_active", "active", unique=True, postgresql_where=text("active")),)

    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    body: Mapped[str]
    active: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class CalendarDay(Base):
    """What a source says about one date; admin beats plan beats statutory (domain.calendar.DaySource)."""

    __tablename__ = "calendar_days"

    on: Mapped[date] = mapped_column("day", primary_key=True)
    source: Mapped[str] = mapped_column(String(12), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    name_zh: Mapped[str]
    name_en: Mapped[str]
    hours: Mapped[list[Any] | None]


class HourProfileRow(Base):
    """Opening hours from a date on: a list of ["08:00", "12:00"] pairs."""

    __tablename__ = "hour_profiles"

    valid_from: Mapped[date] = mapped_column(primary_key=True)
    hours: Mapped[list[Any]]


class RuleChange(Base):
    """Who changed the rules and when: `kind` is install, activate, migrate or recalculate.

    `person_id` is None for a command on the city's own machine; `data` says how many cases, and from which version.
    """

    __tablename__ = "rule_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str | None]
    version: Mapped[int | None] = mapped_column(Integer)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    data: Mapped[dict[str, Any]]
