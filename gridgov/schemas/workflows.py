"""Workflow definitions on their way out, and a file on its way into the verifier."""

from marshmallow import fields, validate

from gridgov.schemas.categories import Both
from gridgov.schemas.fields import Flag, Moment
from gridgov.schemas.shape import Input, Output

LONGEST_FILE = 500_000
FORMATS = ("json", "md", "mermaid", "svg")


class WorkflowQuery(Input):
    """How to show a definition."""

    format = fields.String(load_default="json", validate=validate.OneOf(FORMATS))


class WorkflowBrief(Output):
    """A definition by name and version; cases are pinned to the active one when they are reported."""

    name = fields.String(required=True)
    version = fields.Integer(required=True)
    active = fields.Boolean(required=True)
    digest = fields.String(required=True, metadata={"description": "SHA-256 of the file, in hex."})
    created_at = Moment(required=True)


class WorkflowList(Output):
    """All definitions, the newest version of each name first."""

    items = fields.List(fields.Nested(WorkflowBrief), required=True)
    next_cursor = fields.String(required=True, allow_none=True, metadata={"description": "Always null."})


class StateView(Output):
    """A station of the case's life."""

    code = fields.String(required=True)
    title = fields.Nested(Both, required=True)
    stage = fields.String(required=True)
    final = fields.Boolean(required=True)
    holder = fields.String(required=True, allow_none=True)
    limit = fields.String(required=True, allow_none=True)
    at_limit = fields.String(required=True, allow_none=True)


class WayView(Output):
    """One way of an action."""

    origins = fields.List(fields.String(), required=True)
    target = fields.String(required=True)
    by = fields.List(fields.String(), required=True)
    when = fields.List(fields.String(), required=True)
    counts = fields.String(required=True, allow_none=True)
    effects = fields.List(fields.String(), required=True)


class ActionView(Output):
    """What somebody may do, and what it needs."""

    code = fields.String(required=True)
    title = fields.Nested(Both, required=True)
    needs = fields.List(fields.String(), required=True)
    tell = fields.List(fields.String(), required=True)
    ways = fields.List(fields.Nested(WayView), required=True)


class WorkflowView(Output):
    """A whole definition; `source` is the file itself."""

    name = fields.String(required=True)
    version = fields.Integer(required=True)
    title = fields.Nested(Both, required=True)
    digest = fields.String(required=True)
    start = fields.String(required=True)
    priorities = fields.List(fields.String(), required=True)
    stages = fields.Dict(keys=fields.String(), values=fields.Nested(Both), required=True)
    who = fields.Dict(keys=fields.String(), values=fields.Nested(Both), required=True)
    limits = fields.Dict(
        keys=fields.String(), values=fields.Dict(keys=fields.String(), values=fields.String()), required=True
    )
    states = fields.List(fields.Nested(StateView), required=True)
    actions = fields.List(fields.Nested(ActionView), required=True)
    source = fields.String(required=True)


class CheckForm(Input):
    """A definition file to prove, alone or on the units and people of this city."""

    definition = fields.String(
        required=True, validate=validate.Length(1, LONGEST_FILE), metadata={"description": "The TOML text."}
    )
    on_city = Flag(load_default=False)
