"""What a client sends about cases. Which inputs an action needs is the definition's business, not a shape's."""

from typing import Any
from uuid import UUID

from marshmallow import ValidationError, fields, validate, validates_schema

from gridgov.db.queries.inbox import BUCKETS
from gridgov.domain.catalogue import About
from gridgov.domain.coordinates import Crs
from gridgov.domain.errors import Text
from gridgov.domain.inputs import BEST_SCORE
from gridgov.schemas.fields import Flag, Line, Moment, Prose, RealNumber, WholeNumber
from gridgov.schemas.paging import PageQuery
from gridgov.schemas.shape import Input

BIGINT = 2**63 - 1
PRIORITIES = ("P1", "P2", "P3", "P4")
ONE_PLACE = Text(
    "Give exactly one of building_id, compound_id and point.", "请且只填写 building_id、compound_id、point 之一。"
)


def unit_id(**options: Any) -> WholeNumber:
    """A unit's id."""
    return WholeNumber(1, BIGINT, **options)


def upload_ids() -> fields.List[UUID]:
    """Ids of the caller's uploads that hang on no case yet."""
    return fields.List(fields.UUID(), validate=validate.Length(min=1, max=20))


class PointInput(Input):
    """A point of the earth in the coordinate system that `crs` states; it is looked up and kept as WGS-84."""

    lat = RealNumber(-90, 90, required=True)
    lon = RealNumber(-180, 180, required=True)
    crs = fields.String(load_default=Crs.WGS84.value, validate=validate.OneOf([crs.value for crs in Crs]))
    accuracy_m = RealNumber(0, 100_000)


class PlaceInput(Input):
    """Where it is: a building, a compound or a point; the address is what people say for it."""

    building_id = unit_id()
    compound_id = unit_id()
    point = fields.Nested(PointInput)
    address = Line(200)

    @validates_schema
    def one_place(self, data: dict[str, object], **_: object) -> None:
        """Exactly one way to name the place, so that nothing has to be guessed."""
        if len({"building_id", "compound_id", "point"} & set(data)) != 1:
            raise ValidationError(ONE_PLACE)


class ReporterInput(Input):
    """How a resident can be reached: kept encrypted, never shown in an answer."""

    name = Line(60)
    phone = Line(30)
    email = fields.Email(validate=validate.Length(max=200))
    wants_updates = Flag(load_default=False)


class ExternalRef(Input):
    """The number that another system has for this, such as a 12345 order."""

    source = Line(60, required=True)
    number = Line(80, required=True)


class CaseReport(Input):
    """A report."""

    category = Line(8, metadata={"description": "A catalogue code; left out when you do not know."})
    title = Line(200, blank=True, load_default="")
    description = Prose(10_000, required=True)
    place = fields.Nested(PlaceInput, required=True)
    occurred_at = Moment()
    captured_at = Moment()
    reporter = fields.Nested(ReporterInput)
    on_behalf = Flag(load_default=False)
    anonymous = Flag(load_default=False)
    about = fields.List(fields.String(validate=validate.OneOf([about.value for about in About])), load_default=list)
    urgent = Flag(load_default=False)
    client_ref = Line(128)
    external_ref = fields.Nested(ExternalRef)
    attachments = upload_ids()
    kind = fields.String(load_default="incident", validate=validate.OneOf(["incident"]))


class CaseQuery(PageQuery):
    """The filters of a list; a comma separates alternatives of `state`, `priority` and `category`."""

    state = Line(200)
    lamp = fields.String(validate=validate.OneOf(["green", "yellow", "red", "grey"]))
    level = WholeNumber(0, 3, in_query=True)
    priority = Line(20)
    category = Line(200)
    unit = Line(200, metadata={"description": "A unit's id or code."})
    holder = Line(200, metadata={"description": "A unit's id or code."})
    handler = Line(200, metadata={"description": "A unit's id or code."})
    source = Line(40)
    kind = fields.String(validate=validate.OneOf(["incident", "imported"]))
    reported_from = Moment()
    reported_to = Moment()
    due_before = Moment()
    q = Line(100)
    sort = fields.String(load_default="-reported_at", validate=validate.OneOf(["due_at", "-reported_at"]))


class InboxQuery(PageQuery):
    """A bucket of what waits for the caller."""

    bucket = fields.String(required=True, validate=validate.OneOf(BUCKETS))


class ContactInput(Input):
    """A first contact: a call, a visit, or being on the spot."""

    kind = Line(20, required=True)
    made_safe = Flag()


class RatingInput(Input):
    """Three questions; "not solved" or "dissatisfied" opens a dispute."""

    contacted = Flag()
    solved = Flag()
    satisfaction = Line(20, required=True)


class VisitInput(Input):
    """Who asked the resident, when, and what was said."""

    by = Line(60, required=True)
    at = Moment(required=True)
    said = Prose(2_000, required=True)


class WhistleInput(Input):
    """Whom to call: a lead and helpers, by what kind of whistle, and where to."""

    kind = Line(24, required=True)
    lead_id = unit_id(required=True)
    helper_ids = fields.List(unit_id(), load_default=list, validate=validate.Length(max=20))
    place = Line(200)


class ActionInput(Input):
    """What an action may take; which of it this action needs stands in `allowed_actions`."""

    note = Prose(4_000, blank=True)
    category = Line(8)
    priority = fields.String(validate=validate.OneOf(PRIORITIES))
    handler_id = unit_id()
    person_id = unit_id()
    reason = Line(40)
    into = Line(40, metadata={"description": "The number of the case to merge with; the older becomes the master."})
    until = Moment()
    contact = fields.Nested(ContactInput)
    rating = fields.Nested(RatingInput)
    visit = fields.Nested(VisitInput)
    no_resident = Flag()
    public = Flag()
    request = WholeNumber(1, 1000)
    attachments = upload_ids()
    whistle = fields.Nested(WhistleInput)
    call = WholeNumber(1, 2**31 - 1, metadata={"description": "The number of a call within its case."})
    lead_id = unit_id()
    place = Line(200)
    despite = Prose(4_000)
    score = WholeNumber(1, BEST_SCORE)
    expected_version = WholeNumber(1, 2**31 - 1)


class CommentInput(Input):
    """A remark: internal unless marked public."""

    note = Prose(4_000, required=True)
    public = Flag(load_default=False)
    expected_version = WholeNumber(1, 2**31 - 1)
