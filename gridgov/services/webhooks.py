"""Webhooks: made, listed, tested, ended; what a call says. Calling: calling.py. Secrets are sealed and shown once."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from gridgov.adapters.egress import EgressRefused, check_url
from gridgov.adapters.sealing import Sealer
from gridgov.adapters.signing import new_webhook_secret
from gridgov.db.models import Case, CaseEvent, Webhook, WebhookDelivery
from gridgov.domain.errors import BoundReached, Conflict, Invalid, NotFound, Text
from gridgov.domain.org import Tree
from gridgov.services.outbox import DeliveryState

MOST = 50
GONE, DELETED = "gone", "deleted"


@dataclass(frozen=True, slots=True)
class Order:
    """A webhook as somebody asks for it; without `events` it hears of every action, without `unit_id` of every case."""

    url: str
    events: tuple[str, ...] | None
    unit_id: int | None


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """A webhook that was just made, with the secret that is never shown again."""

    row: Webhook
    secret: str


def present_webhooks() -> Select[Webhook]:
    """Every webhook that was not deleted."""
    return select(Webhook).where(Webhook.deleted_at.is_(None))


def create_webhook(
    session: Session, sealer: Sealer, order: Order, tree: Tree, allow: tuple[str, ...], made_by: int, now: datetime
) -> NewWebhook:
    """A webhook that hears of what happens from now on.

    Raises Invalid for an address that may not be called or a unit that is not there, BoundReached beyond fifty.
    The name behind the address is looked up when it is called, never here.
    """
    try:
        check_url(order.url, allow)
    except EgressRefused as refusal:
        raise Invalid({"url": [Text(str(refusal), f"不允许该地址：{refusal}")]}) from None
    if order.unit_id is not None and order.unit_id not in tree.units:
        raise Invalid({"unit_id": [Text("There is no such unit.", "没有这个单位。")]})
    if len(session.scalars(present_webhooks()).all()) >= MOST:
        raise BoundReached(f"There are {MOST} webhooks already.", f"网络回调最多 {MOST} 个。")
    secret = new_webhook_secret()
    row = Webhook(
        url=order.url,
        sealed_secret=sealer.seal({"secret": secret}),
        events=list(order.events) if order.events else None,
        unit_id=order.unit_id,
        created_by=made_by,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return NewWebhook(row, secret)


def webhook_for(session: Session, webhook_id: int) -> Webhook:
    """The webhook. Raises NotFound for one that is not there any more."""
    row = session.get(Webhook, webhook_id)
    if row is None or row.deleted_at is not None:
        raise NotFound("There is no such webhook.", "没有这个网络回调。")
    return row


def order_test(session: Session, webhook_id: int, now: datetime) -> WebhookDelivery:
    """A call that only says that it is a test; it goes out as every call does. Raises Conflict when switched off."""
    if not webhook_for(session, webhook_id).active:
        raise Conflict("This webhook is switched off.", "该网络回调已停用。")
    row = WebhookDelivery(webhook_id=webhook_id, next_at=now, created_at=now)
    session.add(row)
    session.flush()
    return row


def deliveries_of(webhook_id: int) -> Select[WebhookDelivery, str, str]:
    """The calls of a webhook with number and action of their event. To be paged by id, newest first."""
    return (
        select(WebhookDelivery, Case.number, CaseEvent.action)
        .outerjoin(Case, Case.id == WebhookDelivery.case_id)
        .outerjoin(
            CaseEvent, (CaseEvent.case_id == WebhookDelivery.case_id) & (CaseEvent.seq == WebhookDelivery.event_seq)
        )
        .where(WebhookDelivery.webhook_id == webhook_id)
    )


def delete_webhook(session: Session, webhook_id: int, now: datetime) -> None:
    """End it at once; its calls stay to be looked at. Raises NotFound."""
    webhook_for(session, webhook_id).deleted_at = now
    switch_off(session, webhook_id, DELETED)


def switch_off(session: Session, webhook_id: int, reason: str) -> None:
    """Call it no more; what waits is withdrawn."""
    session.execute(update(Webhook).where(Webhook.id == webhook_id).values(active=False, disabled_reason=reason))
    waiting = update(WebhookDelivery).where(
        WebhookDelivery.webhook_id == webhook_id, WebhookDelivery.state == DeliveryState.PENDING
    )
    session.execute(waiting.values(state=DeliveryState.WITHDRAWN, reason="webhook_off"))
    session.flush()


def body_of(case: Case | None, event: CaseEvent | None, public_url: str, now: datetime) -> str:
    """What a call says, as JSON: number, action, state and time of the event, links; nothing of any person."""
    if case is None or event is None:
        return _json({"type": "test", "timestamp": now.isoformat(), "data": {}})
    data = {
        "number": case.number,
        "seq": event.seq,
        "action": event.action,
        "state": event.target,
        "at": event.at.isoformat(),
        "links": {"case": f"{public_url}/cases/{case.number}", "api": f"{public_url}/api/v1/cases/{case.number}"},
    }
    return _json({"type": f"case.{event.action}", "timestamp": event.at.isoformat(), "data": data})


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
