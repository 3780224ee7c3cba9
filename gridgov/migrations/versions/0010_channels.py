"""Channels: addresses and their messages, webhooks and their deliveries, preferences, and how far the fan-out is."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward, under yesterday's code: new tables, nullable columns."""
    op.create_table(
        "fanout_marks",
        sa.Column("id", sa.SmallInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("settled", sa.BigInteger(), nullable=False),
        sa.Column("checked", sa.BigInteger(), nullable=False),
        sa.Column("checked_xid", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fanout_marks")),
    )
    op.create_table(
        "addresses",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("lane", sa.String(length=12), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("wrong_codes", sa.SmallInteger(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_reason", sa.String(length=40), nullable=True),
        sa.CheckConstraint("num_nonnulls(person_id, unit_id) = 1", name=op.f("ck_addresses_one_owner")),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_addresses_created_by_people")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_addresses_person_id_people")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_addresses_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_addresses")),
    )
    op.create_index(op.f("ix_addresses_person_id"), "addresses", ["person_id"], unique=False)
    op.create_index(op.f("ix_addresses_unit_id"), "addresses", ["unit_id"], unique=False)
    op.create_table(
        "preferences",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.Boolean(), nullable=False),
        sa.Column("apprise", sa.Boolean(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_to", sa.Time(), nullable=True),
        sa.Column("digest", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_preferences_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_preferences")),
    )
    op.create_table(
        "webhooks",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("events", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("disabled_reason", sa.String(length=40), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_webhooks_created_by_people")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_webhooks_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("lane", sa.String(length=12), nullable=False),
        sa.Column("address_id", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("event_seq", sa.BigInteger(), nullable=True),
        sa.Column("rule", sa.String(length=24), nullable=True),
        sa.Column("rings", sa.Boolean(), nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("digest_id", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["address_id"], ["addresses.id"], name=op.f("fk_messages_address_id_addresses")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_messages_case_id_cases")),
        sa.ForeignKeyConstraint(["digest_id"], ["messages.id"], name=op.f("fk_messages_digest_id_messages")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_messages_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_messages_dedupe_key")),
    )
    op.create_index(
        "ix_messages_collected", "messages", ["next_at"], unique=False, postgresql_where=sa.text("state = 5")
    )
    op.create_index(
        "ix_messages_digest", "messages", ["digest_id"], unique=False, postgresql_where=sa.text("digest_id IS NOT NULL")
    )
    op.create_index(
        "ix_messages_due", "messages", ["lane", "next_at", "id"], unique=False, postgresql_where=sa.text("state = 0")
    )
    op.create_index("uq_messages_once", "messages", ["case_id", "event_seq", "address_id"], unique=True)
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("webhook_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("event_seq", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("response_status", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_webhook_deliveries_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.id"], name=op.f("fk_webhook_deliveries_webhook_id_webhooks")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
    )
    op.create_index("ix_webhook_deliveries_case_id", "webhook_deliveries", ["case_id"], unique=False)
    op.create_index(
        "ix_webhook_deliveries_due",
        "webhook_deliveries",
        ["webhook_id", "next_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 0"),
    )
    op.create_index(
        "ix_webhook_deliveries_newest", "webhook_deliveries", ["webhook_id", sa.literal_column("id DESC")], unique=False
    )
    op.create_index(
        "uq_webhook_deliveries_once", "webhook_deliveries", ["webhook_id", "case_id", "event_seq"], unique=True
    )
    op.add_column("case_events", sa.Column("written_no", sa.BigInteger(), nullable=True))
    op.create_index("ix_case_events_written_no", "case_events", ["written_no"], unique=False)
    op.add_column("outbox", sa.Column("digest_id", sa.BigInteger(), nullable=True))
    op.create_index("ix_outbox_collected", "outbox", ["next_at"], unique=False, postgresql_where=sa.text("state = 5"))
    op.create_index(
        "ix_outbox_digest", "outbox", ["digest_id"], unique=False, postgresql_where=sa.text("digest_id IS NOT NULL")
    )
    op.create_foreign_key(op.f("fk_outbox_digest_id_messages"), "outbox", "messages", ["digest_id"], ["id"])
    # Only what happens from now on goes out: older events keep no number. Owned by its column, as a serial's is.
    op.execute(
        "CREATE SEQUENCE case_events_written_no_seq OWNED BY case_events.written_no;"
        "ALTER TABLE case_events ALTER COLUMN written_no SET DEFAULT nextval('case_events_written_no_seq');"
        "INSERT INTO fanout_marks (id, seen, settled, checked, checked_xid) VALUES (1, 0, 0, 0, 0)"
    )
