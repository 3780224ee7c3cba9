"""The codes on the walls, as those who look after them see them."""

from marshmallow import fields

from gridgov.schemas.case_inputs import unit_id
from gridgov.schemas.fields import Flag, Line, Moment
from gridgov.schemas.paging import Page, PageQuery
from gridgov.schemas.shape import Input, Output
from gridgov.schemas.unit_refs import UnitRef


class QrCodeQuery(PageQuery):
    """The codes of a unit and of the places in it, or all that the caller looks after."""

    unit = Line(200, metadata={"description": "A unit's id or code."})
    in_use = Flag(in_query=True, metadata={"description": "Only those that hang (true) or only those revoked (false)."})


class QrCodeOrder(Input):
    """A code to make."""

    unit_id = unit_id(required=True, metadata={"description": "A building or a compound."})


class NoBody(Input):
    """Nothing has to be said."""


class QrCodeView(Output):
    """One code; `url` is what it says to a camera, `replaced_by` the code that a rotation put in its place."""

    code = fields.String(required=True)
    unit = fields.Nested(UnitRef, required=True)
    url = fields.String(required=True)
    created_at = Moment(required=True)
    revoked_at = Moment(required=True, allow_none=True)
    replaced_by = fields.String(required=True, allow_none=True)


class QrCodePage(Page):
    """A page of codes, in their own order."""

    items = fields.List(fields.Nested(QrCodeView), required=True)
