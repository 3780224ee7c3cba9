"""After posts have changed: assignments and holders go on to whoever may act, a step of the system for each case.

The ledger writes the steps; no case is ever changed in passing. What a change of posts leaves behind, and what a
date brings about on its own (a substitute's last day), `settle` finds.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gridgov.db.models import Case
from gridgov.domain.actors import SYSTEM
from gridgov.domain.case import Facts
from gridgov.domain.errors import Conflict, GridgovError
from gridgov.domain.holders import holder_of
from gridgov.domain.org import Tree
from gridgov.domain.rules import Rules
from gridgov.domain.steps import Command, perform
from gridgov.services import ledger
from gridgov.services.situations import Present, lock_cases
from gridgov.services.world import Snapshot

LOG = logging.getLogger(__name__)
BATCH = 500
HANDLER = "handler"
HAND_OVER, TAKE_OVER = "hand_over", "take_over"

Wish = tuple[str, Mapping[str, Any]]

# Assigned to somebody who does not act for the handler, held by a unit without people, or held by a
# stand-in though the handler has people again. Only open cases have a holder.
UNSETTLED = text("""
SELECT c.id FROM cases c
WHERE c.closed_at IS NULL AND (
  c.holder_id <> ALL(:staffed)
  OR (c.holder_id <> c.handler_id AND c.state = ANY(:handled) AND c.handler_id = ANY(:staffed))
  OR (c.handler_id IS NOT NULL AND CAST(c.facts->>'assignee_id' AS bigint) IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM unnest(CAST(:units AS bigint[]), CAST(:people AS bigint[])) AS acting(unit_id, person_id)
    WHERE acting.unit_id = c.handler_id AND acting.person_id = CAST(c.facts->>'assignee_id' AS bigint))))
ORDER BY c.id LIMIT :limit
""")


def assigned_to(session: Session, person_id: int, unit_ids: Sequence[int]) -> list[int]:
    """The open cases of these handlers that are assigned to the person, by id."""
    assignee = Case.facts["assignee_id"].as_integer()
    rows = select(Case.id).where(Case.closed_at.is_(None), Case.handler_id.in_(unit_ids), assignee == person_id)
    return list(session.execute(rows.order_by(Case.id)).scalars())


def held_by_units(session: Session, unit_ids: Sequence[int]) -> list[int]:
    """The open cases that wait for one of these units, by id."""
    rows = select(Case.id).where(Case.closed_at.is_(None), Case.holder_id.in_(unit_ids))
    return list(session.execute(rows.order_by(Case.id)).scalars())


def hand_over(session: Session, snapshot: Snapshot, case_ids: Sequence[int], heir_id: int, now: datetime) -> int:
    """Give the assignments of these cases to `heir_id`, who acts for their handlers; how many it were comes back."""
    return _move(session, snapshot, case_ids, lambda facts, rules: (HAND_OVER, {"person_id": heir_id}), now)


def settle(session: Session, snapshot: Snapshot, now: datetime, limit: int = BATCH) -> int:
    """Let the system hand over and take over wherever posts no longer fit; how many cases it moved comes back.

    A batch is written set-wise; where it fails each case is tried alone, and one that cannot be settled is logged.
    """
    handled = _handled(snapshot.present_rules(session))
    values = {**_acting(snapshot.tree), "handled": handled, "limit": limit}
    case_ids = session.execute(UNSETTLED, values).scalars().all()
    if not case_ids:
        return 0
    try:
        with session.begin_nested():
            return _settled(session, snapshot, case_ids, now)
    except Exception:
        LOG.exception("a batch of %d cases could not be settled; each is tried alone", len(case_ids))
        return sum(_alone(session, snapshot, case_id, now) for case_id in case_ids)


def _alone(session: Session, snapshot: Snapshot, case_id: int, now: datetime) -> int:
    try:
        with session.begin_nested():
            return _settled(session, snapshot, [case_id], now)
    except GridgovError as refusal:
        LOG.error("case %d has nobody to act: %s", case_id, refusal)
        return 0


def _settled(session: Session, snapshot: Snapshot, case_ids: Sequence[int], now: datetime) -> int:
    tree = snapshot.tree
    # A case may need both: first somebody who has it, then a unit that is charged with it.
    moved = _move(session, snapshot, case_ids, lambda facts, rules: _reassigned(facts, tree), now)
    return max(moved, _move(session, snapshot, case_ids, lambda facts, rules: _held_anew(facts, rules, tree), now))


def _reassigned(facts: Facts, tree: Tree) -> Wish | None:
    """To the first person of the handler's unit where whoever was assigned is gone; to nobody where it is empty."""
    acting = tree.acting.get(facts.handler_id or 0, ())
    if facts.assignee_id is None or facts.assignee_id in acting:
        return None
    return HAND_OVER, {"person_id": next(iter(acting), None)}


def _handled(rules: Rules) -> list[str]:
    """The states in which the handler has to act, or whoever stands in for it."""
    states, holders = rules.definition.states.values(), rules.definition.holders
    return [state.code for state in states if state.holder and holders[state.holder].chain[0] == HANDLER]


def _held_anew(facts: Facts, rules: Rules, tree: Tree) -> Wish | None:
    if facts.holder_id is None:
        return None
    rule = rules.holder_rule(facts)
    stand_in = rule.chain[0] == HANDLER and facts.holder_id != facts.handler_id
    if tree.acting.get(facts.holder_id) and not stand_in:
        return None
    return (TAKE_OVER, {}) if holder_of(rule, facts, tree) != facts.holder_id else None


def _move(
    session: Session,
    snapshot: Snapshot,
    case_ids: Sequence[int],
    wish: Callable[[Facts, Rules], Wish | None],
    now: datetime,
) -> int:
    """Lock the cases, a batch at a time, and let the system do what is wished for each that is still open."""
    moved = 0
    for begin in range(0, len(case_ids), BATCH):
        presents = lock_cases(session, case_ids[begin : begin + BATCH]).values()
        entries = [entry for each in presents if (entry := _entry(session, snapshot, each, wish, now)) is not None]
        if entries:
            ledger.write(session, entries, snapshot.email_on)
        moved += len(entries)
    return moved


def _entry(
    session: Session,
    snapshot: Snapshot,
    present: Present,
    wish: Callable[[Facts, Rules], Wish | None],
    now: datetime,
) -> ledger.Entry | None:
    """The step for one locked case; None where it is over or nothing is wished.

    Raises Conflict for a case that is pinned to a definition of before there were such steps.
    """
    rules, facts = snapshot.rules(session, *present.definition), present.situation.facts
    wished = None if rules.definition.states[facts.state].final else wish(facts, rules)
    if wished is None:
        return None
    if wished[0] not in rules.definition.actions:
        name, version = present.definition
        raise Conflict(
            f"Case {present.number} is pinned to {name} {version}, which has no “{wished[0]}”: move it first.",
            f"案件 {present.number} 所用流程 {name} 第 {version} 版没有“{wished[0]}”，请先迁移流程版本。",
        )
    command = Command(wished[0], SYSTEM, wished[1])
    return ledger.Entry(present, rules, perform(rules, snapshot.tree, present.situation, command, now))


def _acting(tree: Tree) -> dict[str, list[int]]:
    pairs = [(unit_id, person) for unit_id, people in tree.acting.items() for person in people]
    return {
        "staffed": list(tree.acting),
        "units": [unit_id for unit_id, _ in pairs],
        "people": [person for _, person in pairs],
    }
