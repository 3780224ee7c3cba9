"""Time passing: every clock that is due fires, in batches, whoever asks and however often (reliability.md §2.3).

Cases are locked first and clocks re-read under the lock, in the order that people's actions use too, so a
sweep and an action never wait for each other in a circle.
"""

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridgov.domain.clock import Clock
from gridgov.domain.firing import fire
from gridgov.domain.steps import Situation, Step
from gridgov.services import ledger
from gridgov.services.rechecks import pick
from gridgov.services.situations import Present, lock_cases
from gridgov.services.world import Snapshot, World

LOG = logging.getLogger(__name__)
BATCH = 500
MOST_ATTEMPTS = 5

DUE_CASES = text("""
SELECT c.id FROM cases c JOIN clocks k ON k.case_id = c.id
WHERE k.state = 0 AND k.next_at <= :now
ORDER BY k.next_at, k.id LIMIT :limit
FOR UPDATE OF c SKIP LOCKED
""")
FAILED = text("""
UPDATE clocks SET attempts = attempts + 1, last_error = :error,
  next_at = CAST(:now AS timestamptz) + interval '5 s' * power(4, attempts),
  state = CASE WHEN attempts + 1 >= :most THEN 4 ELSE state END
WHERE case_id = :case_id AND state = 0 AND next_at <= :now
""")


def sweep_due(session: Session, world: World, now: datetime, limit: int = BATCH) -> int:
    """Fire what is due in up to `limit` cases, in the caller's transaction; the number of due clocks comes back.

    A batch is written set-wise. Only one that fails is repeated case by case: the bad one counts an attempt,
    waits longer each time, and after five its clocks are dead and a person is needed; its neighbours go on.
    """
    claimed = session.execute(DUE_CASES, {"now": now, "limit": limit}).scalars().all()
    if not claimed:
        return 0
    due, snapshot = list(dict.fromkeys(claimed)), world.at(session, now)
    try:
        with session.begin_nested():
            _fire_all(session, snapshot, due, now)
    except Exception:
        LOG.exception("a batch of %d due cases failed; each is tried alone", len(due))
        _one_by_one(session, snapshot, due, now)
    return len(claimed)


def _fire_all(session: Session, snapshot: Snapshot, case_ids: Sequence[int], now: datetime) -> None:
    presents = lock_cases(session, case_ids).values()
    entries = [entry for present in presents if (entry := _entry(session, snapshot, present, now)) is not None]
    if entries:
        ledger.write(session, entries, snapshot.email_on)
        pick(session, snapshot.tree, entries)


def _entry(session: Session, snapshot: Snapshot, present: Present, now: datetime) -> ledger.Entry | None:
    """What the due clocks of one case do; None when nothing is due any more."""
    rules = snapshot.rules(session, *present.definition)
    situation, steps = present.situation, list[Step]()
    for clock in _due(situation, now):
        fired = fire(rules, snapshot.tree, situation, clock, now)
        steps.extend(fired)
        situation = fired[-1].situation if fired else situation
    return ledger.Entry(present, rules, tuple(steps)) if steps else None


def _due(situation: Situation, now: datetime) -> list[Clock]:
    """The clocks to fire, the one that waited longest first; each is looked at again before it fires."""
    due = [(clock.next_at, clock.key, clock) for clock in situation.clocks if clock.next_at and clock.next_at <= now]
    return [clock for *_, clock in sorted(due, key=lambda each: each[:2])]


def _one_by_one(session: Session, snapshot: Snapshot, case_ids: Sequence[int], now: datetime) -> None:
    for case_id in case_ids:
        try:
            with session.begin_nested():
                _fire_all(session, snapshot, [case_id], now)
        except Exception as error:
            LOG.exception("the clocks of case %d could not fire", case_id)
            values = {"case_id": case_id, "now": now, "error": repr(error)[:500], "most": MOST_ATTEMPTS}
            session.execute(FAILED, values)
