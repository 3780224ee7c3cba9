"""The two kinds of shapes. The fields that they are made of: fields.py."""

from marshmallow import RAISE, Schema


class Input(Schema):
    """What a caller sends: a field that is not named here is refused, and the specification says so."""

    class Meta:
        """Unknown fields are an error (ASVS 15.3.3: no mass assignment)."""

        unknown = RAISE


class Output(Schema):
    """What a caller gets; more may be added in time, so a client ignores what it does not know."""
