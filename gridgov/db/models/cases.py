"""A case, what happened to it, and how its reporter can be reached. Only services.ledger writes the first two."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Double, ForeignKey, Index, Integer, LargeBinary, SmallInteger, String, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from gridgov.db.base import Base

OPEN = text("closed_at IS NULL")


class Case(Base):
    """The present of a case: the fold of its events.

    `facts` is domain.case.Facts as JSON; the columns beside it repeat what lists filter and sort by.
    `version` is the number of the last event. `due_at`, `warn_at`, `clock_*` mirror the state clock,
    `promised_at` the promise. Lamps are computed from them at the moment of asking.
    """

    __tablename__ = "cases"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version"),
        Index("uq_cases_external", "external_source", "external_number", unique=True,
              postgresql_where=text("external_source IS NOT NULL")),
        Index("uq_cases_client_ref", "reporter_id", "client_ref", unique=True,
              postgresql_where=text("client_ref IS NOT NULL")),
        Index("ix_cases_reported", text("reported_at DESC"), text("id DESC")),
        Index("ix_cases_due", "due_at", "id"),
        Index("ix_cases_subdistrict_reported", "subdistrict_id", text("reported_at DESC"), text("id DESC")),
        Index("ix_cases_subdistrict_due", "subdistrict_id", "due_at", "id"),
        Index("ix_cases_community_reported", "community_id", text("reported_at DESC"), text("id DESC")),
        Index("ix_cases_community_due", "community_id", "due_at", "id"),
        Index("ix_cases_compound_reported", "compound_id", text("reported_at DESC"), text("id DESC")),
        Index("ix_cases_compound_due", "compound_id", "due_at", "id"),
        Index("ix_cases_owner", "owner_id", text("reported_at DESC")),
        Index("ix_cases_handler_due", "handler_id", "due_at", "id"),
        Index("ix_cases_holder_due", "holder_id", "due_at", "id", postgresql_where=OPEN),
        Index("ix_cases_grid", "grid_id", text("reported_at DESC")),
        Index("ix_cases_building", "building_id", text("reported_at DESC")),
        Index("ix_cases_reporter", "reporter_id", text("reported_at DESC"),
              postgresql_where=text("reporter_id IS NOT NULL")),
        # A rare word of a filter is found by these; a frequent one turns up soon in the order of the list.
        Index("ix_cases_state", "state"),
        Index("ix_cases_category", "category"),
        Index("ix_cases_priority", "priority"),
        Index("ix_cases_level", "level"),
        Index("ix_cases_source", "source"),
        Index("ix_cases_kind", "kind"),
        Index("ix_cases_merged_into", text("(facts ->> 'merged_into')"),
              postgresql_where=text("(facts ->> 'merged_into') IS NOT NULL")),
        Index("ix_cases_search", "search", postgresql_using="gin"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(String(12))
    definition_name: Mapped[str]
    definition_version: Mapped[int] = mapped_column(Integer)
    title: Mapped[str]
    description: Mapped[str]
    address: Mapped[str | None]
    lat: Mapped[float | None] = mapped_column(Double)
    lon: Mapped[float | None] = mapped_column(Double)
    source: Mapped[str] = mapped_column(String(40))
    external_source: Mapped[str | None]
    external_number: Mapped[str | None]
    client_ref: Mapped[str | None]
    sensitive: Mapped[bool] = mapped_column(default=False)
    occurred_at: Mapped[datetime | None]
    captured_at: Mapped[datetime | None]
    compound_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    building_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    subdistrict_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    state: Mapped[str] = mapped_column(String(24))
    category: Mapped[str] = mapped_column(String(8))
    priority: Mapped[str] = mapped_column(String(2))
    level: Mapped[int] = mapped_column(SmallInteger)
    facts: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(Integer)
    last_hash: Mapped[bytes] = mapped_column(LargeBinary)
    reported_at: Mapped[datetime]
    state_since: Mapped[datetime]
    last_event_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    warn_at: Mapped[datetime | None]
    paused: Mapped[bool] = mapped_column(default=False)
    promised_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    search: Mapped[Any | None] = mapped_column(TSVECTOR)


class CaseEvent(Base):
    """What happened, for ever. `hash` chains it to the event before (services.history).

    `written_no` counts the events of the city in the order of writing; the database gives it (services.fanout).
    """

    __tablename__ = "case_events"
    __table_args__ = (
        Index("ix_case_events_at", "at", postgresql_using="brin"),
        Index("ix_case_events_written_no", "written_no"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(24))
    origin: Mapped[str | None] = mapped_column(String(24))
    target: Mapped[str] = mapped_column(String(24))
    actor_kind: Mapped[str] = mapped_column(String(12))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    role: Mapped[str | None] = mapped_column(String(30))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    note: Mapped[str | None]
    data: Mapped[dict[str, Any]]
    changes: Mapped[dict[str, Any]]
    wall_s: Mapped[float] = mapped_column(Double)
    working_s: Mapped[float] = mapped_column(Double)
    charged_id: Mapped[int | None]
    public: Mapped[bool] = mapped_column(default=False)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    prev_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    written_no: Mapped[int | None]


class CaseContact(Base):
    """How the reporter can be reached, encrypted (adapters.sealing); deleted in time, never part of an event."""

    __tablename__ = "case_contacts"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    wants_updates: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
