"""From committed events to rows for addresses and webhooks: derived afterwards, so that no action waits for it.

Events are numbered in the order of writing, but committed in any order. So what is new is looked at once at once, and
once more when every transaction that may have held a smaller number has ended (the oldest one running is younger than
a remembered one). Duplicates meet a unique key: a row per webhook or address and event, however often one looks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gridgov.db.models import Address, Case, CaseEvent, FanoutMark, Message, NoticeRow
from gridgov.domain.org import Tree

BATCH = 2_000
LOOK_AGAIN = 20_000
"""At most so many numbers are looked at once more in one transaction, after an old one had kept them waiting."""

_LOCK = text("""
SELECT seen, settled, checked, checked_xid,
  CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint) AS oldest
FROM fanout_marks WHERE id = 1 FOR UPDATE SKIP LOCKED
""")
_YOUNGEST = text("SELECT CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint)")
_LAST = text("""
SELECT max(written_no) FROM (
  SELECT written_no FROM case_events WHERE written_no > :low ORDER BY written_no LIMIT :batch) AS fresh
""")

# The history of another system is told to nobody (workflow.md §8).
_WEBHOOKS = text("""
INSERT INTO webhook_deliveries (webhook_id, case_id, event_seq, state, attempts, next_at, created_at)
SELECT w.id, e.case_id, e.seq, 0, 0, CAST(:now AS timestamptz), CAST(:now AS timestamptz)
FROM case_events e
JOIN cases c ON c.id = e.case_id
JOIN webhooks w ON w.active AND (w.events IS NULL OR w.events @> to_jsonb(CAST(e.action AS text)))
LEFT JOIN units u ON u.id = w.unit_id
WHERE e.written_no > :low AND e.written_no <= :high AND e.actor_kind <> 'import' AND e.at >= w.created_at
  AND (w.unit_id IS NULL OR u.kind = 'city' OR w.unit_id IN (c.compound_id, c.building_id, c.grid_id, c.community_id,
    c.subdistrict_id, c.owner_id, c.handler_id, c.holder_id))
ON CONFLICT (webhook_id, case_id, event_seq) DO NOTHING
""")
_PEOPLE = text("""
INSERT INTO messages (purpose, lane, address_id, person_id, case_id, event_seq, rule, rings, dedupe_key, state,
  attempts, next_at, created_at)
SELECT 'notice', a.lane, a.id, n.person_id, n.case_id, n.event_seq, n.rule, n.rings,
  concat_ws(':', n.case_id, n.event_seq, a.id), 0, 0, CAST(:now AS timestamptz), CAST(:now AS timestamptz)
