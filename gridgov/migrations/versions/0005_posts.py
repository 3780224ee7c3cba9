"""Posts that change: substitutes, duty rosters, dated moves of units, successors of merged units."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward, under yesterday's code."""
    op.add_column("posts", sa.Column("substitute_for", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_posts_substitute_for_posts"), "posts", "posts", ["substitute_for"], ["id"])
    op.create_table(
        "duty_roster",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("begins_at < ends_at", name=op.f("ck_duty_roster_forwards")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_duty_roster_person_id_people")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_duty_roster_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_roster")),
    )
    op.create_index("ix_duty_roster_unit", "duty_roster", ["unit_id", "ends_at"], unique=False)
    op.create_index("ix_duty_roster_ends", "duty_roster", ["ends_at"], unique=False)
    op.create_table(
        "unit_moves",
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=False),
        sa.Column("grid_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["grid_id"], ["units.id"], name=op.f("fk_unit_moves_grid_id_units")),
        sa.ForeignKeyConstraint(["parent_id"], ["units.id"], name=op.f("fk_unit_moves_parent_id_units")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_unit_moves_unit_id_units")),
        sa.PrimaryKeyConstraint("unit_id", "since", name=op.f("pk_unit_moves")),
    )
    op.create_table(
        "unit_successors",
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("into_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.CheckConstraint("unit_id <> into_id", name=op.f("ck_unit_successors_another")),
        sa.ForeignKeyConstraint(["into_id"], ["units.id"], name=op.f("fk_unit_successors_into_id_units")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_unit_successors_unit_id_units")),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_unit_successors")),
    )
    op.create_index(op.f("ix_unit_successors_into_id"), "unit_successors", ["into_id"], unique=False)
