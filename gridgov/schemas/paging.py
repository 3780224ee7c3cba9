"""What every list takes and gives back. What a cursor holds: gridgov.http.paging."""

from marshmallow import fields

from gridgov.schemas.fields import Flag, Line, WholeNumber
from gridgov.schemas.shape import Input, Output

DEFAULT_LIMIT = 25
MOST = 100
CURSOR_LENGTH = 1024


class PageQuery(Input):
    """The query of a list; a list with filters inherits it, because a query has one schema."""

    limit = WholeNumber(1, MOST, in_query=True, load_default=DEFAULT_LIMIT)
    cursor = Line(CURSOR_LENGTH, load_default=None, metadata={"description": "The next_cursor of the page before."})
    count = Flag(
        in_query=True,
        load_default=False,
        metadata={"description": "Count the rows too, up to 10,000."},
    )


class Page(Output):
    """What every list answers; a list inherits it and names its items."""

    next_cursor = fields.String(required=True, allow_none=True)
    count = fields.Integer(metadata={"description": "Only with ?count=true; at most 10,000."})
    count_is_exact = fields.Boolean(metadata={"description": "False when there are more than were counted."})
