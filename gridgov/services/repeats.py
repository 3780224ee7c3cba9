"""Repeat places: the third accepted case of a category at a building within 30 days raises itself by one priority."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridgov.db.models import Case
from gridgov.domain.actors import SYSTEM
from gridgov.domain.case import Facts
from gridgov.domain.org import Tree
from gridgov.domain.rules import Rules
from gridgov.domain.steps import Command, Step, perform

WINDOW = timedelta(days=30)
THIRD = 3


def raised_if_repeated(
    session: Session, rules: Rules, tree: Tree, case_id: int, steps: Sequence[Step], now: datetime
) -> tuple[Step, ...]:
    """The system's step that raises a case which has just been accepted and is the third of its kind at its building.

    Imported history does not count (workflow.md §4); a P1 cannot be raised.
    """
    facts = steps[-1].situation.facts
    accepted = any(step.event.action == "accept" for step in steps)
    if not accepted or facts.building_id is None or facts.priority == rules.definition.priorities[0]:
        return ()
    if _accepted_before(session, case_id, facts, now) + 1 < THIRD:
        return ()
    priorities = rules.definition.priorities
    higher = priorities[priorities.index(facts.priority) - 1]
    inputs = {"priority": higher, "note": "third case of this category at this building in 30 days"}
    return perform(rules, tree, steps[-1].situation, Command("reprioritise", SYSTEM, inputs), now)


def _accepted_before(session: Session, case_id: int, facts: Facts, now: datetime) -> int:
    """How many other cases of the category were reported there in the window and have had a limit frozen."""
    query = select(func.count()).where(
        Case.building_id == facts.building_id,
        Case.category == facts.category,
        Case.reported_at > now - WINDOW,
        Case.kind == "incident",
        Case.state != "merged",
        Case.id != case_id,
        Case.facts["promised"].as_boolean(),
    )
    return session.execute(query).scalar_one()
