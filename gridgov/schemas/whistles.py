"""Whistles (吹哨报到): what a client sends to a call, and what it gets of one."""

from marshmallow import fields, validate

from gridgov.db.queries.whistles import SIDES
from gridgov.domain.calls import CallState
from gridgov.domain.inputs import BEST_SCORE
from gridgov.schemas.fields import Line, Moment, Prose, WholeNumber
from gridgov.schemas.paging import Page, PageQuery
from gridgov.schemas.shape import Input, Output
from gridgov.schemas.unit_refs import UnitRef

BIGINT = 2**63 - 1


class WhistleQuery(PageQuery):
    """The calls of the caller's units: for them, blown by them, or in cases within them."""

    state = fields.String(validate=validate.OneOf([state.value for state in CallState]))
    kind = Line(24, metadata={"description": "A kind of whistle, such as emergency."})
    side = fields.String(validate=validate.OneOf(SIDES))


class CallInput(Input):
    """What an action on a call may take: a refusal and the ends need a note, another lead its id."""

    note = Prose(4_000, blank=True)
    place = Line(200)
    lead_id = WholeNumber(1, BIGINT)
    expected_version = WholeNumber(1, 2**31 - 1)


class CallRatingInput(Input):
    """What one side says of the other, once."""

    score = WholeNumber(1, BEST_SCORE, required=True)
    note = Prose(4_000, blank=True)
    expected_version = WholeNumber(1, 2**31 - 1)


class CalledCase(Output):
    """Which case a call is about."""

    number = fields.String()
    version = fields.Integer()
    state = fields.String()
    priority = fields.String()
    category = fields.String()
    title = fields.String()


class CallView(Output):
    """A called unit; `number` is the call's within its case. `lamp` is null once the unit is there or the call over."""

    id = fields.Integer()
    number = fields.Integer()
    whistle = fields.Integer()
    case = fields.Nested(CalledCase)
    unit = fields.Nested(UnitRef, allow_none=True)
    kind = fields.String()
    kind_title = fields.String()
    lead = fields.Boolean()
    state = fields.String()
    blown_by = fields.Nested(UnitRef, allow_none=True)
    place = fields.String(allow_none=True)
    lamp = fields.String(allow_none=True)
    score = fields.Integer(allow_none=True)
    blower_score = fields.Integer(allow_none=True)
    called_at = Moment()
    answered_at = Moment(allow_none=True)
    arrived_at = Moment(allow_none=True)
    ended_at = Moment(allow_none=True)
    answer_due_at = Moment(allow_none=True)
    arrive_due_at = Moment(allow_none=True)


class CallPage(Page):
    """A page of calls, the newest first."""

    items = fields.List(fields.Nested(CallView), required=True)
