"""What lets residents without an account come in: codes on walls, codes to follow a case, and who saw a contact."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from gridgov.db.base import Base


class QrCode(Base):
    """A code on a building or in a compound. A rotated one is revoked and names the one that came after it."""

    __tablename__ = "qr_codes"
    __table_args__ = (
        Index("uq_qr_codes_hanging", "unit_id", unique=True, postgresql_where=text("revoked_at IS NULL")),
        Index("ix_qr_codes_unit", "unit_id"),
    )

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    created_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    replaced_by: Mapped[str | None] = mapped_column(ForeignKey("qr_codes.code"))


class TrackingCode(Base):
    """The secret by which a resident follows a case: never the code, only what it is recognised by (docs/adr/0007).

    `turn` says which of the codes that the secret key gives for this case is meant. `report_key` recognises the same
    report when it is sent again by a client that names its reports.
    """

    __tablename__ = "tracking_codes"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    turn: Mapped[int] = mapped_column(SmallInteger)
    report_key: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime]


class ContactReveal(Base):
    """Somebody read a field of a reporter's contact, and why. Never what it said."""

    __tablename__ = "contact_reveals"
    __table_args__ = (Index("ix_contact_reveals_person", "person_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    field: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str]
    at: Mapped[datetime]
