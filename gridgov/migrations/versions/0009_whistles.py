"""Whistles: a row for each unit that a case has called."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SEEN = "state IN ('called', 'answered', 'refused', 'arrived', 'finished')"


def upgrade() -> None:
    """A table more; nothing that yesterday's code knows is touched."""
    op.create_table(
        "whistles",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("whistle", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("lead", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("blown_by", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("score", sa.SmallInteger(), nullable=True),
        sa.Column("blower_score", sa.SmallInteger(), nullable=True),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrive_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["blown_by"], ["units.id"], name=op.f("fk_whistles_blown_by_units")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_whistles_case_id_cases")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_whistles_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_whistles")),
    )
    op.create_index("uq_whistles_number", "whistles", ["case_id", "number"], unique=True)
    op.create_index(
        "ix_whistles_seen", "whistles", ["unit_id", "case_id"], unique=False, postgresql_where=sa.text(SEEN)
    )
    op.create_index("ix_whistles_unit", "whistles", ["unit_id", "id"], unique=False)
    op.create_index("ix_whistles_blown_by", "whistles", ["blown_by", "id"], unique=False)
