"""Joint meetings of a compound: plan, hold, look at, and carry out what they decided."""

from typing import Any

from flask import Response, jsonify
from sqlalchemy import select

from gridgov.db.models import Meeting, MeetingNotice, MeetingTask
from gridgov.db.paging import By, Order
from gridgov.domain.actors import Actor
from gridgov.domain.rights import Permission
from gridgov.http.access import requires
from gridgov.http.blueprint import Blueprint
from gridgov.http.cases import view_of
from gridgov.http.context import work
from gridgov.http.idempotency import idempotent
from gridgov.http.lists import answer_list
from gridgov.schemas.meetings import (
    MeetingNoticePage,
    MeetingPage,
    MeetingPlan,
    MeetingQuery,
    MeetingRecord,
    MeetingView,
)
from gridgov.schemas.paging import PageQuery
from gridgov.services.agenda import agenda_of
from gridgov.services.meetings import (
    HELD,
    Decision,
    finish_task,
    hold_meeting,
    meeting_for,
    meetings_for,
    plan_meeting,
    tasks_of,
)
from gridgov.services.views import View

blueprint = Blueprint("meetings", __name__, url_prefix="/api/v1", description="Joint meetings and their tasks.")

LATEST = Order((By(Meeting.at, descending=True), By(Meeting.id, descending=True)))
NEWEST = Order((By(MeetingNotice.id, descending=True),))


def _kept(response: Response) -> dict[str, Any]:
    return {"meeting": response.get_json()["id"]}


def _planned_again(kept: dict[str, Any], plan: dict[str, Any], actor: Actor) -> Response:
    return _answer(_meeting(kept["meeting"], actor), actor, 201)


def _again(kept: dict[str, Any], *body: dict[str, Any], actor: Actor, **path: int) -> Response:
    return _answer(_meeting(kept["meeting"], actor), actor)


@blueprint.get("/meetings")
@requires(Permission.MEETING_ATTEND)
@blueprint.arguments(MeetingQuery, location="query")
@blueprint.response(200, MeetingPage)
def list_meetings(query: dict[str, Any], actor: Actor) -> Response:
    """The meetings of your compounds, and those where your unit has a task."""
    rows = meetings_for(actor, work().snapshot.tree)
    if query.get("compound") is not None:
        rows = rows.where(Meeting.compound_id == query["compound"])
    if query.get("state") is not None:
        rows = rows.where(Meeting.state == query["state"])
    view = view_of(actor)
    return answer_list(rows, query, "latest", LATEST, lambda found: [_brief(meeting, view) for meeting in found])


@blueprint.post("/meetings")
@requires(Permission.MEETING_HOLD)
@blueprint.arguments(MeetingPlan)
@blueprint.response(201, MeetingView)
@idempotent(_kept, _planned_again)
def plan(plan: dict[str, Any], actor: Actor) -> Response:
    """Plan a meeting; whatever waits for the compound is on its agenda."""
    here = work()
    tree = here.snapshot.tree
    meeting = plan_meeting(here.session, tree, actor, plan["compound_id"], plan["at"], plan["place"], here.now)
    return _answer(meeting, actor, 201)


@blueprint.get("/meetings/<int:meeting_id>")
@requires(Permission.MEETING_ATTEND)
@blueprint.response(200, MeetingView)
def get_meeting(meeting_id: int, actor: Actor) -> Response:
    """One meeting: agenda, heads, minutes and tasks."""
    return _answer(_meeting(meeting_id, actor), actor)


@blueprint.post("/meetings/<int:meeting_id>/hold")
@requires(Permission.MEETING_HOLD)
@blueprint.arguments(MeetingRecord)
@blueprint.response(200, MeetingView)
@idempotent(_kept, _again)
def hold(record: dict[str, Any], meeting_id: int, actor: Actor) -> Response:
    """Record that the meeting was held, with its minutes and what it decided."""
    here, tasks = work(), record["tasks"]
    decisions = [Decision(task["decision"], task["unit_id"], task["due_at"]) for task in tasks]
    given = (record["attendance"], record["minutes"], decisions)
    return _answer(hold_meeting(here.session, here.snapshot.tree, actor, meeting_id, *given, here.now), actor)


@blueprint.post("/meeting-tasks/<int:task_id>/done")
@requires(Permission.MEETING_ATTEND)
@blueprint.response(200, MeetingView)
@idempotent(_kept, _again)
def finish(task_id: int, actor: Actor) -> Response:
    """Say that a task is done; answers with its meeting."""
    here = work()
    return _answer(finish_task(here.session, here.snapshot.tree, actor, task_id, here.now), actor)


@blueprint.get("/meeting-notices")
@requires(Permission.MEETING_ATTEND)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, MeetingNoticePage)
def list_notices(query: dict[str, Any], actor: Actor) -> Response:
    """The tasks of which you were told that they are late."""
    own = select(MeetingNotice, MeetingTask).join(MeetingTask, MeetingTask.id == MeetingNotice.task_id)
    view = view_of(actor)
    rows = own.where(MeetingNotice.person_id == actor.person_id)
    return answer_list(rows, query, "newest", NEWEST, lambda found: [_notice(row[0], row[1], view) for row in found])


def _meeting(meeting_id: int, actor: Actor) -> Meeting:
    here = work()
    return meeting_for(here.session, here.snapshot.tree, actor, meeting_id)


def _answer(meeting: Meeting, actor: Actor, status: int = 200) -> Response:
    here, view = work(), view_of(actor)
    taken = meeting.id if meeting.state == HELD else None
    items = agenda_of(here.session, meeting.compound_id, taken)
    response = jsonify(
        {
            **_brief(meeting, view),
            "agenda": [_item(item, view) for item in items],
            "attendance": meeting.attendance,
            "minutes": meeting.minutes,
            "tasks": [_task(task, view) for task in tasks_of(here.session, meeting.id)],
        }
    )
    response.status_code = status
    if status == 201:
        response.headers["Location"] = f"/api/v1/meetings/{meeting.id}"
    return response


def _brief(meeting: Meeting, view: View) -> dict[str, Any]:
    shown = {name: getattr(meeting, name) for name in ("id", "at", "place", "state", "held_at")}
    return {**shown, "compound": view.unit(meeting.compound_id)}


def _item(item: Any, view: View) -> dict[str, Any]:
    title = view.snapshot.catalogue.get(item.category).title
    return {
        "kind": item.kind,
        "building": view.unit(item.building_id),
        "category": item.category,
        "category_title": view.word(title),
        "cases": item.case_numbers,
        "since": item.created_at,
    }


def _task(task: MeetingTask, view: View) -> dict[str, Any]:
    late = task.done_at is None and task.due_at <= view.now
    shown = {name: getattr(task, name) for name in ("id", "decision", "due_at", "done_at")}
    return {**shown, "unit": view.unit(task.unit_id), "late": late}


def _notice(notice: MeetingNotice, task: MeetingTask, view: View) -> dict[str, Any]:
    kept = {"id": notice.id, "meeting_id": task.meeting_id, "created_at": notice.created_at}
    return {**kept, "task": _task(task, view)}
