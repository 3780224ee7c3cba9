"""Logging in: what is sent, what comes back. How a password is judged: services."""

from marshmallow import fields, validate

from gridgov.schemas.fields import Line, Moment
from gridgov.schemas.people import PersonView
from gridgov.schemas.shape import Input, Output


class LoginForm(Input):
    """A user name and its password."""

    username = Line(60, required=True)
    password = fields.String(required=True, load_only=True, validate=validate.Length(1, 128))


class LoginView(Output):
    """A fresh login: the token is shown this once, and set as a cookie too."""

    token = fields.String(required=True)
    expires_at = Moment(required=True, metadata={"description": "Real time."})
    person = fields.Nested(PersonView, required=True)


class CurrentSession(Output):
    """Who is logged in; `csrf` goes into X-CSRF-Token with the cookie, null for an API token."""

    person = fields.Nested(PersonView, required=True)
    csrf = fields.String(required=True, allow_none=True)
    now = Moment(required=True, metadata={"description": "The city's time."})
