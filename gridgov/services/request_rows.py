"""Requests as rows: what the ledger writes of them from the facts of its steps."""

from datetime import datetime
from typing import Any

from sqlalchemy import text

from gridgov.domain.clock import ClockKind
from gridgov.domain.request_clocks import number_of
from gridgov.domain.requests import Request
from gridgov.domain.steps import Situation

WRITE_REQUESTS = text("""
INSERT INTO requests (case_id, number, kind, state, asker_id, decider_id, until, silent, asked_at, due_at, ended_at)
SELECT t.* FROM json_to_recordset(CAST(:requests AS json)) AS t(case_id bigint, number smallint, kind text, state text,
  asker_id bigint, decider_id bigint, until timestamptz, silent bool, asked_at timestamptz, due_at timestamptz,
  ended_at timestamptz)
ON CONFLICT (case_id, number) DO UPDATE SET state = excluded.state, decider_id = excluded.decider_id,
  until = excluded.until, silent = excluded.silent, due_at = excluded.due_at, ended_at = excluded.ended_at
""")


def changed_requests(case_id: int, before: Situation, after: Situation, at: datetime) -> list[dict[str, Any]]:
    """The rows of the requests that the steps of a case asked, moved or ended."""
    if after.facts.requests == before.facts.requests:
        return []
    known = {each.number: each for each in before.facts.requests}
    changed = (each for each in after.facts.requests if known.get(each.number) != each)
    return [request_row(case_id, each, after, at) for each in changed]


def request_row(case_id: int, request: Request, situation: Situation, at: datetime) -> dict[str, Any]:
    """A request as its row; `at` is when it was asked or ended, whichever this step did."""
    asking = [clock for clock in situation.clocks if clock.kind is ClockKind.REQUEST and clock.pending]
    due = next((clock.due_at for clock in asking if number_of(clock) == request.number), None)
    return {
        "case_id": case_id,
        "number": request.number,
        "kind": request.kind,
        "state": request.state,
        "asker_id": request.asker_id,
        "decider_id": request.decider_id,
        "until": request.until,
        "silent": request.silent,
        "asked_at": at,
        "due_at": due if request.open else None,
        "ended_at": None if request.open else at,
    }
