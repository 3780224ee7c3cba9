"""How a reporter can be reached: masked, one field in clear for a reason, and the log of who asked."""

from marshmallow import fields, validate

from gridgov.domain.contact_rights import FIELDS
from gridgov.schemas.fields import Moment, Prose
from gridgov.schemas.paging import Page, PageQuery
from gridgov.schemas.shape import Input, Output


class ContactView(Output):
    """What may be known without asking."""

    phone = fields.String(required=True, allow_none=True, metadata={"description": "Masked, such as 138****1234."})
    has_name = fields.Boolean(required=True)
    has_email = fields.Boolean(required=True)
    wants_updates = fields.Boolean(required=True)


class RevealInput(Input):
    """Which field, and why: both are kept, with who asked and when."""

    field = fields.String(required=True, validate=validate.OneOf(FIELDS))
    reason = Prose(400, required=True)


class RevealView(Output):
    """One field in clear."""

    field = fields.String(required=True)
    value = fields.String(required=True)


class RevealQuery(PageQuery):
    """The log, the newest first."""


class RevealLine(Output):
    """Somebody saw a field. What it said is not here."""

    id = fields.Integer(required=True)
    case = fields.String(required=True)
    person_id = fields.Integer(required=True)
    username = fields.String(required=True)
    field = fields.String(required=True)
    reason = fields.String(required=True)
    at = Moment(required=True)


class RevealPage(Page):
    """A page of the log."""

    items = fields.List(fields.Nested(RevealLine), required=True)
