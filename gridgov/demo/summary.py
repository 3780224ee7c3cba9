"""What came of the demonstration, counted in the rows: a few lines for the end. Nothing here is kept."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridgov.demo.reporting import SOURCE

CASES = text("""
SELECT count(*) AS reported, count(*) FILTER (WHERE closed_at IS NULL) AS open,
  count(*) FILTER (WHERE closed_at IS NOT NULL) AS ended, count(*) FILTER (WHERE state = 'merged') AS merged
FROM cases WHERE external_source = :source
""")
ENDED = text("""
SELECT coalesce(facts ->> 'outcome', state), count(*) FROM cases
WHERE external_source = :source AND closed_at IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1
""")
LEVELS = text("""
SELECT 'level ' || (e.changes ->> 'level'), count(*) FROM case_events e JOIN cases c ON c.id = e.case_id
WHERE c.external_source = :source AND e.action = 'escalate' AND e.changes ? 'level' GROUP BY 1 ORDER BY 1
""")
CALLS = text("""
SELECT w.state, count(*) FROM whistles w JOIN cases c ON c.id = w.case_id
WHERE c.external_source = :source AND w.unit_id <> w.blown_by GROUP BY 1 ORDER BY 2 DESC, 1
""")
BLOWN = text("""
SELECT count(DISTINCT (w.case_id, w.whistle)) AS blown, count(*) FILTER (WHERE w.answered_at IS NOT NULL) AS answered,
  count(*) FILTER (WHERE w.answered_at IS NULL AND w.arrived_at IS NULL
    AND (w.ended_at IS NOT NULL OR w.answer_due_at < :now)) AS silent
FROM whistles w JOIN cases c ON c.id = w.case_id WHERE c.external_source = :source
""")
REQUESTS = text("""
SELECT r.kind || ' ' || r.state, count(*) FROM requests r JOIN cases c ON c.id = r.case_id
WHERE c.external_source = :source GROUP BY 1 ORDER BY 1
""")
ACTIONS = text("""
SELECT e.action, count(*) FROM case_events e JOIN cases c ON c.id = e.case_id
WHERE c.external_source = :source AND e.action IN ('suspend', 'resume', 'merge', 'rate', 'close', 'lapse', 'dispute',
  'send_back', 'decline', 'redispatch', 'supervise', 'urge', 'reopen', 'rate_call') GROUP BY 1 ORDER BY 1
""")
# Whoever has to act counts until a person does something; the system's own events break no silence.
SILENCE = text("""
SELECT c.number, extract(epoch FROM coalesce(lead(e.at) OVER (PARTITION BY c.id ORDER BY e.seq), c.closed_at, :now)
  - e.at) / 3600 AS hours, e.target
FROM case_events e JOIN cases c ON c.id = e.case_id
WHERE c.external_source = :source AND (e.actor_kind <> 'system' OR e.origin IS DISTINCT FROM e.target)
""")
LONGEST = text(f"""
SELECT number, hours, target FROM ({SILENCE.text}) AS gaps
WHERE target IN ('reported', 'dispatched', 'handling', 'whistled', 'resolved', 'disputed') ORDER BY hours DESC LIMIT 1
""")


def summary_of(session: Session, now: datetime, refused: Mapping[str, int]) -> list[str]:
    """The lines: cases, endings, escalations, whistles, requests, acts, what was refused, the longest silence."""
    values = {"source": SOURCE, "now": now}
    cases, blown = session.execute(CASES, values).one(), session.execute(BLOWN, values).one()
    longest = session.execute(LONGEST, values).one_or_none()
    silence = f"{longest.hours:.1f} h: {longest.number} ({longest.target})" if longest else "-"
    return [
        f"cases 案件: reported 上报 {cases.reported}, ended 已结束 {cases.ended}, open 办理中 {cases.open}, "
        f"merged 并案 {cases.merged}",
        f"endings 结果: {_counted(session.execute(ENDED, values).all())}",
        f"escalations 升级: {_counted(session.execute(LEVELS, values).all())}",
        f"whistles 吹哨: blown 吹 {blown.blown}, answered 应 {blown.answered}, silent 未应 {blown.silent}; "
        f"units 单位: {_counted(session.execute(CALLS, values).all())}",
        f"requests 申请: {_counted(session.execute(REQUESTS, values).all())}",
        f"acts 办理: {_counted(session.execute(ACTIONS, values).all())}",
        f"refused 被拒: {sum(refused.values())}; {_counted(refused.items())}",
        f"longest silence 最长无人办理: {silence}",
    ]


def _counted(rows: Iterable[Any]) -> str:
    return ", ".join(f"{name} {number}" for name, number in rows) or "-"
