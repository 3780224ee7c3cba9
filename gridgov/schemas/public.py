"""What residents without an account send and get. No field here holds a person, a unit's people or a note inside."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from gridgov.domain.errors import Text
from gridgov.domain.inputs import SATISFACTION
from gridgov.schemas.case_inputs import ReporterInput
from gridgov.schemas.fields import Flag, Line, Moment, Prose
from gridgov.schemas.shape import Input, Output

CODE_LENGTH = 40
HOW_SATISFIED = Text("Say how satisfied you are.", "请填写满意度。")


class WallReportInput(Input):
    """A report by the code on the wall: what, where in words, and if one likes how to be reached."""

    qr = Line(CODE_LENGTH, required=True)
    category = Line(8, metadata={"description": "One of the place's categories; left out when you do not know."})
    description = Prose(10_000, required=True)
    address = Line(200, metadata={"description": "Staircase, floor, or what people say for it."})
    contact = fields.Nested(ReporterInput)
    client_ref = Line(
        128, metadata={"description": "The client's own name for this report: sent again, it is the same."}
    )
    captured_at = Moment(metadata={"description": "When it was written, if it is sent later."})


class NoteInput(Input):
    """A few words."""

    note = Prose(4_000)


class PublicRatingInput(Input):
    """Three questions; "not solved" or "dissatisfied" opens a dispute."""

    contacted = Flag()
    solved = Flag(required=True)
    satisfaction = fields.String(
        validate=validate.OneOf(SATISFACTION), metadata={"description": "Needed when it is solved."}
    )
    note = Prose(4_000)

    @validates_schema
    def satisfied(self, data: dict[str, Any], **_: object) -> None:
        """Who says that it is solved says also how well."""
        if data.get("solved") and "satisfaction" not in data:
            raise ValidationError({"satisfaction": [HOW_SATISFIED]})


class PublicUnit(Output):
    """A place or an office by its name; `name` is in the caller's language."""

    name = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)


class PublicPlace(Output):
    """A compound, and the building where the code hangs on one."""

    compound = fields.Nested(PublicUnit, required=True)
    building = fields.Nested(PublicUnit, required=True, allow_none=True)


class PublicCategory(Output):
    """Something that can be reported here."""

    code = fields.String(required=True)
    title = fields.String(required=True)
    title_zh = fields.String(required=True)
    title_en = fields.String(required=True)
    group = fields.String(required=True)
    group_title = fields.String(required=True)


class WallView(PublicPlace):
    """What a scanned code stands for."""

    categories = fields.List(fields.Nested(PublicCategory), required=True)


class PublicStage(Output):
    """One of the stages that every case goes through; `reached_at` is null where it has not been."""

    code = fields.String(required=True)
    title = fields.String(required=True)
    title_zh = fields.String(required=True)
    title_en = fields.String(required=True)
    reached_at = Moment(required=True, allow_none=True)
    current = fields.Boolean(required=True)


class PublicMessage(Output):
    """What was said to the reporter by an office, or by the reporter; numbers of people are masked."""

    at = Moment(required=True)
    origin = fields.String(required=True, data_key="from", attribute="from", validate=validate.OneOf(["you", "office"]))
    action = fields.String(required=True)
    title = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)


class PublicAction(Output):
    """What the resident may do now: POST it to `address` under the case; a trailing ? marks an optional need.

    A `rating` is given as contacted, solved and satisfaction; a dispute is a rating that says no.
    """

    action = fields.String(required=True)
    title = fields.String(required=True)
    needs = fields.List(fields.String(), required=True)
    address = fields.String(required=True)


class PublicCaseView(Output):
    """A case as its reporter follows it. Times are RFC 3339 UTC; `promised_at` is the date to hold on to."""

    number = fields.String(required=True)
    state = fields.String(required=True)
    state_title = fields.String(required=True)
    stage = fields.String(required=True)
    stages = fields.List(fields.Nested(PublicStage), required=True)
    category = fields.String(required=True)
    category_title = fields.String(required=True)
    place = fields.Nested(PublicPlace, required=True)
    holder = fields.Nested(
        PublicUnit,
        required=True,
        allow_none=True,
        metadata={"description": "The office that has to act now; null when it is you, or nobody any more."},
    )
    reported_at = Moment(required=True)
    promised_at = Moment(required=True, allow_none=True)
    updated_at = Moment(required=True)
    closed_at = Moment(required=True, allow_none=True)
    outcome = fields.String(required=True, allow_none=True)
    outcome_title = fields.String(required=True, allow_none=True)
    messages = fields.List(fields.Nested(PublicMessage), required=True)
    allowed_actions = fields.List(fields.Nested(PublicAction), required=True)


class PublicReportView(PublicCaseView):
    """The case that a report became, with the only answer that shows its tracking code."""

    tracking_code = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Ten characters; keep them. null where the city has changed its secret key since."},
    )
