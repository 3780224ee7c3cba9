"""People and their posts, as colleagues may see them: no address, no telephone number."""

from marshmallow import fields

from gridgov.schemas.shape import Output


class PersonView(Output):
    """Somebody with an account."""

    id = fields.Integer(required=True)
    username = fields.String(required=True)
    name = fields.String(required=True)


class PostUnit(Output):
    """The unit of a post."""

    id = fields.Integer(required=True)
    code = fields.String(required=True)
    kind = fields.String(required=True)
    name = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)


class PostView(Output):
    """An appointment that is valid now."""

    role = fields.String(required=True)
    unit = fields.Nested(PostUnit, required=True)


class Preferences(Output):
    """What somebody has chosen for the pages and the messages."""

    language = fields.String(required=True, metadata={"description": "zh or en"})


class MeView(Output):
    """The caller: posts valid now, and what this credential opens."""

    person = fields.Nested(PersonView, required=True)
    posts = fields.List(fields.Nested(PostView), required=True)
    permissions = fields.List(fields.String(), required=True)
    preferences = fields.Nested(Preferences, required=True)
