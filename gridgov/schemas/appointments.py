"""People, posts, rosters, services and moves as an administrator sends and sees them: days are local dates."""

import re
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validate

from gridgov.domain.errors import Text
from gridgov.domain.moves import TERRITORY
from gridgov.domain.org import Role, UnitKind
from gridgov.schemas.fields import EARLIEST_YEAR, LATEST_YEAR, OUT_OF_RANGE, Flag, Line, Moment, WholeNumber
from gridgov.schemas.paging import Page, PageQuery
from gridgov.schemas.people import PersonView
from gridgov.schemas.shape import Input, Output

BIGINT = 2**63 - 1
MOST_SHIFTS = 1000
NOT_A_DAY = Text("Not a date in the form 2026-03-01.", "应为日期，例如 2026-03-01。")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Day(fields.Date):
    """A local date: 2026-03-01."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        try:
            day = date.fromisoformat(value) if isinstance(value, str) and _DAY.fullmatch(value) else None
        except ValueError:
            day = None
        if day is None:
            raise ValidationError(NOT_A_DAY)
        if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
            raise ValidationError(OUT_OF_RANGE)
        return day


def an_id(**options: Any) -> WholeNumber:
    """The id of something."""
    return WholeNumber(1, BIGINT, **options)


class PersonOrder(Input):
    """An account to make; posts follow by POST /posts."""

    username = Line(60, required=True)
    name = Line(60, required=True)
    password = fields.String(required=True, load_only=True, validate=validate.Length(1, 200))


class PeopleQuery(PageQuery):
    """Which people."""

    q = Line(60, load_default=None, metadata={"description": "Part of a user name or a name."})
    unit = an_id(in_query=True, load_default=None)


class PostDates(Output):
    """An appointment with its days: `until` is the first day without it."""

    id = fields.Integer(required=True)
    person_id = fields.Integer(required=True)
    role = fields.String(required=True)
    unit_id = fields.Integer(required=True)
    from_ = fields.String(required=True, allow_none=True, data_key="from", attribute="from")
    until = fields.String(required=True, allow_none=True)
    substitute_for = fields.Integer(required=True, allow_none=True, metadata={"description": "A post's id."})


class PersonPosts(PersonView):
    """Somebody with the posts that are not over."""

    active = fields.Boolean(required=True)
    posts = fields.List(fields.Nested(PostDates), required=True)


class PeoplePage(Page):
    """A page of people."""

    items = fields.List(fields.Nested(PersonPosts), required=True)


class PostOrder(Input):
    """A post to make: from today where no day is given; a substitute needs `until`, the first day without it."""

    person_id = an_id(required=True)
    role = fields.String(required=True, validate=validate.OneOf([role.value for role in Role]))
    unit_id = an_id(required=True)
    from_ = Day(data_key="from", load_default=None)
    until = Day(load_default=None, allow_none=True)
    substitute_for = an_id(load_default=None, allow_none=True)


class PostEnding(Input):
    """The end of a post: `on` is the first day without it; open work goes to `hand_over_to`."""

    on = Day(required=True)
    hand_over_to = an_id(load_default=None, allow_none=True, metadata={"description": "A person of the same unit."})
    appoint = Flag(load_default=False, metadata={"description": "Give hand_over_to the same post from today on."})


class PostChange(PostDates):
    """A post that was made or ended, what moved because of it, and what to think about."""

    cases_moved = fields.Integer(required=True)
    warnings = fields.List(fields.String(), required=True)


class ShiftInput(Input):
    """One person's hours."""

    person_id = an_id(required=True)
    begins_at = Moment(required=True)
    ends_at = Moment(required=True)


class RosterInput(Input):
    """What takes the place of the roster from `from` to `to`: no hour of duty time may be without somebody."""

    from_ = Moment(required=True, data_key="from")
    to = Moment(required=True)
    shifts = fields.List(fields.Nested(ShiftInput), required=True, validate=validate.Length(0, MOST_SHIFTS))


class RosterQuery(Input):
    """Which part of a roster."""

    from_ = Moment(required=True, data_key="from")
    to = Moment(required=True)


class ShiftView(Output):
    """One person's hours."""

    person_id = fields.Integer(required=True)
    name = fields.String(required=True)
    begins_at = Moment(required=True)
    ends_at = Moment(required=True)


class RosterView(Output):
    """The shifts that lie in the time, wholly or in part."""

    unit_id = fields.Integer(required=True)
    shifts = fields.List(fields.Nested(ShiftView), required=True)


class MoveInput(Input):
    """Where a unit lies from a day on; what is left out stays."""

    parent_id = an_id()
    grid_id = an_id(metadata={"description": "The grid of a building."})
    on = Day(required=True)


class MergeInput(Input):
    """Which branch takes over, from which day."""

    into = an_id(required=True)
    on = Day(required=True)


class ReshapedView(Output):
    """What a move or a merger did."""

    unit_id = fields.Integer(required=True)
    on = fields.String(required=True)
    posts_ended = fields.Integer(required=True)
    warnings = fields.List(fields.String(), required=True)


class ServiceOrder(Input):
    """A service to begin; `replaces` is one of the same kind and territory that ends on that day."""

    org_id = an_id(required=True)
    territory_id = an_id(required=True)
    kind = fields.String(
        required=True, validate=validate.OneOf([kind.value for kind in UnitKind if kind not in TERRITORY])
    )
    from_ = Day(data_key="from", required=True)
    until = Day(load_default=None, allow_none=True)
    replaces = an_id(load_default=None, allow_none=True)


class ServiceEnding(Input):
    """The end of a service: `on` is the first day without it."""

    on = Day(required=True)


class ServiceQuery(PageQuery):
    """Which services."""

    territory = an_id(in_query=True, load_default=None)
    org = an_id(in_query=True, load_default=None)


class ServiceView(Output):
    """Who serves what, from which day until before which; `cancelled`: it ended before it began."""

    id = fields.Integer(required=True)
    org_id = fields.Integer(required=True)
    territory_id = fields.Integer(required=True)
    kind = fields.String(required=True)
    from_ = fields.String(required=True, allow_none=True, data_key="from", attribute="from")
    until = fields.String(required=True, allow_none=True)
    cancelled = fields.Boolean(required=True)


class ServicePage(Page):
    """A page of services."""

    items = fields.List(fields.Nested(ServiceView), required=True)
