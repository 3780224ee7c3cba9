"""One call of a webhook's lane: claimed, signed, made outside any transaction, noted. What it says: webhooks.py."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from gridgov.adapters.egress import EgressError, post
from gridgov.adapters.signing import signed_headers
from gridgov.db.models import Case, CaseEvent, Webhook, WebhookDelivery
from gridgov.db.session import city_now
from gridgov.services import leases
from gridgov.services.lanes import PostRoom, Turn
from gridgov.services.leases import Hold
from gridgov.services.outbox import DeliveryState
from gridgov.services.webhooks import GONE, body_of, switch_off

GONE_STATUS = 410

log = logging.getLogger("gridgov.calling")


@dataclass(frozen=True, slots=True)
class Call:
    """What is about to be sent, where, and the secret that signs it. It is never logged."""

    webhook_id: int
    url: str
    secret: str
    identity: str
    body: str


def webhook_turn(webhook_id: int) -> Turn:
    """What makes one call of that webhook."""

    def turn(room: PostRoom) -> bool:
        with room.transaction() as session:
            ours = WebhookDelivery.webhook_id == webhook_id
            hold = leases.take(session, WebhookDelivery, city_now(session), ours)
        if hold is None:
            return False
        with room.transaction() as session:
            call = _prepared(session, room, hold)
        return call is None or _make(room, hold, call)

    return turn


def _prepared(session: Session, room: PostRoom, hold: Hold) -> Call | None:
    """The call as it is to be made; None when it is settled that it is not."""
    if hold.spent:
        leases.give_up(session, hold, "The last try was not finished.")
        return None
    row = session.get_one(WebhookDelivery, hold.id)
    webhook = session.get_one(Webhook, row.webhook_id)
    if not webhook.active:
        leases.end(session, hold, state=DeliveryState.WITHDRAWN, reason="webhook_off")
        return None
    case = session.get_one(Case, row.case_id) if row.case_id is not None else None
    event = session.get_one(CaseEvent, {"case_id": row.case_id, "seq": row.event_seq}) if case is not None else None
    body = body_of(case, event, room.public_url, row.created_at)
    secret = room.sealer.open(webhook.sealed_secret)["secret"]
    return Call(webhook.id, webhook.url, secret, call_identity(room.city, row.id), body)


def call_identity(city: str, delivery_id: int) -> str:
    """The webhook-id: the same at every try of a delivery, and no counter that tells how busy the city is."""
    return f"msg_{sha256(f'{city}:webhook:{delivery_id}'.encode()).hexdigest()[:32]}"


def _make(room: PostRoom, hold: Hold, call: Call) -> bool:
    """Whether to go on: not where nobody answers, for each further call would only lose a try."""
    # Outside every transaction. A receiver compares the time with its own clock: real time, not the city's.
    at = datetime.now(UTC)
    headers = {"Content-Type": "application/json", **signed_headers(call.secret, call.identity, at, call.body)}
    try:
        status = post(call.url, call.body.encode(), headers, room.allow).status
    except EgressError as error:
        log.warning("webhook %s, delivery %s, try %s: %s", call.webhook_id, hold.id, hold.attempt, error)
        with room.transaction() as session:
            leases.put_off(session, hold, str(error), city_now(session))
        return False
    with room.transaction() as session:
        _note(session, hold, call, status, city_now(session))
    return 200 <= status < 300


def _note(session: Session, hold: Hold, call: Call, status: int, now: datetime) -> None:
    """2xx: done. 410: called no more. Everything else, a redirect too, is tried again."""
    if 200 <= status < 300:
        sent = {"state": DeliveryState.SENT, "sent_at": now, "last_error": None, "response_status": status}
        leases.end(session, hold, **sent)
    elif status == GONE_STATUS:
        if leases.give_up(session, hold, "The receiver is gone for good.", GONE, response_status=status):
            switch_off(session, call.webhook_id, GONE)
    elif 300 <= status < 400:
        leases.put_off(session, hold, "A redirect is not followed.", now, response_status=status)
    else:
        leases.put_off(session, hold, f"The receiver answered {status}.", now, response_status=status)
