"""Photos: what was uploaded, and the event of the case that it belongs to."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward, under yesterday's code: one new table."""
    op.create_table(
        "uploads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_sha256", sa.String(length=64), nullable=False),
        sa.Column("thumb_sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=True),
        sa.Column("shows", sa.String(length=8), nullable=True),
        sa.Column("attached_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "num_nulls(case_id, event_seq, shows, attached_at) IN (0, 4)", name=op.f("ck_uploads_attached")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_uploads_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
    )
    op.create_index("ix_uploads_case", "uploads", ["case_id"], postgresql_where=sa.text("case_id IS NOT NULL"))
    op.create_index("ix_uploads_waiting", "uploads", ["who", "created_at"], postgresql_where=sa.text("case_id IS NULL"))
    op.create_index("ix_uploads_stored", "uploads", ["stored_sha256"])
    op.create_index("ix_uploads_thumb", "uploads", ["thumb_sha256"])
