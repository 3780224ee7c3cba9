"""Residents without an account: QR codes, tracking codes, and the log of revealed contacts."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward, under yesterday's code."""
    op.create_table(
        "qr_codes",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_by", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_qr_codes_created_by_people")),
        sa.ForeignKeyConstraint(["replaced_by"], ["qr_codes.code"], name=op.f("fk_qr_codes_replaced_by_qr_codes")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_qr_codes_unit_id_units")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_qr_codes")),
    )
    op.create_index("ix_qr_codes_unit", "qr_codes", ["unit_id"], unique=False)
    op.create_index(
        "uq_qr_codes_hanging", "qr_codes", ["unit_id"], unique=True, postgresql_where=sa.text("revoked_at IS NULL")
    )
    op.create_table(
        "tracking_codes",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("turn", sa.SmallInteger(), nullable=False),
        sa.Column("report_key", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_tracking_codes_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_tracking_codes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_tracking_codes_code_hash")),
        sa.UniqueConstraint("report_key", name=op.f("uq_tracking_codes_report_key")),
    )
    op.create_table(
        "contact_reveals",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("field", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_contact_reveals_case_id_cases")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_contact_reveals_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_reveals")),
    )
    op.create_index("ix_contact_reveals_case_id", "contact_reveals", ["case_id"], unique=False)
    op.create_index("ix_contact_reveals_person", "contact_reveals", ["person_id", "at"], unique=False)
