"""What has happened as lines for people: time in the city, number, who by which post, what, where it leads."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from gridgov.domain.people_sheet import ROLE_WORDS
from gridgov.services.wording import action_title, state_title
from gridgov.services.world import Snapshot

EVENTS = text("""
SELECT c.number, c.definition_name, c.definition_version, e.at, e.action, e.origin, e.target, e.actor_kind, e.role,
  e.unit_id, e.changes, e.data
FROM case_events e JOIN cases c ON c.id = e.case_id
JOIN jsonb_to_recordset(CAST(:since AS jsonb)) AS s(case_id bigint, seq integer) ON s.case_id = e.case_id
WHERE e.seq > s.seq AND e.action <> 'remind' ORDER BY e.at, c.id, e.seq
""")
ROLES = {role.value: word for word, role in reversed(tuple(ROLE_WORDS.items())) if word != role.value}
NOBODY = {"system": "系统 system", "reporter": "居民 resident"}


def lines_since(session: Session, snapshot: Snapshot, since: Mapping[int, int]) -> list[str]:
    """A line for each event after the number that `since` gives for its case, in the order of time; no reminders."""
    if not since:
        return []
    pairs = json.dumps([{"case_id": case_id, "seq": seq} for case_id, seq in since.items()])
    return [_line(session, snapshot, row) for row in session.execute(EVENTS, {"since": pairs})]


def _line(session: Session, snapshot: Snapshot, row: Row[Any]) -> str:
    pinned = (row.definition_name, row.definition_version)
    when = row.at.astimezone(snapshot.calendar.zone).strftime("%m-%d %H:%M")
    what = action_title(session, snapshot, pinned, row.action)
    parts = [f"{when} {row.number} {_who(snapshot, row)}: {what.zh} {what}"]
    if row.action == "escalate" and "level" in row.changes:
        parts.append(f"level {row.changes['level']} 级")
    if row.origin != row.target:
        parts.append(f"→ {state_title(session, snapshot, pinned, row.target).zh}")
    if (holder := row.changes.get("holder_id")) is not None:
        parts.append(f"({snapshot.tree.units[holder].name_zh})")
    return " ".join(parts)


def _who(snapshot: Snapshot, row: Row[Any]) -> str:
    if row.unit_id is not None:
        return f"{snapshot.tree.units[row.unit_id].name_zh} {ROLES.get(row.role, row.role)}"
    return NOBODY.get(row.actor_kind, "")
