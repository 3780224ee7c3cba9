"""What changes the rules of the city: a new version, its activation, cases that follow it, limits worked out again."""

from marshmallow import fields, validate

from gridgov.schemas.categories import Both
from gridgov.schemas.fields import Flag, Line, Moment, WholeNumber
from gridgov.schemas.paging import Page, PageQuery
from gridgov.schemas.shape import Input, Output
from gridgov.schemas.workflows import LONGEST_FILE

MOST_STATES = 100
HIGHEST = 1_000_000


class NewWorkflow(Input):
    """A definition file: name and version stand in it."""

    definition = fields.String(
        required=True, validate=validate.Length(1, LONGEST_FILE), metadata={"description": "The TOML text."}
    )


class DiffQuery(Input):
    """The version to compare with."""

    other = WholeNumber(1, HIGHEST, in_query=True, required=True, data_key="with")


class DifferenceView(Output):
    """One thing that changes, in words."""

    part = fields.String(required=True)
    subject = fields.String(required=True)
    sentence = fields.Nested(Both, required=True)


class DiffView(Output):
    """What changes from one version to the other; empty where they mean the same."""

    name = fields.String(required=True)
    from_version = fields.Integer(required=True, data_key="from", attribute="from")
    to_version = fields.Integer(required=True, data_key="to", attribute="to")
    differences = fields.List(fields.Nested(DifferenceView), required=True)


class Activation(Input):
    """Nothing to say: the path names the version."""


class MigrationOrder(Input):
    """Which cases go where. A state that is not mapped keeps its name; one that the new version changes has to be."""

    old = WholeNumber(1, HIGHEST, required=True, data_key="from")
    new = WholeNumber(1, HIGHEST, required=True, data_key="to")
    mapping = fields.Dict(keys=Line(24), values=Line(24), load_default=dict, validate=validate.Length(max=MOST_STATES))
    dry_run = Flag(load_default=False)


class Stuck(Output):
    """A case that cannot be moved."""

    number = fields.String(required=True)
    state = fields.String(required=True)
    reason = fields.Nested(Both, required=True)


class ClockLimits(Output):
    """How many of the clocks run by that limit afterwards."""

    priority = fields.String(required=True)
    limit = fields.String(required=True)
    cases = fields.Integer(required=True)


class StateMoves(Output):
    """What becomes of the cases of one state."""

    state = fields.String(required=True)
    to = fields.String(required=True)
    cases = fields.Integer(required=True)
    clock = fields.String(required=True, metadata={"enum": ["goes_on", "begins_anew"]})
    limits = fields.List(fields.Nested(ClockLimits), required=True)
    earliest_due = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})


class MigrationView(Output):
    """What was done, or with `dry_run` would be; `stuck` shows the first hundred."""

    name = fields.String(required=True)
    from_version = fields.Integer(required=True, data_key="from", attribute="from")
    to_version = fields.Integer(required=True, data_key="to", attribute="to")
    dry_run = fields.Boolean(required=True)
    cases = fields.Integer(required=True)
    states = fields.List(fields.Nested(StateMoves), required=True)
    stuck = fields.List(fields.Nested(Stuck), required=True)
    stuck_count = fields.Integer(required=True)


class RecalculationOrder(Input):
    """Whose limits: those of one category, or of every open case."""

    category = Line(8, load_default=None, allow_none=True)
    dry_run = Flag(load_default=False)


class LimitMove(Output):
    """A frozen limit that changes."""

    limit = fields.String(required=True)
    from_span = fields.String(required=True, allow_none=True, data_key="from", attribute="from")
    to_span = fields.String(required=True, data_key="to", attribute="to")


class ClockMove(Output):
    """A clock that ends elsewhere, from the same start."""

    clock = fields.String(required=True)
    was_due = fields.String(required=True, metadata={"format": "date-time"})
    due = fields.String(required=True, metadata={"format": "date-time"})


class CaseMoves(Output):
    """A case that changes."""

    number = fields.String(required=True)
    category = fields.String(required=True)
    state = fields.String(required=True)
    limits = fields.List(fields.Nested(LimitMove), required=True)
    clocks = fields.List(fields.Nested(ClockMove), required=True)


class LeftCase(Output):
    """A case whose limits cannot be worked out."""

    number = fields.String(required=True)
    reason = fields.Nested(Both, required=True)


class RecalculationView(Output):
    """What was done, or with `dry_run` would be."""

    dry_run = fields.Boolean(required=True)
    looked_at = fields.Integer(required=True)
    changed = fields.Integer(required=True)
    cases = fields.List(fields.Nested(CaseMoves), required=True)
    left = fields.List(fields.Nested(LeftCase), required=True)


class ChangeQuery(PageQuery):
    """The changes of the rules, the newest first."""


class ChangeView(Output):
    """Who changed the rules and when; `person_id` is null for a command on the city's own machine."""

    id = fields.Integer(required=True)
    at = Moment(required=True)
    kind = fields.String(required=True, metadata={"enum": ["install", "activate", "migrate", "recalculate"]})
    name = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True, allow_none=True)
    person_id = fields.Integer(required=True, allow_none=True)
    data = fields.Dict(required=True)


class ChangePage(Page):
    """A page of changes."""

    items = fields.List(fields.Nested(ChangeView), required=True)
