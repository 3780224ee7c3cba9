"""Definitions as a life cycle: who changed the rules and when; a stored version is never edited, a used one never lost."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward, under yesterday's code."""
    op.create_table(
        "rule_changes",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_rule_changes_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_changes")),
    )
    op.execute(KEEP_DEFINITION)
    op.execute(
        "CREATE TRIGGER keep_definition BEFORE UPDATE OR DELETE ON definitions"
        " FOR EACH ROW EXECUTE FUNCTION keep_definition()"
    )


# Events before a migration are judged by the version that the case came from: that one stays as well.
KEEP_DEFINITION = """
CREATE FUNCTION keep_definition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF (OLD.name, OLD.version, OLD.digest, OLD.body) IS DISTINCT FROM (NEW.name, NEW.version, NEW.digest, NEW.body) THEN
      RAISE EXCEPTION 'definition % version % is never edited: install another version', OLD.name, OLD.version
        USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.active
    OR EXISTS (SELECT 1 FROM cases c WHERE (c.definition_name, c.definition_version) = (OLD.name, OLD.version))
    OR EXISTS (SELECT 1 FROM rule_changes r WHERE r.kind = 'migrate' AND r.name = OLD.name
               AND OLD.version IN (r.version, (r.data->>'from')::int))
  THEN
    RAISE EXCEPTION 'definition % version % is in use', OLD.name, OLD.version USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN OLD;
END $$
"""