FROM case_events e
JOIN notices n ON n.case_id = e.case_id AND n.event_seq = e.seq AND n.channel = 'in_app'
JOIN addresses a ON a.person_id = n.person_id AND a.verified_at <= e.at AND a.disabled_at IS NULL
WHERE e.written_no > :low AND e.written_no <= :high
ON CONFLICT DO NOTHING
""")


@dataclass(frozen=True, slots=True)
class _Told:
    """Of one event: somebody who was told, and by which word."""

    case: Case
    seq: int
    person_id: int
    rule: str
    rings: bool
    at: datetime


def fan_out(session: Session, tree: Tree, now: datetime) -> int:
    """Make the rows that the events since the last time ask for; how many were new. One does it at a time."""
    mark = session.execute(_LOCK).one_or_none()
    if mark is None:
        return 0
    settled = mark.settled
    if mark.checked > settled and mark.oldest >= mark.checked_xid:
        again = min(mark.checked, settled + LOOK_AGAIN)
        _rows(session, tree, now, settled, again)
        settled = again
    last = session.execute(_LAST, {"low": mark.seen, "batch": BATCH}).scalar_one()
    seen = mark.seen if last is None else int(last)
    if seen > mark.seen:
        _rows(session, tree, now, mark.seen, seen)
    _remember(session, mark, seen, settled)
    return seen - int(mark.seen)


def _remember(session: Session, mark: Row[Any], seen: int, settled: int) -> None:
    """Write down how far we came; a check that waits for older transactions goes on, else the next one begins."""
    waits = mark.checked > settled
    if (seen, settled) == (mark.seen, mark.settled) and (waits or seen == settled):
        return
    row = session.get_one(FanoutMark, 1, populate_existing=True)
    row.seen, row.settled = seen, settled
    if not waits and seen > settled:
        row.checked, row.checked_xid = seen, session.execute(_YOUNGEST).scalar_one()
    session.flush()


def _rows(session: Session, tree: Tree, now: datetime, low: int, high: int) -> None:
    values = {"low": low, "high": high, "now": now}
    session.execute(_WEBHOOKS, values)
    session.execute(_PEOPLE, values)
    addressed = _addressed_units(session)
    if addressed:
        _tell_units(session, tree, now, addressed, _told(session, tree, addressed, low, high))


def _addressed_units(session: Session) -> dict[int, list[Address]]:
    used = (Address.unit_id.is_not(None), Address.verified_at.is_not(None), Address.disabled_at.is_(None))
    found: dict[int, list[Address]] = {}
    for address in session.scalars(select(Address).where(*used)):
        found.setdefault(address.unit_id or 0, []).append(address)
    return found


def _told(session: Session, tree: Tree, units: dict[int, list[Address]], low: int, high: int) -> list[_Told]:
    people = {person for unit in units for person in tree.acting.get(unit, ())}
    query = (
        select(NoticeRow, Case, CaseEvent.at)
        .join(CaseEvent, (CaseEvent.case_id == NoticeRow.case_id) & (CaseEvent.seq == NoticeRow.event_seq))
        .join(Case, Case.id == NoticeRow.case_id)
        .where(CaseEvent.written_no > low, CaseEvent.written_no <= high)
        .where(NoticeRow.channel == "in_app", NoticeRow.person_id.in_(people))
        .order_by(NoticeRow.id)
    )
    return [
        _Told(case, notice.event_seq, notice.person_id, notice.rule, notice.rings, at)
        for notice, case, at in session.execute(query)
    ]


def concerned(case: Case, tree: Tree) -> frozenset[int]:
    """The units that a case concerns now: the branch, the handler, the holder, its places and who serves these."""
    own = (case.owner_id, case.handler_id, case.holder_id)
    places = (case.compound_id, case.building_id, case.grid_id, case.community_id, case.subdistrict_id)
    serving = {org for (place, _), orgs in tree.serving.items() if place in places for org in orgs}
    return frozenset({each for each in (*own, *places) if each is not None} | serving)


def units_meant(tree: Tree, person_id: int, case: Case) -> list[int]:
    """In the name of which units a person was told: the only one they act for, else those that the case concerns."""
    acting = tree.acts_for(person_id)
    return acting if len(acting) == 1 else [unit for unit in acting if unit in concerned(case, tree)]


def _tell_units(
    session: Session, tree: Tree, now: datetime, units: dict[int, list[Address]], told: Sequence[_Told]
) -> None:
    """One message per event and address of a unit, however many of its people were told; it rings if any of them."""
    rows: dict[tuple[int, int, int], dict[str, Any]] = {}
    for each in told:
        meant = units_meant(tree, each.person_id, each.case)
        for address in [address for unit in meant for address in units.get(unit, ()) if _proved(address, each.at)]:
            row = rows.setdefault((each.case.id, each.seq, address.id), _row(each, address, now))
            row["rings"] = row["rings"] or each.rings
    if rows:
        session.execute(insert(Message).on_conflict_do_nothing(), list(rows.values()))


def _proved(address: Address, at: datetime) -> bool:
    """What happened before an address was proved is not told there."""
    return address.verified_at is not None and address.verified_at <= at


def _row(told: _Told, address: Address, now: datetime) -> dict[str, Any]:
    return {
        "purpose": "notice",
        "lane": address.lane,
        "address_id": address.id,
        "case_id": told.case.id,
        "event_seq": told.seq,
        "rule": told.rule,
        "rings": told.rings,
        "dedupe_key": f"{told.case.id}:{told.seq}:{address.id}",
        "next_at": now,
        "created_at": now,
    }
