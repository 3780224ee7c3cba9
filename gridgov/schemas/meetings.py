"""Joint meetings: what is sent, and what is shown. Heads are counted, nobody is named."""

from marshmallow import fields, validate

from gridgov.domain.meetings import ATTENDING
from gridgov.schemas.case_inputs import unit_id
from gridgov.schemas.fields import Line, Moment, Prose, WholeNumber
from gridgov.schemas.paging import Page, PageQuery
from gridgov.schemas.shape import Input, Output
from gridgov.schemas.unit_refs import UnitRef

MOST_TASKS = 50


class MeetingQuery(PageQuery):
    """The filters of the list."""

    compound = WholeNumber(1, 2**63 - 1, in_query=True)
    state = fields.String(validate=validate.OneOf(["planned", "held"]))


class MeetingPlan(Input):
    """A meeting to come."""

    compound_id = unit_id(required=True)
    at = Moment(required=True)
    place = Line(200, required=True)


class TaskInput(Input):
    """A decision, the unit that carries it out, and until when."""

    decision = Prose(2_000, required=True)
    unit_id = unit_id(required=True)
    due_at = Moment(required=True)


class MeetingRecord(Input):
    """What a meeting was: how many came of whom, what was said, what was decided."""

    attendance = fields.Dict(
        keys=fields.String(validate=validate.OneOf(ATTENDING)), values=WholeNumber(0, 10_000), required=True
    )
    minutes = Prose(20_000, required=True)
    tasks = fields.List(fields.Nested(TaskInput), load_default=list, validate=validate.Length(max=MOST_TASKS))


class AgendaView(Output):
    """A place that came back: the building, the category, and its cases."""

    kind = fields.String()
    building = fields.Nested(UnitRef, allow_none=True)
    category = fields.String()
    category_title = fields.String()
    cases = fields.List(fields.String())
    since = Moment()


class TaskView(Output):
    """A task; `late` is whether its time is over and it is not done."""

    id = fields.Integer()
    decision = fields.String()
    unit = fields.Nested(UnitRef, allow_none=True)
    due_at = Moment()
    done_at = Moment(allow_none=True)
    late = fields.Boolean()


class MeetingBrief(Output):
    """A meeting as a line of a list."""

    id = fields.Integer()
    compound = fields.Nested(UnitRef, allow_none=True)
    at = Moment()
    place = fields.String()
    state = fields.String()
    held_at = Moment(allow_none=True)


class MeetingView(MeetingBrief):
    """A whole meeting; while it is planned its agenda is what waits by now."""

    agenda = fields.List(fields.Nested(AgendaView))
    attendance = fields.Dict(keys=fields.String(), values=fields.Integer())
    minutes = fields.String(allow_none=True)
    tasks = fields.List(fields.Nested(TaskView))


class MeetingPage(Page):
    """A page of meetings, the latest first."""

    items = fields.List(fields.Nested(MeetingBrief), required=True)


class MeetingNoticeView(Output):
    """A task that is late, as its branch and community hear of it."""

    id = fields.Integer()
    meeting_id = fields.Integer()
    task = fields.Nested(TaskView)
    created_at = Moment()


class MeetingNoticePage(Page):
    """A page of one's own notices of late tasks, the newest first."""

    items = fields.List(fields.Nested(MeetingNoticeView), required=True)
