"""One action on up to a hundred cases: what is sent, and what became of each."""

from marshmallow import fields, validate

from gridgov.schemas.case_inputs import ActionInput
from gridgov.schemas.fields import Line, WholeNumber
from gridgov.schemas.shape import Output

MOST = 100


class BulkCase(ActionInput):
    """A case of a bulk action; what it needs of its own stands beside its number and wins over the common inputs."""

    number = Line(40, required=True)
    version = WholeNumber(1, 2**31 - 1)

    class Meta(ActionInput.Meta):
        """The version has one name here."""

        exclude = ("expected_version",)


class BulkAction(ActionInput):
    """An action, the cases, and the inputs that all of them share."""

    action = Line(24, required=True)
    cases = fields.List(fields.Nested(BulkCase), required=True, validate=validate.Length(min=1, max=MOST))

    class Meta(ActionInput.Meta):
        """Each case has a version of its own."""

        exclude = ("expected_version",)


class BulkResult(Output):
    """What became of one case; `code`, `detail` and `errors` are those of a single action's refusal."""

    number = fields.String()
    ok = fields.Boolean()
    status = fields.Integer()
    code = fields.String()
    detail = fields.String()
    errors = fields.Dict()
    version = fields.Integer()
    state = fields.String()


class BulkResults(Output):
    """One result per case, in the order in which they were asked for."""

    results = fields.List(fields.Nested(BulkResult), required=True)
