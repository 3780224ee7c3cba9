"""Why somebody was told of a case, or was not: notices, messages to addresses and calls, in one list."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridgov.db.models import (
    Address,
    CaseEvent,
    Message,
    NoticeRow,
    Person,
    UnitRow,
    Webhook,
    WebhookDelivery,
)
from gridgov.services.outbox import DeliveryState

WORDS: Mapping[DeliveryState, str] = {
    DeliveryState.PENDING: "pending",
    DeliveryState.SENT: "sent",
    DeliveryState.WITHDRAWN: "not_sent",
    DeliveryState.FAILED: "failed",
    DeliveryState.COLLECTED: "collected",
}
"""The states of an outgoing row by the names that the ledger uses."""


@dataclass(frozen=True, slots=True)
class Line:
    """One way by which one event was to be told: `who` is a user name, a unit's code, or the host of a webhook."""

    seq: int
    action: str
    at: datetime
    who: str
    person_id: int | None
    unit_id: int | None
    channel: str
    state: str
    reason: str | None
    attempts: int
    sent_at: datetime | None


def told_of(session: Session, case_id: int, username: str | None = None) -> list[Line]:
    """Every line of the case in the order of its events; with `username` those of that person only."""
    lines = [*_notices(session, case_id), *messages_of(session, case_id), *calls_of(session, case_id)]
    kept = [line for line in lines if username is None or (line.person_id is not None and line.who == username)]
    return sorted(kept, key=lambda line: (line.seq, line.who, line.channel))


def _notices(session: Session, case_id: int) -> Iterator[Line]:
    query = (
        select(NoticeRow, CaseEvent.action, CaseEvent.at, Person.username)
        .join(CaseEvent, (CaseEvent.case_id == NoticeRow.case_id) & (CaseEvent.seq == NoticeRow.event_seq))
        .join(Person, Person.id == NoticeRow.person_id)
        .where(NoticeRow.case_id == case_id)
    )
    for row, action, at, username in session.execute(query):
        person, state = row.person_id, (row.state, row.reason)
        yield Line(row.event_seq, action, at, username, person, None, row.channel, *state, 0, None)


def messages_of(session: Session, case_id: int) -> Iterator[Line]:
    """What was sent, or is to be sent, to addresses of people and of units."""
    query = (
        select(Message, CaseEvent.action, CaseEvent.at, Person.username, UnitRow.code, Address.unit_id)
        .join(CaseEvent, (CaseEvent.case_id == Message.case_id) & (CaseEvent.seq == Message.event_seq))
        .join(Address, Address.id == Message.address_id)
        .outerjoin(Person, Person.id == Address.person_id)
        .outerjoin(UnitRow, UnitRow.id == Address.unit_id)
        .where(Message.case_id == case_id)
        .order_by(Message.id)
    )
    for row, action, at, username, code, unit_id in session.execute(query):
        yield Line(
            row.event_seq or 0, action, at, username or code or "", row.person_id, unit_id,
            row.lane, WORDS[DeliveryState(row.state)], row.reason, row.attempts, row.sent_at,
        )  # fmt: skip


def calls_of(session: Session, case_id: int) -> Iterator[Line]:
    """The calls of webhooks."""
    query = (
        select(WebhookDelivery, CaseEvent.action, CaseEvent.at, Webhook.url)
        .join(CaseEvent, (CaseEvent.case_id == WebhookDelivery.case_id) & (CaseEvent.seq == WebhookDelivery.event_seq))
        .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
        .where(WebhookDelivery.case_id == case_id)
        .order_by(WebhookDelivery.id)
    )
    for row, action, at, url in session.execute(query):
        yield Line(
            row.event_seq or 0, action, at, urlsplit(url).hostname or "", None, None,
            "webhook", WORDS[DeliveryState(row.state)], row.reason, row.attempts, row.sent_at,
        )  # fmt: skip
