"""One aggregate a file. Relationships point from child to parent only; the other way is a query."""

from gridgov.db.models.access import ApiToken, IdempotentAnswer, LoginDelay, WebSession
from gridgov.db.models.cases import Case, CaseContact, CaseEvent
from gridgov.db.models.channels import Address, FanoutMark, Message, PreferenceRow
from gridgov.db.models.clocks import ClockRow
from gridgov.db.models.notices import Delivery, NoticeRow
from gridgov.db.models.org import OrgVersion, Person, PostRow, ServiceRow, UnitRow
from gridgov.db.models.rules import CalendarDay, CatalogueRow, DefinitionRow, HourProfileRow
from gridgov.db.models.runtime import CityTime, Heartbeat
from gridgov.db.models.webhooks import Webhook, WebhookDelivery

__all__ = [
    "Address",
    "ApiToken",
    "CalendarDay",
    "Case",
    "CaseContact",
    "CaseEvent",
    "CatalogueRow",
    "CityTime",
    "ClockRow",
    "DefinitionRow",
    "Delivery",
    "FanoutMark",
    "Heartbeat",
    "HourProfileRow",
    "IdempotentAnswer",
    "LoginDelay",
    "Message",
    "NoticeRow",
    "OrgVersion",
    "Person",
    "PostRow",
    "PreferenceRow",
    "ServiceRow",
    "UnitRow",
    "WebSession",
    "Webhook",
    "WebhookDelivery",
]
