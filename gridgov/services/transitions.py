"""The only way in which somebody moves a case: lock it, ask the rules, write the steps. All or nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridgov.db.models import CaseEvent
from gridgov.domain.actors import Actor
from gridgov.domain.case import Facts
from gridgov.domain.errors import AlreadyDone, GridgovError, StaleCase
from gridgov.domain.evidence import FIELD
from gridgov.domain.guards import Moment
from gridgov.domain.org import Tree
from gridgov.domain.permissions import Asking
from gridgov.domain.rules import Rules
from gridgov.domain.steps import Command, perform
from gridgov.domain.workflow import Action
from gridgov.services import ledger
from gridgov.services.attachments import attach, take
from gridgov.services.rechecks import pick
from gridgov.services.repeats import raised_if_repeated
from gridgov.services.situations import Present
from gridgov.services.world import Snapshot

UNSOLVED = "dissatisfied"


def act(
    session: Session,
    snapshot: Snapshot,
    present: Present,
    action: str,
    actor: Actor,
    inputs: Mapping[str, Any],
    now: datetime,
    expected_version: int | None = None,
) -> ledger.Entry:
    """Let `actor` do `action` on a locked case that they may see, with what the action needs; what was written.

    A rating that says "not solved" or "dissatisfied" is a dispute (api.md). `expected_version` is the
    version on which the actor decided; `attachments` in the inputs are ids of uploads that are the actor's.

    Raises Forbidden, TransitionNotAllowed, BoundReached, Invalid, StaleCase or AlreadyDone; then nothing has changed.
    """
    require_version(session, present, action, expected_version)
    rules = snapshot.rules(session, *present.definition)
    taken = take(session, actor, ids) if (ids := inputs.get(FIELD)) else None
    given = inputs if taken is None else {**inputs, FIELD: taken.references}
    command = Command(_meant(action, inputs), actor, given)
    steps = perform(rules, snapshot.tree, present.situation, command, now)
    if taken is not None:
        taken.require()
    steps = (*steps, *raised_if_repeated(session, rules, snapshot.tree, present.number, steps, now))
    entry = ledger.Entry(present, rules, steps)
    ledger.write(session, [entry], snapshot.email_on)
    if taken is not None:
        attach(session, taken, present.case_id, steps[0].event)
    pick(session, snapshot.tree, [entry])
    return entry


def _meant(action: str, inputs: Mapping[str, Any]) -> str:
    rating = inputs.get("rating") or {}
    unsolved = rating.get("solved") is False or rating.get("satisfaction") == UNSOLVED
    return "dispute" if action == "rate" and unsolved else action


def require_version(session: Session, present: Present, action: str, expected: int | None) -> None:
    """Nothing where the caller decided on the present version, or named none. Raises StaleCase or AlreadyDone."""
    if expected is not None and expected != present.situation.seq:
        raise _stale(session, present, action)


def _stale(session: Session, present: Present, action: str) -> StaleCase | AlreadyDone:
    """What a caller with an old version hears: somebody did the same, or what stands now and who acted."""
    last = session.execute(
        select(CaseEvent.action, CaseEvent.role, CaseEvent.unit_id, CaseEvent.at).where(
            CaseEvent.case_id == present.case_id, CaseEvent.seq == present.situation.seq
        )
    ).one()
    acted = {"action": last.action, "role": last.role, "unit_id": last.unit_id, "at": last.at.isoformat()}
    current = {"state": present.situation.facts.state, "version": present.situation.seq, "acted": acted}
    if last.action == action:
        return AlreadyDone("Somebody has just done this.", "他人刚刚已办理。", current=current)
    return StaleCase("The case has moved on since you looked.", "案件已有新的变化，请查看后再办。", current=current)


def actions_for(
    rules: Rules, tree: Tree, facts: Facts, actor: Actor, now: datetime, since: datetime, due_at: datetime | None
) -> tuple[list[Action], list[tuple[Action, GridgovError]]]:
    """What `actor` may do on the case now, and for everything else the refusal that would come."""
    definition = rules.definition
    today = rules.day(now).isoformat()
    asking = Asking(Moment(definition, facts, tree, actor, now, since, today, rules.calendar, due_at))
    allowed: list[Action] = []
    refused: list[tuple[Action, GridgovError]] = []
    for action in definition.asked:
        try:
            asking.permit(action)
            allowed.append(action)
        except GridgovError as refusal:
            refused.append((action, refusal))
    return allowed, refused
