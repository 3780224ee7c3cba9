"""Requests as clients ask, list and decide them."""

from marshmallow import fields, validate

from gridgov.schemas.case_inputs import WhistleInput
from gridgov.schemas.fields import Flag, Line, Moment, Prose, WholeNumber
from gridgov.schemas.paging import Page, PageQuery
from gridgov.schemas.shape import Input, Output
from gridgov.schemas.unit_refs import UnitRef

KINDS = ("extension", "suspension", "help", "whistle", "timeout_appeal")
STATES = ("open", "granted", "refused", "lapsed", "moot")


class RequestInput(Input):
    """A question: why, for a suspension until when, for a whistle whom to call."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    note = Prose(4_000, required=True)
    until = Moment()
    whistle = fields.Nested(WhistleInput)
    expected_version = WholeNumber(1, 2**31 - 1)


class DecisionInput(Input):
    """The answer; a refusal says why, and a suspension may be granted for less than was asked."""

    granted = Flag(required=True)
    note = Prose(4_000, blank=True)
    until = Moment()
    expected_version = WholeNumber(1, 2**31 - 1)


class RequestQuery(PageQuery):
    """The requests of the caller's units."""

    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
    kind = fields.String(load_default=None, validate=validate.OneOf(KINDS))
    case = Line(40, load_default=None, metadata={"description": "A case's number."})


class RequestView(Output):
    """A request: who asked, who has to answer by when, and what came of it."""

    id = fields.Integer(required=True)
    case = fields.String(required=True, metadata={"description": "The case's number."})
    number = fields.Integer(required=True, metadata={"description": "Counts from 1 within the case."})
    kind = fields.String(required=True)
    title = fields.String(required=True)
    state = fields.String(required=True)
    asked_by = fields.Nested(UnitRef, required=True, allow_none=True)
    decided_by = fields.Nested(UnitRef, required=True, allow_none=True)
    until = Moment(required=True, allow_none=True)
    silent = fields.Boolean(required=True, metadata={"description": "The deadline passed without an answer."})
    asked_at = Moment(required=True)
    due_at = Moment(required=True, allow_none=True)
    ended_at = Moment(required=True, allow_none=True)


class RequestPage(Page):
    """A page of requests, the newest first."""

    items = fields.List(fields.Nested(RequestView), required=True)
