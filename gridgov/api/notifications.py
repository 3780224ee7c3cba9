"""What the caller was told, and for auditors who was told what, and why not."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from flask import Response, request
from sqlalchemy import select

from gridgov.db.models import Case, NoticeRow
from gridgov.db.queries.cases import visible
from gridgov.db.queries.notices import NEWEST_FIRST, ledger, with_events
from gridgov.domain.actors import Actor
from gridgov.domain.errors import NotFound, Text
from gridgov.domain.reasons import STATES, said_of
from gridgov.domain.rights import Permission
from gridgov.http.access import requires
from gridgov.http.blueprint import Blueprint
from gridgov.http.context import work
from gridgov.http.idempotency import idempotent
from gridgov.http.language import preferred, said
from gridgov.http.lists import answer_list
from gridgov.schemas.notifications import (
    LedgerPage,
    LedgerQuery,
    NotificationPage,
    NotificationQuery,
    OutwardView,
    ReadForm,
    ReadView,
)
from gridgov.services.notifications import mark_read, notices_of
from gridgov.services.telling import Line, calls_of, messages_of
from gridgov.services.wording import action_title, state_title

blueprint = Blueprint("notifications", __name__, url_prefix="/api/v1", description="Who was told what")

OWN = ("id", "rings", "created_at", "read_at")
OUTWARD = OutwardView()
LEDGER = (*OWN, "person_id", "channel", "rule", "ring_at", "state", "reason")


@blueprint.get("/notifications")
@requires(Permission.NOTICE_READ)
@blueprint.arguments(NotificationQuery, location="query")
@blueprint.response(200, NotificationPage)
def list_notifications(query: dict[str, Any], actor: Actor) -> Response:
    """The caller's own notices, the newest first; a case that one may no longer see is named by its number only."""
    rows = with_events(notices_of(_person(actor), query["unread"]))
    return answer_list(rows, query, "newest", NEWEST_FIRST, _told)


@blueprint.post("/notifications/read")
@requires(Permission.NOTICE_READ)
@blueprint.arguments(ReadForm)
@blueprint.response(200, ReadView)
@idempotent(lambda answer: answer, lambda kept, _form, actor: kept)
def read_notifications(form: dict[str, Any], actor: Actor) -> dict[str, int]:
    """Mark notices as read: `ids`, or all up to `until_id`. Those of others are left alone."""
    here, person = work(), _person(actor)
    ids = form.get("ids")
    if ids is None:
        unread = notices_of(person, unread_only=True).with_only_columns(NoticeRow.id)
        ids = here.session.execute(unread.where(NoticeRow.id <= form["until_id"])).scalars().all()
    return {"read": mark_read(here.session, person, ids, here.now)}


@blueprint.get("/notices")
@requires(Permission.NOTICE_AUDIT)
@blueprint.arguments(LedgerQuery, location="query")
@blueprint.response(200, LedgerPage)
def list_notices(query: dict[str, Any], actor: Actor) -> Response:
    """The ledger for auditors: every notice of the cases they see, also those not sent, with the reason."""
    rows = ledger(query["case"], query["state"], query["person"]).where(visible(actor, work().snapshot.tree))
    return answer_list(rows, query, "newest", NEWEST_FIRST, _listed, **_outward(query, actor))


def _outward(query: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """What went to addresses and webhooks, for the first page of one case; nothing where more is left out."""
    narrowed = query["state"] is not None or query["person"] is not None or query["cursor"] is not None
    if query["case"] is None or narrowed:
        return {}
    here = work()
    mine = select(Case.id).where(Case.number == query["case"], visible(actor, here.snapshot.tree))
    case_id = here.session.execute(mine).scalar()
    if case_id is None:
        return {}
    lines = {"messages": messages_of(here.session, case_id), "webhooks": calls_of(here.session, case_id)}
    return {name: [OUTWARD.dump(_line(line)) for line in found] for name, found in lines.items()}


def _line(line: Line) -> dict[str, Any]:
    return {**asdict(line), **_in_words(line.state, line.reason)}


def _in_words(state: str, reason: str | None) -> dict[str, str | None]:
    said, why = STATES[state], said_of(reason)
    spoken = {"state_en": str(said), "state_zh": said.zh}
    return {**spoken, "reason_en": str(why) if why else None, "reason_zh": why.zh if why else None}


def _person(actor: Actor) -> int:
    if actor.person_id is None:
        raise NotFound("Notices belong to people.", "通知只属于个人。")
    return actor.person_id


def _told(rows: Sequence[Any]) -> list[dict[str, Any]]:
    return [_notification(*row[:7]) for row in rows]


def _notification(
    notice: NoticeRow, number: str, name: str, version: int, priority: str, action: str, target: str
) -> dict[str, Any]:
    sentence = _sentence(number, name, version, action, target)
    own = {each: getattr(notice, each) for each in OWN}
    spoken = {"sentence": said(sentence, preferred(request)), "sentence_zh": sentence.zh, "sentence_en": str(sentence)}
    return {
        **own,
        "case": number,
        "seq": notice.event_seq,
        "action": action,
        "state": target,
        "priority": priority,
    } | spoken


def _sentence(number: str, name: str, version: int, action: str, target: str) -> Text:
    """What happened, in the words of the definition that the case is pinned to; nothing that a person wrote."""
    here, pinned = work(), (name, version)
    done = action_title(here.session, here.snapshot, pinned, action)
    state = state_title(here.session, here.snapshot, pinned, target)
    return Text(f"Case {number}: {done}. Now: {state}.", f"案件 {number}：{done.zh}，当前状态：{state.zh}。")


def _listed(rows: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {
            **{each: getattr(row[0], each) for each in LEDGER},
            **_in_words(row[0].state, row[0].reason),
            "case": row[1],
            "seq": row[0].event_seq,
            "action": row[5],
        }
        for row in rows
    ]
