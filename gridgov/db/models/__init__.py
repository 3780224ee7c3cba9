"""One aggregate a file. Relationships point from child to parent only; the other way is a query."""

from gridgov.db.models.access import ApiToken, IdempotentAnswer, LoginDelay, WebSession
from gridgov.db.models.cases import Case, CaseContact, CaseEvent
from gridgov.db.models.clocks import ClockRow
from gridgov.db.models.notices import Delivery, NoticeRow
from gridgov.db.models.org import OrgVersion, Person, PostRow, ServiceRow, UnitRow
from gridgov.db.models.rules import CalendarDay, CatalogueRow, DefinitionRow, HourProfileRow
from gridgov.db.models.runtime import CityTime, Heartbeat
from gridgov.db.models.whistles import WhistleRow

__all__ = [
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
    "Heartbeat",
    "HourProfileRow",
    "IdempotentAnswer",
    "LoginDelay",
    "NoticeRow",
    "OrgVersion",
    "Person",
    "PostRow",
    "ServiceRow",
    "UnitRow",
    "WebSession",
    "WhistleRow",
]
