"""Programs elsewhere that hear of events. Like logins and tokens these answers are never kept for a key: secrets."""

from collections.abc import Sequence
from typing import Any

from flask import Response

from gridgov.db.models import Webhook, WebhookDelivery
from gridgov.db.paging import By, Order
from gridgov.domain.actors import Actor
from gridgov.domain.errors import Invalid, NotFound, Text
from gridgov.domain.rights import Permission
from gridgov.http.access import requires
from gridgov.http.blueprint import Blueprint
from gridgov.http.context import edge, work
from gridgov.http.lists import answer_list
from gridgov.schemas.paging import PageQuery
from gridgov.schemas.webhooks import (
    DeliveryPage,
    DeliveryView,
    NewWebhookView,
    WebhookOrder,
    WebhookPage,
    WebhookQuery,
)
from gridgov.services import webhooks
from gridgov.services.calling import call_identity
from gridgov.services.outbox import DeliveryState
from gridgov.services.telling import WORDS

blueprint = Blueprint("webhooks", __name__, url_prefix="/api/v1/webhooks", description="Calls to other programs")

NEWEST_FIRST = Order((By(Webhook.id, descending=True),))
NEWEST_CALL_FIRST = Order((By(WebhookDelivery.id, descending=True),))
COLUMNS = ("id", "url", "events", "unit_id", "active", "disabled_reason", "created_at")
CALL = ("id", "reason", "attempts", "response_status", "last_error", "created_at", "sent_at")


@blueprint.get("")
@requires(Permission.WEBHOOK_MANAGE)
@blueprint.arguments(WebhookQuery, location="query")
@blueprint.response(200, WebhookPage)
def list_webhooks(query: dict[str, Any], actor: Actor) -> Response:
    """Every webhook, switched-off ones too, without their secrets."""
    return answer_list(webhooks.present_webhooks(), query, "newest", NEWEST_FIRST, _views)


@blueprint.post("")
@requires(Permission.WEBHOOK_MANAGE)
@blueprint.arguments(WebhookOrder)
@blueprint.response(201, NewWebhookView)
def make_webhook(order: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """Make a webhook; its secret is shown in this answer only. A call says number, action, state and time, no more."""
    here, runtime = work(), edge().runtime
    events = tuple(dict.fromkeys(order["events"])) if order["events"] else None
    known = here.snapshot.present_rules(here.session).definition.actions
    unknown = [each for each in events or () if each not in known]
    if unknown:
        raise Invalid({"events": [Text(f"No such action: {', '.join(unknown)}.", f"没有操作：{'、'.join(unknown)}。")]})
    wanted = webhooks.Order(order["url"], events, order["unit_id"])
    allow, person = runtime.settings.egress_allow, _person(actor)
    made = webhooks.create_webhook(
        here.session, runtime.sealer, wanted, here.snapshot.tree, allow, person, here.now
    )  # fmt: skip
    return {**_view(made.row), "secret": made.secret}


@blueprint.post("/<int:webhook_id>/test")
@requires(Permission.WEBHOOK_MANAGE)
@blueprint.response(202, DeliveryView)
def test_webhook(webhook_id: int, actor: Actor) -> dict[str, Any]:
    """Have it called with a test; its deliveries tell what came of that in a moment."""
    here = work()
    return _call(webhooks.order_test(here.session, webhook_id, here.now), None, None)


@blueprint.get("/<int:webhook_id>/deliveries")
@requires(Permission.WEBHOOK_MANAGE)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, DeliveryPage)
def list_deliveries(query: dict[str, Any], webhook_id: int, actor: Actor) -> Response:
    """The calls of a webhook, the newest first, also those that failed."""
    webhooks.webhook_for(work().session, webhook_id)
    return answer_list(webhooks.deliveries_of(webhook_id), query, "newest", NEWEST_CALL_FIRST, _calls)


@blueprint.delete("/<int:webhook_id>")
@requires(Permission.WEBHOOK_MANAGE)
@blueprint.response(204)
def drop_webhook(webhook_id: int, actor: Actor) -> str:
    """Call it no more."""
    here = work()
    webhooks.delete_webhook(here.session, webhook_id, here.now)
    return ""


def _person(actor: Actor) -> int:
    if actor.person_id is None:
        raise NotFound("Webhooks are made by people.", "网络回调只能由人员创建。")
    return actor.person_id


def _view(row: Webhook) -> dict[str, Any]:
    return {name: getattr(row, name) for name in COLUMNS}


def _views(rows: Sequence[Any]) -> list[dict[str, Any]]:
    return [_view(row) for row in rows]


def _calls(rows: Sequence[Any]) -> list[dict[str, Any]]:
    return [_call(row[0], row[1], row[2]) for row in rows]


def _call(row: WebhookDelivery, number: str | None, action: str | None) -> dict[str, Any]:
    waits = row.state == DeliveryState.PENDING
    return {
        **{name: getattr(row, name) for name in CALL},
        "webhook_id": call_identity(edge().runtime.settings.city, row.id),
        "case": number,
        "seq": row.event_seq,
        "action": action,
        "state": WORDS[DeliveryState(row.state)],
        "next_at": row.next_at if waits else None,
    }
