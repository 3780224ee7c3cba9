"""Notices as their readers see them, and the ledger as an auditor sees it: never a name, a note or a contact."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from gridgov.domain.errors import Text
from gridgov.schemas.fields import Flag, Line, Moment, WholeNumber
from gridgov.schemas.paging import Page, PageQuery
from gridgov.schemas.shape import Input, Output

BIGGEST_ID = 2**53
MOST_IDS = 500
STATES = ("delivered", "pending", "sent", "not_sent", "failed")


class NotificationQuery(PageQuery):
    """Own notices."""

    unread = Flag(in_query=True, load_default=False)


class NotificationView(Output):
    """One in-app notice; `sentence` is in the caller's language."""

    id = fields.Integer(required=True)
    case = fields.String(required=True, metadata={"description": "The case's number."})
    seq = fields.Integer(required=True, metadata={"description": "The event of the case that it tells of."})
    action = fields.String(required=True)
    state = fields.String(required=True, metadata={"description": "The state that the event led to."})
    priority = fields.String(required=True)
    rings = fields.Boolean(required=True)
    sentence = fields.String(required=True)
    sentence_zh = fields.String(required=True)
    sentence_en = fields.String(required=True)
    created_at = Moment(required=True)
    read_at = Moment(required=True, allow_none=True)


class NotificationPage(Page):
    """A page of notices, the newest first."""

    items = fields.List(fields.Nested(NotificationView), required=True)


class ReadForm(Input):
    """Which notices have been read: those named, or all up to one."""

    ids = fields.List(WholeNumber(1, BIGGEST_ID), validate=validate.Length(1, MOST_IDS))
    until_id = WholeNumber(1, BIGGEST_ID)

    @validates_schema
    def _one_of_both(self, data: dict[str, Any], **_options: Any) -> None:
        if len(data) != 1:
            raise ValidationError({"ids": [Text("Give either ids or until_id.", "ids 与 until_id 须且只能填一项。")]})


class ReadView(Output):
    """How many notices were unread before."""

    read = fields.Integer(required=True)


class LedgerQuery(PageQuery):
    """The ledger of one case, or of one state."""

    case = Line(40, load_default=None, metadata={"description": "A case's number."})
    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
    person = Line(80, load_default=None, metadata={"description": "A user name."})


class LedgerView(Output):
    """Who was told of what by which way, or why not."""

    id = fields.Integer(required=True)
    case = fields.String(required=True)
    seq = fields.Integer(required=True)
    action = fields.String(required=True)
    person_id = fields.Integer(required=True)
    channel = fields.String(required=True)
    rule = fields.String(required=True)
    rings = fields.Boolean(required=True)
    ring_at = Moment(required=True, allow_none=True)
    state = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True, metadata={"description": "Why it was not sent."})
    state_zh = fields.String(required=True)
    state_en = fields.String(required=True)
    reason_zh = fields.String(required=True, allow_none=True)
    reason_en = fields.String(required=True, allow_none=True)
    created_at = Moment(required=True)
    read_at = Moment(required=True, allow_none=True)


class OutwardView(Output):
    """A message to an address, or a call of a webhook, about one event of the case."""

    seq = fields.Integer(required=True)
    action = fields.String(required=True)
    person_id = fields.Integer(required=True, allow_none=True)
    unit_id = fields.Integer(required=True, allow_none=True)
    channel = fields.String(required=True)
    state = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    state_zh = fields.String(required=True)
    state_en = fields.String(required=True)
    reason_zh = fields.String(required=True, allow_none=True)
    reason_en = fields.String(required=True, allow_none=True)
    attempts = fields.Integer(required=True)
    sent_at = Moment(required=True, allow_none=True)


class LedgerPage(Page):
    """A page of the ledger, the newest first."""

    items = fields.List(fields.Nested(LedgerView), required=True)
    messages = fields.List(
        fields.Nested(OutwardView), metadata={"description": "With `case`, on the first page: what went to addresses."}
    )
    webhooks = fields.List(
        fields.Nested(OutwardView), metadata={"description": "With `case`, on the first page: calls to programs."}
    )
