"""Addresses for messages: what is given once is never shown again, save its label."""

from marshmallow import fields, validate

from gridgov.adapters.channels import KINDS
from gridgov.schemas.fields import Line, Moment, WholeNumber
from gridgov.schemas.paging import Page, PageQuery
from gridgov.schemas.shape import Input, Output

BIGGEST_ID = 2**53


class AddressOrder(Input):
    """An address of one's own, or with `unit_id` of a unit (its group's robot, told once per event)."""

    kind = fields.String(required=True, validate=validate.OneOf(["email", "apprise"]))
    url = Line(500, required=True, metadata={"description": f"An e-mail address, or a URL of {', '.join(KINDS)}."})
    label = Line(80, required=True)
    unit_id = WholeNumber(1, BIGGEST_ID, load_default=None, allow_none=True)


class AddressView(Output):
    """An address without its URL, which is a secret."""

    id = fields.Integer(required=True)
    kind = fields.String(required=True)
    lane = fields.String(required=True, metadata={"description": "The service behind it."})
    label = fields.String(required=True)
    unit_id = fields.Integer(required=True, allow_none=True)
    created_at = Moment(required=True)
    verified_at = Moment(required=True, allow_none=True, metadata={"description": "Null: only its code goes there."})
    disabled_at = Moment(required=True, allow_none=True)
    disabled_reason = fields.String(required=True, allow_none=True)
    wrong_codes = fields.Integer(required=True)


class AddressPage(Page):
    """A page of addresses, the newest first."""

    items = fields.List(fields.Nested(AddressView), required=True)


class AddressQuery(PageQuery):
    """Own addresses and those of the units that one acts for; for an administrator those of all units."""


class CodeForm(Input):
    """The code that went to the address."""

    code = Line(20, required=True)
