"""Programs' tokens: what is asked for, what is shown. The secret appears in one answer only."""

from marshmallow import fields, validate

from gridgov.domain.rights import SCOPES
from gridgov.schemas.fields import Line, Moment, WholeNumber
from gridgov.schemas.paging import Page, PageQuery
from gridgov.schemas.shape import Input, Output

MOST_DAYS = 3650


class TokenOrder(Input):
    """A token to make: it can at most do what its person may, cut down to `scopes`."""

    name = Line(80, required=True)
    scopes = fields.List(
        fields.String(validate=validate.OneOf(list(SCOPES))), required=True, validate=validate.Length(1, len(SCOPES))
    )
    days = WholeNumber(1, MOST_DAYS, load_default=90, allow_none=True, metadata={"description": "null: no end"})


class TokenView(Output):
    """A token without its secret."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    username = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)
    created_at = Moment(required=True)
    expires_at = Moment(required=True, allow_none=True)
    revoked_at = Moment(required=True, allow_none=True)
    used_at = Moment(required=True, allow_none=True, metadata={"description": "To the minute."})


class NewTokenView(TokenView):
    """A token that was just made: the only answer that shows its secret."""

    token = fields.String(required=True)


class TokenQuery(PageQuery):
    """Own tokens, or with `of` those of everybody for an administrator."""

    of = fields.String(load_default="me", validate=validate.OneOf(["me", "everybody"]))


class TokenPage(Page):
    """A page of tokens, the newest first."""

    items = fields.List(fields.Nested(TokenView), required=True)
