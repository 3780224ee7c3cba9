"""Webhooks: what is asked for, what is shown, and the calls that were made. The secret appears in one answer only."""

from marshmallow import fields, validate

from gridgov.schemas.fields import Line, Moment, WholeNumber
from gridgov.schemas.paging import Page, PageQuery
from gridgov.schemas.shape import Input, Output

BIGGEST_ID = 2**53
MOST_EVENTS = 60


class WebhookOrder(Input):
    """A webhook to make; without `events` it hears of every action, without `unit_id` of every case."""

    url = Line(2000, required=True, metadata={"description": "https on port 443 of a public host."})
    events = fields.List(Line(24), load_default=None, allow_none=True, validate=validate.Length(1, MOST_EVENTS),
                         metadata={"description": "Actions, such as report and close."})  # fmt: skip
    unit_id = WholeNumber(1, BIGGEST_ID, load_default=None, allow_none=True)


class WebhookView(Output):
    """A webhook without its secret."""

    id = fields.Integer(required=True)
    url = fields.String(required=True)
    events = fields.List(fields.String(), required=True, allow_none=True)
    unit_id = fields.Integer(required=True, allow_none=True)
    active = fields.Boolean(required=True)
    disabled_reason = fields.String(required=True, allow_none=True)
    created_at = Moment(required=True)


class NewWebhookView(WebhookView):
    """A webhook that was just made: the only answer that shows its secret."""

    secret = fields.String(required=True, metadata={"description": "whsec_…, for a Standard Webhooks library."})


class WebhookPage(Page):
    """A page of webhooks, the newest first."""

    items = fields.List(fields.Nested(WebhookView), required=True)


class DeliveryView(Output):
    """One call: tried until the receiver answers 2xx, for a day at most."""

    id = fields.Integer(required=True)
    webhook_id = fields.String(required=True, metadata={"description": "The header webhook-id, the same at every try."})
    case = fields.String(required=True, allow_none=True, metadata={"description": "Null: a test."})
    seq = fields.Integer(required=True, allow_none=True)
    action = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, metadata={"description": "pending, sent, not_sent or failed."})
    reason = fields.String(required=True, allow_none=True)
    attempts = fields.Integer(required=True)
    next_at = Moment(required=True, allow_none=True)
    response_status = fields.Integer(required=True, allow_none=True)
    last_error = fields.String(required=True, allow_none=True)
    created_at = Moment(required=True)
    sent_at = Moment(required=True, allow_none=True)


class DeliveryPage(Page):
    """A page of calls, the newest first."""

    items = fields.List(fields.Nested(DeliveryView), required=True)


class WebhookQuery(PageQuery):
    """Every webhook that was not deleted."""
