"""What a client gets about an upload."""

from marshmallow import fields, validate

from gridgov.schemas.shape import Input, Output


class UploadView(Output):
    """A photo that was taken in. `sha256` is that of the bytes as they were sent; the rest is of what is kept."""

    id = fields.UUID()
    sha256 = fields.String()
    media_type = fields.String()
    size = fields.Integer()
    width = fields.Integer()
    height = fields.Integer()
    links = fields.Dict(keys=fields.String(), values=fields.String())


class AttachmentQuery(Input):
    """`size=thumb` asks for the thumbnail."""

    size = fields.String(load_default="full", validate=validate.OneOf(["full", "thumb"]))
