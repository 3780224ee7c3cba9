"""One aggregate a file. Relationships point from child to parent only; the other way is a query."""

from gridgov.db.models.access import ApiToken, IdempotentAnswer, LoginDelay, WebSession
from gridgov.db.models.cases import Case, CaseContact, CaseEvent
from gridgov.db.models.channels import Address, FanoutMark, Message, PreferenceRow
from gridgov.db.models.clocks import ClockRow
from gridgov.db.models.duty import DutyShift
from gridgov.db.models.files import Upload
from gridgov.db.models.jobs import Job, JobError
from gridgov.db.models.meetings import AgendaItem, Meeting, MeetingNotice, MeetingTask
from gridgov.db.models.moves import UnitMove, UnitSuccessor
from gridgov.db.models.notices import Delivery, NoticeRow
from gridgov.db.models.org import OrgVersion, Person, PostRow, ServiceRow, UnitRow
from gridgov.db.models.rechecks import Recheck
from gridgov.db.models.requests import RequestRow
from gridgov.db.models.residents import ContactReveal, QrCode, TrackingCode
from gridgov.db.models.rules import CalendarDay, CatalogueRow, DefinitionRow, HourProfileRow, RuleChange
from gridgov.db.models.runtime import CityTime, Heartbeat
from gridgov.db.models.webhooks import Webhook, WebhookDelivery
from gridgov.db.models.whistles import WhistleRow

__all__ = [
    "Address",
    "AgendaItem",
    "ApiToken",
    "CalendarDay",
    "Case",
    "CaseContact",
    "CaseEvent",
    "CatalogueRow",
    "CityTime",
    "ClockRow",
    "ContactReveal",
    "DefinitionRow",
    "Delivery",
    "DutyShift",
    "FanoutMark",
    "Heartbeat",
    "HourProfileRow",
    "IdempotentAnswer",
    "Job",
    "JobError",
    "LoginDelay",
    "Meeting",
    "MeetingNotice",
    "MeetingTask",
    "Message",
    "NoticeRow",
    "OrgVersion",
    "Person",
    "PostRow",
    "PreferenceRow",
    "QrCode",
    "Recheck",
    "RequestRow",
    "RuleChange",
    "ServiceRow",
    "TrackingCode",
    "UnitMove",
    "UnitRow",
    "UnitSuccessor",
    "Upload",
    "WebSession",
    "Webhook",
    "WebhookDelivery",
    "WhistleRow",
]
