"""Which case a merged one follows, up to the living master."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

# A master is always older than what is merged into it, so the way up ends.
WAY_UP = text("""
WITH RECURSIVE up AS (
  SELECT id, number, facts ->> 'merged_into' AS merged_into, 0 AS depth FROM cases WHERE id = :id
  UNION ALL
  SELECT c.id, c.number, c.facts ->> 'merged_into', up.depth + 1 FROM cases c JOIN up ON c.number = up.merged_into
)
SELECT id, number, merged_into FROM up ORDER BY depth
""")
REPORTED_AT = text("SELECT id, reported_at FROM cases WHERE id = ANY(:ids)")


def way_up(session: Session, case_id: int) -> Sequence[Row[Any]]:
    """The case itself, its master, the master's master, … as it was a moment ago: nothing is locked."""
    return session.connection().execute(WAY_UP, {"id": case_id}).all()
