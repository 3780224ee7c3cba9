"""A category of the catalogue as a client sees it: both languages, limits with their sources."""

from marshmallow import fields

from gridgov.schemas.shape import Input, Output


class CategoryQuery(Input):
    """The catalogue is one short list: it is not paged."""


class Both(Output):
    """A text in both languages."""

    zh = fields.String(required=True)
    en = fields.String(required=True)


class LimitView(Output):
    """How long something may take: `limit` as definitions write it (u, nd, w, wd), and in words."""

    limit = fields.String(required=True)
    text = fields.Nested(Both, required=True)
    source = fields.String(required=True, metadata={"description": "Where the number is from."})


class CategoryView(Output):
    """What can be reported, who handles it by default, by when, and what closes it."""

    code = fields.String(required=True)
    kind = fields.String(required=True, metadata={"description": "E incident, P component"})
    name = fields.String(required=True, metadata={"description": "In the caller's language."})
    title = fields.Nested(Both, required=True)
    group = fields.Nested(Both, required=True)
    group_code = fields.String(required=True)
    priority = fields.String(required=True)
    handlers = fields.List(fields.String(), required=True, metadata={"description": "The default first."})
    told = fields.List(fields.String(), required=True)
    limits = fields.Dict(
        keys=fields.String(),
        values=fields.Nested(LimitView),
        required=True,
        metadata={"description": "Clock to limit, at the category's own priority."},
    )
    made_safe = fields.Nested(Both, required=True, allow_none=True)
    evidence = fields.String(required=True)
    check = fields.String(required=True)
    about = fields.String(required=True, allow_none=True)
    sensitive = fields.Boolean(required=True)
    public = fields.Boolean(required=True)
    closing = fields.Nested(Both, required=True, metadata={"description": "The closing condition."})
    legal = fields.List(fields.String(), required=True)
    note = fields.Nested(Both, required=True, allow_none=True)


class CategoryList(Output):
    """The active catalogue, whole and in its order."""

    version = fields.Integer(required=True)
    items = fields.List(fields.Nested(CategoryView), required=True)
    next_cursor = fields.String(required=True, allow_none=True, metadata={"description": "Always null."})
