"""The sweeper against one set-based statement that changes the same rows: 100,000 reports that nobody accepted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter

from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks.fill import Copy, multiply
from benchmarks.house import House, settle
from gridgov.db.session import city_now
from gridgov.services.escalation import sweep_due
from gridgov.services.world import World

# The state clock has been yellow and runs out a second ago; every other clock has time.
OVERDUE = text("""
UPDATE clocks SET stage = 2, due_at = CAST(:due AS timestamptz), next_at = CAST(:due AS timestamptz)
WHERE kind = 'state' AND state = 0
""")
LATER = text("UPDATE clocks SET next_at = CAST(:now AS timestamptz) + interval '5 days' WHERE kind <> 'state'")

# Who was told of the first escalation in each branch: the statement tells the same people.
TOLD = text("""
SELECT DISTINCT c.owner_id, n.person_id, n.rule, n.rings FROM notices n JOIN cases c ON c.id = n.case_id
WHERE n.channel = 'in_app' AND n.event_seq = c.version
""")
TOLD_TABLE = text("CREATE TEMPORARY TABLE told (owner_id bigint, person_id bigint, rule text, rings bool)")
INSERT_TOLD = text("INSERT INTO told VALUES (:owner_id, :person_id, :rule, :rings)")

# Claim, chain, case, event, clock and notices as the sweep writes them, decided beforehand.
ONE_STATEMENT = text("""
WITH due AS (
  SELECT c.id, c.number, c.version + 1 AS seq, c.last_hash, c.owner_id, c.holder_id, c.last_event_at, c.state,
    k.id AS clock_id, k.due_at, decode(md5(random()::text || c.id), 'hex') AS salt
  FROM cases c JOIN clocks k ON k.case_id = c.id
  WHERE k.state = 0 AND k.next_at <= :now
  ORDER BY k.next_at, k.id
  FOR UPDATE OF c SKIP LOCKED
), said AS (
  SELECT due.*, jsonb_build_object('level', 1, 'peak_level', 1) AS changes,
    jsonb_build_object('clock', 'state', 'key', 'state:1', 'stage', 'limit', 'due_at', due_at) AS data
  FROM due
), digested AS (
  SELECT said.*, sha256(salt || convert_to(data::text || changes::text, 'UTF8')) AS digest FROM said
), hashed AS (
  SELECT digested.*,
    sha256(convert_to(concat_ws(E'\\n', number, seq, :now, 'escalate'), 'UTF8') || digest || last_hash) AS hash
  FROM digested
), moved AS (
  UPDATE cases c SET level = 1, version = h.seq, last_hash = h.hash, last_event_at = :now, facts = c.facts || h.changes
  FROM hashed h WHERE c.id = h.id
), happened AS (
  INSERT INTO case_events (case_id, seq, at, action, origin, target, actor_kind, data, changes, wall_s, working_s,
    charged_id, public, salt, digest, prev_hash, hash)
  SELECT id, seq, :now, 'escalate', state, state, 'system', data, changes,
    extract(epoch FROM CAST(:now AS timestamptz) - last_event_at), 600, holder_id, false, salt, digest, last_hash, hash
  FROM hashed
), ticked AS (
  UPDATE clocks k SET stage = 3, next_at = CAST(:now AS timestamptz) + interval '1 day', attempts = 0
  FROM hashed h WHERE k.id = h.clock_id
)
INSERT INTO notices (case_id, event_seq, person_id, channel, rule, rings, ring_at, state, reason, created_at)
SELECT h.id, h.seq, t.person_id, c.channel, t.rule, t.rings, CASE WHEN t.rings THEN CAST(:now AS timestamptz) END,
  CASE c.channel WHEN 'in_app' THEN 'delivered' ELSE 'not_sent' END,
  CASE c.channel WHEN 'in_app' THEN NULL ELSE 'email_off' END, :now
FROM hashed h JOIN told t ON t.owner_id = h.owner_id CROSS JOIN (VALUES ('in_app'), ('email')) AS c(channel)
""")
CHANGED = text("""
SELECT (SELECT count(*) FROM cases WHERE level = 1), (SELECT count(*) FROM case_events WHERE action = 'escalate'),
  (SELECT count(*) FROM clocks WHERE kind = 'state' AND stage = 3), (SELECT count(*) FROM notices)
""")


@dataclass(frozen=True)
class Sweep:
    """How long the overdue cases took, in seconds, both ways."""

    cases: int
    statement_s: float
    sweeper_s: float


def make_overdue(house: House, source: str, name: str, reported: Sequence[int], count: int) -> None:
    """A copy of the city with `count` reports whose time to accept is over, and nothing else that is due."""
    house.copy(source, name)
    with house.runtime(name) as runtime:
        with runtime.transaction() as session:
            now = city_now(session)
            copies = [Copy(reported[n % len(reported)], timedelta(0)) for n in range(count)]
            multiply(session, copies, now)
            session.execute(text("DELETE FROM clocks WHERE case_id IN (SELECT case_id FROM notices)"))
            session.execute(text("DELETE FROM notices"))
            session.execute(LATER, {"now": now})
            session.execute(OVERDUE, {"due": now - timedelta(seconds=1)})
        settle(runtime.engine)


def measure_sweep(house: House, city: str, reported: Sequence[int], count: int) -> Sweep:
    """Both ways on two copies of one database. Raises RuntimeError when they did not change the same rows."""
    make_overdue(house, city, "bench_overdue", reported, count)
    house.copy("bench_overdue", "bench_overdue_too")
    sweeper_s, told, changed = _sweep(house, "bench_overdue")
    statement_s, also_changed = _state(house, "bench_overdue_too", told)
    if changed != also_changed:
        raise RuntimeError(f"the sweeper changed {changed} rows, the statement {also_changed}")
    for name in ("bench_overdue", "bench_overdue_too"):
        house.drop(name)
    return Sweep(count, statement_s, sweeper_s)


def _sweep(house: House, name: str) -> tuple[float, list[dict[str, object]], tuple[int, ...]]:
    """As the sweeper process does it: batch after batch, each in its own transaction."""
    world = World(house.settings.timezone)
    with house.runtime(name) as runtime:
        began = perf_counter()
        while True:
            with runtime.transaction() as session:
                if not sweep_due(session, world, city_now(session)):
                    break
        seconds = perf_counter() - began
        with runtime.transaction() as session:
            return seconds, [dict(row._mapping) for row in session.execute(TOLD)], _changed(session)


def _state(house: House, name: str, told: list[dict[str, object]]) -> tuple[float, tuple[int, ...]]:
    with house.runtime(name) as runtime:
        with runtime.transaction() as session:
            now: datetime = city_now(session)
            session.execute(TOLD_TABLE)
            session.execute(INSERT_TOLD, told)
            session.execute(text("ANALYZE told"))
            began = perf_counter()
            session.execute(ONE_STATEMENT, {"now": now})
            session.commit()
            seconds = perf_counter() - began
        with runtime.transaction() as session:
            return seconds, _changed(session)


def _changed(session: Session) -> tuple[int, ...]:
    return tuple(session.execute(CHANGED).one())
