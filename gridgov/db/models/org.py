"""Units, who serves whom, people and their dated posts: what domain.org.Tree is a snapshot of."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, SmallInteger, String, func, text
from sqlalchemy.dialects.postgresql import DATERANGE, JSONB, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from gridgov.db.base import Base


class UnitRow(Base):
    """A node of the tree. `boundary` is a closed ring of [lon, lat] (WGS-84), `point` one [lon, lat]."""

    __tablename__ = "units"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    name_zh: Mapped[str]
    name_en: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    trade: Mapped[str | None]
    public_area: Mapped[bool] = mapped_column(default=False)
    invented: Mapped[bool] = mapped_column(default=False)
    boundary: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))
    point: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))


class ServiceRow(Base):
    """An organisation serves a territory during `valid`. The database holds one branch per compound at any day."""

    __tablename__ = "services"
    __table_args__ = (
        ExcludeConstraint(
            (text("int8range(territory_id, territory_id, '[]')"), "&&"),
            ("valid", "&&"),
            name="one_branch_per_compound",
            using="gist",
            where=text("kind = 'branch'"),
        ),
        ExcludeConstraint(
            (text("int8range(territory_id, territory_id, '[]')"), "&&"),
            ("valid", "&&"),
            name="one_committee_per_compound",
            using="gist",
            where=text("kind = 'committee'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    territory_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    valid: Mapped[Range[date]] = mapped_column(DATERANGE, server_default=text("daterange(NULL, NULL)"))


class Person(Base):
    """Somebody with an account: staff and volunteers, never a register of residents."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    email: Mapped[str | None]
    password_hash: Mapped[str | None]
    language: Mapped[str] = mapped_column(String(5), default="zh", server_default="zh")
    active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class PostRow(Base):
    """A dated appointment: person, role, unit. `valid_to` is the first day on which it is over.

    A substitute names the post that it stands in for, and always has an end.
    """

    __tablename__ = "posts"
    __table_args__ = (Index("ix_posts_unit_role", "unit_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    role: Mapped[str] = mapped_column(String(30))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    substitute_for: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))


class OrgVersion(Base):
    """One row that counts every change of units, services, people or posts: a process knows when its Tree is old."""

    __tablename__ = "org_version"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    version: Mapped[int]
