"""How an answer names a unit."""

from marshmallow import fields

from gridgov.schemas.shape import Output


class UnitRef(Output):
    """A unit as an answer names it."""

    id = fields.Integer()
    code = fields.String()
    kind = fields.String()
    name = fields.String()
