"""I2 across two cases: what is merged follows an older case that is there, and is counted by it."""

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridgov.domain.errors import Text
from gridgov.services.doctor.problem import Problem

FOLLOWING = text("""
SELECT c.number, c.state, m.number AS master, (m.reported_at, m.id) < (c.reported_at, c.id) AS older
FROM cases c LEFT JOIN cases m ON m.number = c.facts ->> 'merged_into'
WHERE c.facts ->> 'merged_into' IS NOT NULL OR c.state = 'merged'
ORDER BY c.id
""")
COUNTED = text("""
SELECT m.number, (m.facts ->> 'co_reporters')::int AS counted, d.reporters
FROM (
  SELECT facts ->> 'merged_into' AS master, sum(1 + (facts ->> 'co_reporters')::int) AS reporters
  FROM cases WHERE facts ->> 'merged_into' IS NOT NULL GROUP BY 1) d
JOIN cases m ON m.number = d.master
WHERE (m.facts ->> 'co_reporters')::int < d.reporters
ORDER BY m.id
""")


def merged_cases_follow(session: Session) -> Iterator[Problem]:
    """Every merged case without an older master, and every master that forgot a reporter."""
    for row in session.execute(FOLLOWING):
        if row.state != "merged" or not row.older:
            en, zh = f"It is {row.state} and follows {row.master}.", f"状态为“{row.state}”，主案为 {row.master}。"
            yield Problem("I2", row.number, Text(en, zh))
    for row in session.execute(COUNTED):
        en = f"It counts {row.counted} co-reporters; {row.reporters} were merged into it."
        yield Problem("I2", row.number, Text(en, f"记有共同上报人{row.counted}名，并入的为{row.reporters}名。"))
