"""Joint meetings: plan one, hold it, do what it decided, and tell once what is late. One row lock, never two."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, insert, or_, select, true
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from gridgov.db.models import Meeting, MeetingNotice, MeetingTask
from gridgov.domain.actors import Actor
from gridgov.domain.errors import AlreadyDone, Forbidden, Invalid, NotFound, Text
from gridgov.domain.meetings import compounds_of, may_hold, told_when_late
from gridgov.domain.org import Tree, UnitKind
from gridgov.domain.scrub import scrub
from gridgov.services.agenda import take_up
from gridgov.services.world import World

PLANNED, HELD = "planned", "held"
BATCH = 100


@dataclass(frozen=True, slots=True)
class Decision:
    """What a meeting decided, who has to do it, until when (aware UTC)."""

    text: str
    unit_id: int
    due_at: datetime


def meetings_for(actor: Actor, tree: Tree) -> Select[Meeting]:
    """The meetings that `actor` may see: of their compounds, and where one of their units has a task."""
    return select(Meeting).where(_seen(actor, tree))


def meeting_for(session: Session, tree: Tree, actor: Actor, meeting_id: int, lock: bool = False) -> Meeting:
    """That meeting, perhaps locked. Raises NotFound when it is not there or not for this person."""
    query = meetings_for(actor, tree).where(Meeting.id == meeting_id)
    found = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound("There is no such meeting for you.", "没有您可以查看的会议。")
    return found


def plan_meeting(
    session: Session, tree: Tree, actor: Actor, compound_id: int, at: datetime, place: str, now: datetime
) -> Meeting:
    """A meeting to come. Raises Invalid for what is no compound or lies in the past, Forbidden."""
    unit = tree.units.get(compound_id)
    if unit is None or unit.kind is not UnitKind.COMPOUND:
        raise Invalid({"compound_id": [Text("There is no such compound.", "没有这个小区。")]})
    if at <= now:
        raise Invalid({"at": [Text("This has to lie in the future.", "须晚于当前时间。")]})
    planner = _require_holder(actor, compound_id, tree)
    meeting = Meeting(
        compound_id=compound_id, at=at, place=scrub(place).text, state=PLANNED, created_by=planner, created_at=now
    )
    session.add(meeting)
    session.flush()
    session.refresh(meeting)
    return meeting


def hold_meeting(
    session: Session,
    tree: Tree,
    actor: Actor,
    meeting_id: int,
    attendance: Mapping[str, int],
    minutes: str,
    decisions: Sequence[Decision],
    now: datetime,
) -> Meeting:
    """The meeting with its minutes and tasks; it takes up everything that waits on the compound's agenda.

    Raises NotFound, Forbidden, AlreadyDone, and Invalid for a unit that nobody acts for or a due time that has passed.
    """
    meeting = meeting_for(session, tree, actor, meeting_id, lock=True)
    _require_holder(actor, meeting.compound_id, tree)
    if meeting.state == HELD:
        raise AlreadyDone("This meeting was held already.", "该会议已召开。")
    rows = [_task(meeting_id, place, decision, tree, now) for place, decision in enumerate(decisions)]
    meeting.state, meeting.held_at = HELD, now
    meeting.attendance, meeting.minutes = dict(attendance), scrub(minutes).text
    if rows:
        session.execute(insert(MeetingTask), rows)
    take_up(session, meeting.compound_id, meeting_id)
    session.flush()
    return meeting


def finish_task(session: Session, tree: Tree, actor: Actor, task_id: int, now: datetime) -> Meeting:
    """The meeting whose task is done now. Only the responsible unit and who may hold the meeting say so.

    Raises NotFound, Forbidden, AlreadyDone.
    """
    task = session.scalars(select(MeetingTask).where(MeetingTask.id == task_id).with_for_update()).one_or_none()
    if task is None:
        raise NotFound("There is no such task for you.", "没有您可以查看的任务。")
    meeting = meeting_for(session, tree, actor, task.meeting_id)
    own = any(post.unit_id == task.unit_id for post in actor.posts)
    if not own:
        _require_holder(actor, meeting.compound_id, tree)
    if task.done_at is not None:
        raise AlreadyDone("This task was done already.", "该任务已完成。")
    task.done_at = now
    session.flush()
    return meeting


def tasks_of(session: Session, meeting_id: int) -> Sequence[MeetingTask]:
    """The tasks of a meeting, in the order of its decisions."""
    return session.scalars(
        select(MeetingTask).where(MeetingTask.meeting_id == meeting_id).order_by(MeetingTask.id)
    ).all()


def tell_late(session: Session, world: World, now: datetime, limit: int = BATCH) -> int:
    """Tell branch and community, once, of each task whose time is over; how many tasks that were.

    A task that another sweeper has in hand is left to it.
    """
    late = (
        select(MeetingTask, Meeting.compound_id)
        .join(Meeting, Meeting.id == MeetingTask.meeting_id)
        .where(MeetingTask.done_at.is_(None), MeetingTask.told_at.is_(None), MeetingTask.due_at <= now)
        .order_by(MeetingTask.due_at)
        .limit(limit)
        .with_for_update(of=MeetingTask, skip_locked=True)
    )
    found = session.execute(late).all()
    if not found:
        return 0
    tree = world.at(session, now).tree
    rows: list[dict[str, Any]] = []
    for task, compound_id in found:
        task.told_at = now
        people = told_when_late(compound_id, tree)
        rows += [{"task_id": task.id, "person_id": person, "created_at": now} for person in people]
    if rows:
        session.execute(upsert(MeetingNotice).on_conflict_do_nothing(), rows)
    session.flush()
    return len(found)


def _seen(actor: Actor, tree: Tree) -> ColumnElement[bool]:
    compounds = compounds_of(actor.posts, tree)
    if compounds is None:
        return true()
    units = [post.unit_id for post in actor.posts]
    charged = exists().where(MeetingTask.meeting_id == Meeting.id, MeetingTask.unit_id.in_(units))
    return or_(Meeting.compound_id.in_(sorted(compounds)), charged)


def _require_holder(actor: Actor, compound_id: int, tree: Tree) -> int:
    unit = may_hold(actor, compound_id, tree)
    if unit is None:
        raise Forbidden("The compound's branch and the levels above it do this.", "由该小区支部或上级办理。")
    return unit


def _task(meeting_id: int, place: int, decision: Decision, tree: Tree, now: datetime) -> dict[str, Any]:
    if not tree.acting.get(decision.unit_id):
        sentence = Text("Nobody acts for this unit.", "该单位没有在岗人员。")
        raise Invalid({f"tasks.{place}.unit_id": [sentence]})
    if decision.due_at <= now:
        raise Invalid({f"tasks.{place}.due_at": [Text("This has to lie in the future.", "须晚于当前时间。")]})
    words = scrub(decision.text).text
    return {"meeting_id": meeting_id, "decision": words, "unit_id": decision.unit_id, "due_at": decision.due_at}
