"""Repeat places: the third accepted case of a category at a building within 30 days raises itself by one priority.

The place goes on the agenda of the compound's next joint meeting, too.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridgov.db.models import Case
from gridgov.domain.actors import SYSTEM
from gridgov.domain.case import Facts
from gridgov.domain.org import Tree
from gridgov.domain.rules import Rules
from gridgov.domain.steps import Command, Step, perform
from gridgov.services.agenda import put_on_agenda

WINDOW = timedelta(days=30)
THIRD = 3
MOST = 50


def raised_if_repeated(
    session: Session, rules: Rules, tree: Tree, number: str, steps: Sequence[Step], now: datetime
) -> tuple[Step, ...]:
    """The system's step that raises a case which has just been accepted and is the third of its kind at its building.

    Imported history and merged cases do not count (workflow.md §4); a P1 cannot be raised, but its place is noted.
    """
    facts = steps[-1].situation.facts
    accepted = any(step.event.action == "accept" for step in steps)
    if not accepted or facts.building_id is None:
        return ()
    others = _accepted_before(session, number, facts, now)
    if len(others) + 1 < THIRD:
        return ()
    put_on_agenda(session, facts, [*others, number], now)
    priorities = rules.definition.priorities
    if facts.priority == priorities[0]:
        return ()
    higher = priorities[priorities.index(facts.priority) - 1]
    inputs = {"priority": higher, "note": "third case of this category at this building in 30 days"}
    return perform(rules, tree, steps[-1].situation, Command("reprioritise", SYSTEM, inputs), now)


def _accepted_before(session: Session, number: str, facts: Facts, now: datetime) -> Sequence[str]:
    """The other cases of the category that were reported there in the window and have had a limit frozen."""
    query = select(Case.number).where(
        Case.building_id == facts.building_id,
        Case.category == facts.category,
        Case.reported_at > now - WINDOW,
        Case.kind == "incident",
        Case.state != "merged",
        Case.number != number,
        Case.facts["promised"].as_boolean(),
    )
    return session.scalars(query.order_by(Case.id.desc()).limit(MOST)).all()[::-1]
