"""What a client gets about cases: the contract of api.md. How the values come about: services.portraits."""

from marshmallow import fields

from gridgov.schemas.contacts import ContactView
from gridgov.schemas.fields import Moment
from gridgov.schemas.paging import Page
from gridgov.schemas.shape import Output
from gridgov.schemas.unit_refs import UnitRef
from gridgov.schemas.whistles import CallView


class PlaceView(Output):
    """Where a case is."""

    compound = fields.Nested(UnitRef, allow_none=True)
    building = fields.Nested(UnitRef, allow_none=True)
    grid = fields.Nested(UnitRef, allow_none=True)
    community = fields.Nested(UnitRef, allow_none=True)
    subdistrict = fields.Nested(UnitRef, allow_none=True)
    address = fields.String(allow_none=True)
    point = fields.Dict(allow_none=True)


class CaseBrief(Output):
    """A case as a line of a list. Times are RFC 3339 UTC; `lamp` is null once the case is over."""

    number = fields.String()
    version = fields.Integer()
    kind = fields.String()
    workflow = fields.Dict()
    state = fields.String()
    state_title = fields.String()
    stage = fields.String()
    level = fields.Integer()
    floor = fields.Integer()
    peak_level = fields.Integer()
    lamp = fields.String(allow_none=True)
    priority = fields.String()
    category = fields.String()
    category_title = fields.String()
    title = fields.String()
    place = fields.Nested(PlaceView)
    owner = fields.Nested(UnitRef, allow_none=True)
    handler = fields.Nested(UnitRef, allow_none=True)
    holder = fields.Nested(UnitRef, allow_none=True)
    reported_at = Moment()
    due_at = Moment(allow_none=True)
    promised_at = Moment(allow_none=True)
    closed_at = Moment(allow_none=True)
    source = fields.String()
    outcome = fields.String(allow_none=True)


class ClockView(Output):
    """The present clock; seconds are of its own count (wall or working)."""

    kind = fields.String()
    limit = fields.String()
    limit_title = fields.String()
    started_at = Moment()
    used_s = fields.Integer()
    remaining_s = fields.Integer()
    paused = fields.Boolean()
    stage = fields.String()


class AllowedAction(Output):
    """What the caller may do now; a trailing ? marks an optional need, a | a choice."""

    action = fields.String()
    title = fields.String()
    needs = fields.List(fields.String())


class RefusedAction(Output):
    """What the caller may not do now, and why."""

    action = fields.String()
    title = fields.String()
    why = fields.String()


class AttachmentView(Output):
    """A photo of a case: `kind` is before (the work), after (with the resolution) or other."""

    id = fields.UUID()
    kind = fields.String()
    media_type = fields.String()
    width = fields.Integer()
    height = fields.Integer()
    at = Moment()
    links = fields.Dict(keys=fields.String(), values=fields.String())


class FoundAgain(Output):
    """What another unit found at a second look at the closed case: ok, not_ok or unclear. The case stays closed."""

    verdict = fields.String()
    note = fields.String(allow_none=True)
    unit = fields.Nested(UnitRef, allow_none=True)
    done_at = Moment()


class CaseView(CaseBrief):
    """The whole case."""

    description = fields.String()
    supervisor = fields.Nested(UnitRef, allow_none=True)
    clock = fields.Nested(ClockView, allow_none=True)
    round = fields.Integer()
    send_backs = fields.Integer()
    hand_offs = fields.Integer()
    about = fields.List(fields.String())
    reported_by = fields.Dict(allow_none=True)
    reporter_contact = fields.Nested(
        ContactView,
        allow_none=True,
        metadata={"description": "Of GET alone; null where there is none, or not for you."},
    )
    occurred_at = Moment(allow_none=True)
    captured_at = Moment(allow_none=True)
    external_ref = fields.Dict(allow_none=True)
    attachments = fields.List(fields.Nested(AttachmentView))
    recheck = fields.Nested(FoundAgain, allow_none=True)
    whistles = fields.List(fields.Nested(CallView))
    merged_into = fields.String(allow_none=True, metadata={"description": "The number of the master."})
    duplicates = fields.List(fields.Dict(), metadata={"description": "The numbers of what is merged into it."})
    merge = fields.Dict(metadata={"description": "After a merge: asked, into, master, and whether it was turned."})
    allowed_actions = fields.List(fields.Nested(AllowedAction))
    refused_actions = fields.List(fields.Nested(RefusedAction))
    links = fields.Dict(keys=fields.String(), values=fields.String())


class CasePage(Page):
    """A page of cases."""

    items = fields.List(fields.Nested(CaseBrief), required=True)


class EventView(Output):
    """An event of the append-only history: by post and unit, never by name."""

    seq = fields.Integer()
    at = Moment()
    action = fields.String()
    title = fields.String()
    origin = fields.String(data_key="from", allow_none=True)
    target = fields.String(data_key="to")
    actor = fields.Dict(allow_none=True)
    note = fields.String(allow_none=True)
    data = fields.Dict()
    wall_s = fields.Float()
    working_s = fields.Float()
    charged = fields.Nested(UnitRef, allow_none=True)
    public = fields.Boolean()
    hash = fields.String()


class EventPage(Page):
    """A page of events, the first first."""

    items = fields.List(fields.Nested(EventView), required=True)


class InboxCounts(Output):
    """How many cases wait in each bucket."""

    counts = fields.Dict(keys=fields.String(), values=fields.Integer())


class DeadlineView(Output):
    """Why a case is due when it is due: the present clock and the promise, segment by segment."""

    clock = fields.Dict(allow_none=True)
    promise = fields.Dict(allow_none=True)
