"""Second looks at closed cases: what is shown, and the verdict."""

from marshmallow import fields, validate

from gridgov.domain.rechecks import Verdict
from gridgov.schemas.case_views import AttachmentView, PlaceView
from gridgov.schemas.fields import Flag, Moment, Prose
from gridgov.schemas.paging import Page, PageQuery
from gridgov.schemas.shape import Input, Output
from gridgov.schemas.unit_refs import UnitRef


class RecheckQuery(PageQuery):
    """With `open=true` only those without a verdict."""

    open = Flag(in_query=True, load_default=False)


class VerdictInput(Input):
    """What the second look found; not_ok and unclear need a note."""

    verdict = fields.String(required=True, validate=validate.OneOf([each.value for each in Verdict]))
    note = Prose(2_000)


class RecheckView(Output):
    """A second look: as much of the case as it takes to go there and look. Photos open until the verdict."""

    id = fields.Integer()
    unit = fields.Nested(UnitRef, allow_none=True)
    picked_at = Moment()
    due_at = Moment()
    done_at = Moment(allow_none=True)
    verdict = fields.String(allow_none=True)
    note = fields.String(allow_none=True)
    case = fields.String()
    category = fields.String()
    category_title = fields.String()
    closing = fields.String(metadata={"description": "What has to be true for a case of this category to be closed."})
    title = fields.String()
    description = fields.String()
    done = fields.String(allow_none=True, metadata={"description": "What the handler wrote about the work."})
    place = fields.Nested(PlaceView)
    closed_at = Moment(allow_none=True)
    attachments = fields.List(fields.Nested(AttachmentView))


class RecheckPage(Page):
    """A page of second looks, the newest first."""

    items = fields.List(fields.Nested(RecheckView), required=True)
