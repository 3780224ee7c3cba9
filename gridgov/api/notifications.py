"""What the caller was told, and for auditors who was told what, and why not."""

from collections.abc import Sequence
from typing import Any

from flask import Response, request

from gridgov.db.models import NoticeRow
from gridgov.db.queries.cases import visible
from gridgov.db.queries.notices import NEWEST_FIRST, ledger, with_events
from gridgov.domain.actors import Actor
from gridgov.domain.errors import NotFound, Text
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
    ReadForm,
    ReadView,
)
from gridgov.services.notifications import mark_read, notices_of
from gridgov.services.wording import action_title, state_title

blueprint = Blueprint("notifications", __name__, url_prefix="/api/v1", description="Who was told what")

OWN = ("id", "rings", "created_at", "read_at")
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
    rows = ledger(query["case"], query["state"]).where(visible(actor, work().snapshot.tree))
    return answer_list(rows, query, "newest", NEWEST_FIRST, _listed)


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
            "case": row[1],
            "seq": row[0].event_seq,
            "action": row[5],
        }
        for row in rows
    ]
