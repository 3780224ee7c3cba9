"""Second looks: picked in the transaction that closes a case; a verdict is an event of the case, which stays closed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gridgov.db.models import Recheck
from gridgov.db.queries.rechecks import units_of
from gridgov.domain.actors import Actor, Signature
from gridgov.domain.errors import AlreadyDone, Forbidden, Invalid, NotFound
from gridgov.domain.inputs import MISSING
from gridgov.domain.org import ACTING_ROLE, Tree
from gridgov.domain.permissions import OWN_WORK
from gridgov.domain.rechecks import CLOSED, LIMIT, SHARE, Verdict, is_picked, may_look, unit_for
from gridgov.domain.rules import Rules
from gridgov.domain.scrub import scrub
from gridgov.domain.steps import Step, record
from gridgov.domain.working_time import add_span
from gridgov.services import ledger
from gridgov.services.situations import Present, lock_cases
from gridgov.services.world import Snapshot

REMARK = "comment"
TELL_THE_COMMUNITY = ("community!",)


def pick(session: Session, tree: Tree, entries: Sequence[ledger.Entry], share: int = SHARE) -> None:
    """Write a row for each closing that is picked for a second look; most are not, and then nothing is asked."""
    closings = [(entry, step) for entry in entries for step in entry.steps if _closes(step)]
    rows = [row for entry, step in closings if (row := _picked(entry, step, tree, share)) is not None]
    if rows:
        session.execute(insert(Recheck).on_conflict_do_nothing(), rows)


def _closes(step: Step) -> bool:
    """True for the event that closes a case on which somebody worked."""
    event = step.event
    return event.target == CLOSED != event.origin and bool(step.situation.facts.workers)


def _picked(entry: ledger.Entry, step: Step, tree: Tree, share: int) -> dict[str, Any] | None:
    number, rules, facts, at = entry.present.number, entry.rules, step.situation.facts, step.event.at
    month = f"{rules.day(at):%Y-%m}"
    if not is_picked(number, month, share):
        return None
    unit_id = unit_for(number, month, facts, tree, rules.category(facts).sensitive)
    if unit_id is None:
        return None
    due_at = add_span(at, LIMIT, rules.calendar)
    where = {"case_id": entry.present.case_id, "event_seq": step.event.seq, "unit_id": unit_id}
    return {**where, "picked_at": at, "due_at": due_at}


def give_verdict(
    session: Session,
    snapshot: Snapshot,
    actor: Actor,
    recheck_id: int,
    verdict: Verdict,
    note: str | None,
    now: datetime,
) -> Recheck:
    """The second look with its verdict; `not_ok` is told to the case's community, and no verdict opens the case.

    Raises NotFound for one that is not of the actor's units, Forbidden for whoever had to do with the case,
    AlreadyDone, and Invalid where a verdict other than ok has no note.
    """
    row = _own(session, actor, snapshot.tree, recheck_id)
    present = lock_cases(session, [row.case_id])[row.case_id]
    session.refresh(row, with_for_update=True)
    _require_open(row, actor, present, snapshot.tree)
    if verdict is not Verdict.OK and not note:
        raise Invalid({"note": [MISSING]})
    now = max(now, present.situation.last_at)
    row.verdict, row.done_at, row.person_id = verdict.value, now, actor.person_id
    row.note = scrub(note).text if note else None
    session.flush()
    rules = snapshot.rules(session, *present.definition)
    step = _remark(row, rules, snapshot.tree, present, now)
    ledger.write(session, [ledger.Entry(present, rules, (step,))], snapshot.email_on)
    return row


def _own(session: Session, actor: Actor, tree: Tree, recheck_id: int) -> Recheck:
    own = select(Recheck).where(Recheck.id == recheck_id, Recheck.unit_id.in_(units_of(actor, tree)))
    row = session.execute(own).scalar_one_or_none()
    if row is None:
        raise not_yours(recheck_id)
    return row


def not_yours(recheck_id: int) -> NotFound:
    """What whoever asks for another unit's second look hears."""
    return NotFound(f"There is no re-check {recheck_id} of yours.", f"没有由您单位承担的抽查 {recheck_id}。")


def _require_open(row: Recheck, actor: Actor, present: Present, tree: Tree) -> None:
    if row.done_at is not None:
        raise AlreadyDone("This re-check has its verdict already.", "该抽查已有结论。")
    if actor.person_id is None or not may_look(actor.person_id, present.situation.facts, tree):
        raise Forbidden(f"{OWN_WORK}.", f"{OWN_WORK.zh}。")


def _remark(row: Recheck, rules: Rules, tree: Tree, present: Present, now: datetime) -> Step:
    """The verdict as a remark of the case: every definition knows one, also those that cases were pinned to before."""
    facts, role = present.situation.facts, ACTING_ROLE[tree.units[row.unit_id].kind]
    signature = Signature("person", row.person_id, role.value, row.unit_id)
    inputs = {"note": row.note, "recheck": {"id": row.id, "verdict": row.verdict}}
    extra = TELL_THE_COMMUNITY if row.verdict == Verdict.NOT_OK else ()
    action = rules.definition.action(REMARK)
    return record(rules, tree, present.situation, action, facts, signature, inputs, now, extra=extra)
