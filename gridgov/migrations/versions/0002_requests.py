"""Requests: what a side asks and another decides, as rows to list and answer by."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward, under yesterday's code: a new table that nobody else writes."""
    op.create_table(
        "requests",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asker_id", sa.BigInteger(), nullable=False),
        sa.Column("decider_id", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["asker_id"], ["units.id"], name=op.f("fk_requests_asker_id_units")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_requests_case_id_cases")),
        sa.ForeignKeyConstraint(["decider_id"], ["units.id"], name=op.f("fk_requests_decider_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
    )
    op.create_index("uq_requests_number", "requests", ["case_id", "number"], unique=True)
    op.create_index("ix_requests_decider", "requests", ["decider_id", "id"], postgresql_where=sa.text("state = 'open'"))
    op.create_index("ix_requests_asker", "requests", ["asker_id", "id"])
