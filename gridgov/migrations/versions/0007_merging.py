"""Merged cases are found by their master; joint meetings with their agenda and tasks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward, under yesterday's code."""
    # The fold of old events has these facts at their defaults; so has the row from now on.
    op.execute(
        """
        UPDATE cases SET facts = '{"merged_into": null, "promise_left": null, "co_reporter_ids": []}'::jsonb || facts
        WHERE NOT facts ? 'merged_into'
        """
    )
    op.create_index(
        "ix_cases_merged_into",
        "cases",
        [sa.literal_column("(facts ->> 'merged_into')")],
        postgresql_where=sa.text("(facts ->> 'merged_into') IS NOT NULL"),
    )
    op.create_table(
        "meetings",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("compound_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("attendance", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"),
                  nullable=False),
        sa.Column("minutes", sa.Text(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('planned', 'held')", name=op.f("ck_meetings_state")),
        sa.ForeignKeyConstraint(["compound_id"], ["units.id"], name=op.f("fk_meetings_compound_id_units")),
        sa.ForeignKeyConstraint(["created_by"], ["units.id"], name=op.f("fk_meetings_created_by_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings")),
    )  # fmt: skip
    op.create_index(
        "ix_meetings_compound", "meetings", ["compound_id", sa.literal_column("at DESC"), sa.literal_column("id DESC")]
    )
    op.create_table(
        "agenda_items",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("compound_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("building_id", sa.BigInteger(), nullable=True),
        sa.Column("category", sa.String(length=8), nullable=False),
        sa.Column("case_numbers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meeting_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["building_id"], ["units.id"], name=op.f("fk_agenda_items_building_id_units")),
        sa.ForeignKeyConstraint(["compound_id"], ["units.id"], name=op.f("fk_agenda_items_compound_id_units")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_agenda_items_meeting_id_meetings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_items")),
    )
    open_item = sa.text("meeting_id IS NULL")
    op.create_index("ix_agenda_items_open", "agenda_items", ["compound_id"], postgresql_where=open_item)
    op.create_index(
        "ix_agenda_items_meeting", "agenda_items", ["meeting_id"], postgresql_where=sa.text("meeting_id IS NOT NULL")
    )
    op.create_table(
        "meeting_tasks",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meeting_tasks_meeting_id_meetings")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_meeting_tasks_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_tasks")),
    )
    op.create_index("ix_meeting_tasks_meeting", "meeting_tasks", ["meeting_id"])
    op.create_index(
        "ix_meeting_tasks_late", "meeting_tasks", ["due_at"],
        postgresql_where=sa.text("done_at IS NULL AND told_at IS NULL"),
    )  # fmt: skip
    op.create_table(
        "meeting_notices",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_meeting_notices_person_id_people")),
        sa.ForeignKeyConstraint(["task_id"], ["meeting_tasks.id"], name=op.f("fk_meeting_notices_task_id_meeting_tasks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_notices")),
    )  # fmt: skip
    op.create_index("uq_meeting_notices_once", "meeting_notices", ["task_id", "person_id"], unique=True)
    op.create_index("ix_meeting_notices_person", "meeting_notices", ["person_id", sa.literal_column("id DESC")])
