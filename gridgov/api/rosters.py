"""Who is on duty for a unit at night and on holidays. A unit writes its own roster, and whoever is above it."""

from collections.abc import Sequence
from typing import Any

from gridgov.db.queries.units import names_of
from gridgov.domain.actors import Actor
from gridgov.domain.errors import Forbidden, Invalid, Text
from gridgov.domain.org import ACTING_ROLE, Shift, Tree
from gridgov.domain.rights import Permission
from gridgov.http.access import requires
from gridgov.http.blueprint import Blueprint
from gridgov.http.context import Work, work
from gridgov.schemas.appointments import RosterInput, RosterQuery, RosterView
from gridgov.services.rosters import require_unit, roster_of, write_roster

blueprint = Blueprint("rosters", __name__, url_prefix="/api/v1/units", description="Duty rosters")

MOST_DAYS = 100


@blueprint.get("/<int:unit_id>/roster")
@requires(Permission.ROSTER_MANAGE)
@blueprint.arguments(RosterQuery, location="query")
@blueprint.response(200, RosterView)
def read_roster(query: dict[str, Any], unit_id: int, actor: Actor) -> dict[str, Any]:
    """The shifts that lie between `from` and `to`, wholly or in part."""
    here = work()
    require_unit(unit_id, here.snapshot.tree)
    _check_time(query)
    return _view(here, unit_id, roster_of(here.session, unit_id, query["from_"], query["to"]))


@blueprint.put("/<int:unit_id>/roster")
@requires(Permission.ROSTER_MANAGE)
@blueprint.arguments(RosterInput)
@blueprint.response(200, RosterView)
def put_roster(roster: dict[str, Any], unit_id: int, actor: Actor) -> dict[str, Any]:
    """Put these shifts in the place of what the roster says from `from` to `to`.

    22:00–06:00, weekends and holidays have to be covered without a hole; a hole is 422 and names its hours.
    """
    here = work()
    require_unit(unit_id, here.snapshot.tree)
    _require_own(here, actor, unit_id)
    _check_time(roster)
    shifts = [Shift(unit_id, each["person_id"], each["begins_at"], each["ends_at"]) for each in roster["shifts"]]
    return _view(
        here, unit_id, write_roster(here.session, here.snapshot, unit_id, roster["from_"], roster["to"], shifts)
    )


def _require_own(here: Work, actor: Actor, unit_id: int) -> None:
    if Permission.ORG_MANAGE in here.permissions or _is_own(actor, unit_id, here.snapshot.tree):
        return
    raise Forbidden(
        "The roster is for the unit itself, the units above it and administrators.",
        "值班表由本单位、上级单位或管理员维护。",
    )


def _is_own(actor: Actor, unit_id: int, tree: Tree) -> bool:
    above = tree.path(unit_id)
    return any(
        post.unit_id in above and ACTING_ROLE.get(tree.units[post.unit_id].kind) is post.role for post in actor.posts
    )


def _check_time(given: dict[str, Any]) -> None:
    if not 0 < (given["to"] - given["from_"]).total_seconds() <= MOST_DAYS * 86_400:
        sentence = Text(f"Within {MOST_DAYS} days after from.", f"须晚于 from，且不超过 {MOST_DAYS} 天。")
        raise Invalid({"to": [sentence]})


def _view(here: Work, unit_id: int, shifts: Sequence[Shift]) -> dict[str, Any]:
    names = dict(here.session.execute(names_of(sorted({shift.person_id for shift in shifts}))).all())
    shown = [
        {
            "person_id": shift.person_id,
            "name": names[shift.person_id],
            "begins_at": shift.begins_at,
            "ends_at": shift.ends_at,
        }
        for shift in shifts
    ]
    return {"unit_id": unit_id, "shifts": shown}
