"""Units as a caller sees them: place in the tree, who serves them, which posts there are."""

from marshmallow import fields, validate

from gridgov.domain.org import UnitKind
from gridgov.schemas.fields import Line, WholeNumber
from gridgov.schemas.paging import Page, PageQuery
from gridgov.schemas.people import PostUnit
from gridgov.schemas.shape import Input, Output

BIGGEST_ID = 2**53
BOUNDARY = "boundary"


class UnitFields(Input):
    """What to add to a unit."""

    fields_ = fields.String(data_key="fields", load_default=None, validate=validate.OneOf([BOUNDARY]))


class UnitQuery(PageQuery, UnitFields):
    """Which units: all that are given have to hold."""

    parent = WholeNumber(1, BIGGEST_ID, in_query=True, load_default=None, metadata={"description": "A unit's id."})
    kind = fields.String(load_default=None, validate=validate.OneOf([kind.value for kind in UnitKind]))
    q = Line(60, load_default=None, metadata={"description": "Part of a code or of a name, Chinese or English."})


class PostCount(Output):
    """How many hold a role here; names are shown for one unit, and of staff only."""

    role = fields.String(required=True)
    count = fields.Integer(required=True)
    names = fields.List(fields.String())


class UnitView(PostUnit):
    """A unit: `name` is in the caller's language, `path` leads from the city to it."""

    parent_id = fields.Integer(required=True, allow_none=True)
    grid_id = fields.Integer(required=True, allow_none=True, metadata={"description": "The grid of a building."})
    trade = fields.String(required=True, allow_none=True)
    public_area = fields.Boolean(required=True)
    path = fields.List(fields.Nested(PostUnit), required=True)
    served_by = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.Nested(PostUnit)),
        required=True,
        metadata={"description": "Kind of organisation (branch, committee, property …) to those that serve the unit."},
    )
    posts = fields.List(fields.Nested(PostCount), required=True)
    boundary = fields.List(
        fields.List(fields.Float()),
        allow_none=True,
        metadata={"description": "With fields=boundary: a closed ring of [lon, lat], WGS-84."},
    )
    point = fields.List(fields.Float(), allow_none=True, metadata={"description": "With fields=boundary: [lon, lat]."})


class UnitPage(Page):
    """A page of units, by code."""

    items = fields.List(fields.Nested(UnitView), required=True)
