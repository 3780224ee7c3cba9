"""The city changes its shape by date: units move, branches merge. Running cases keep owner and territory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, or_, select, text, update
from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.orm import Session

from gridgov.db.models import PostRow, ServiceRow, UnitMove, UnitRow, UnitSuccessor
from gridgov.domain.errors import Invalid, NotFound, Text
from gridgov.domain.moves import require_heir_branch, require_place, strays
from gridgov.domain.org import Tree, Unit, UnitKind
from gridgov.services.handover import settle
from gridgov.services.rulebook import touch_city
from gridgov.services.serving import served_after
from gridgov.services.world import Snapshot, renewed, tree_on

AT_FIRST = date.min
KEY = ("unit_id", "since")

# The place of today, repeated in the row that lists look at; the dated rows decide.
SYNC_PLACES = text("""
UPDATE units AS u SET parent_id = p.parent_id, grid_id = p.grid_id
FROM (SELECT DISTINCT ON (unit_id) unit_id, parent_id, grid_id FROM unit_moves
      WHERE since <= :day ORDER BY unit_id, since DESC) AS p
WHERE u.id = p.unit_id AND (u.parent_id, u.grid_id) IS DISTINCT FROM (p.parent_id, p.grid_id)
""")


@dataclass(frozen=True)
class Reshaped:
    """What a change of the tree did: the unit, from which day, how many posts ended, what to think about."""

    unit: Unit
    on: date
    posts_ended: int = 0
    warnings: Sequence[Text] = field(default_factory=list)


def move_unit(
    session: Session, snapshot: Snapshot, unit_id: int, parent_id: int | None, grid_id: int | None, on: date
) -> Reshaped:
    """Let the unit lie elsewhere from `on`; what is not named stays. Open cases keep the territory of their report.

    Raises Invalid for a place of the wrong kind or a past day, and NotFound.
    """
    touch_city(session)
    _require_coming(on, snapshot.day)
    tree = tree_on(session, snapshot.calendar.zone, on)
    unit = _unit(unit_id, tree)
    parent = parent_id if parent_id is not None else unit.parent_id
    grid = grid_id if grid_id is not None else unit.grid_id
    require_place(unit, parent, grid, tree)
    _write_place(session, unit_id, AT_FIRST, *_first_place(session, unit_id), keep=True)
    _write_place(session, unit_id, on, parent, grid)
    sync_places(session, snapshot.day)
    return Reshaped(unit, on, warnings=strays(unit_id, tree_on(session, snapshot.calendar.zone, on)))


def merge_branch(
    session: Session, snapshot: Snapshot, branch_id: int, into_id: int, on: date, now: datetime
) -> Reshaped:
    """From `on` another branch answers for the compounds of this one, and its people act for this one's open cases.

    The merged branch keeps its cases, as their owner, until they end; its own posts end on that day.
    Raises Invalid for a branch that cannot take it over or a past day, and NotFound.
    """
    touch_city(session)
    _require_coming(on, snapshot.day)
    tree = tree_on(session, snapshot.calendar.zone, on)
    old = _unit(branch_id, tree)
    if old.kind is not UnitKind.BRANCH:
        raise NotFound("There is no such branch.", "没有这个支部。")
    into = dict(session.execute(select(UnitSuccessor.unit_id, UnitSuccessor.into_id)).all())
    new = require_heir_branch(old, tree.units.get(into_id), tree, into)
    _pass_services(session, old.id, new.id, on)
    session.add(UnitSuccessor(unit_id=old.id, into_id=new.id, since=on))
    ended = _end_posts(session, old.id, on)
    session.flush()
    settle(session, renewed(session, snapshot), now)
    return Reshaped(old, on, ended)


def sync_places(session: Session, day: date) -> None:
    """Let every unit's row say where it lies on that day: a move that was dated ahead reaches its day in silence."""
    session.execute(SYNC_PLACES, {"day": day})


def _require_coming(on: date, today: date) -> None:
    if on < today:
        raise Invalid({"on": [Text("This lies in the past.", "不能早于今天。")]})


def _unit(unit_id: int, tree: Tree) -> Unit:
    unit = tree.units.get(unit_id)
    if unit is None:
        raise NotFound("There is no such unit.", "没有这个单位。")
    return unit


def _first_place(session: Session, unit_id: int) -> tuple[int | None, int | None]:
    return session.execute(select(UnitRow.parent_id, UnitRow.grid_id).where(UnitRow.id == unit_id)).one()


def _write_place(
    session: Session, unit_id: int, since: date, parent_id: int | None, grid_id: int | None, keep: bool = False
) -> None:
    """One row a unit and day; `keep` leaves a row that is there."""
    row = insert(UnitMove).values(unit_id=unit_id, since=since, parent_id=parent_id, grid_id=grid_id)
    place = {"parent_id": parent_id, "grid_id": grid_id}
    session.execute(row.on_conflict_do_nothing() if keep else row.on_conflict_do_update(index_elements=KEY, set_=place))


def _pass_services(session: Session, old_id: int, new_id: int, on: date) -> None:
    """What the old branch serves on or after the day, the new one serves from then on, until it would have ended."""
    for service in served_after(session, old_id, on):
        lower, upper = service.valid.lower, service.valid.upper
        begins = max(on, lower) if lower is not None else on
        service.valid = Range(lower, begins) if lower is None or lower < begins else Range(empty=True)
        session.flush()
        session.add(
            ServiceRow(org_id=new_id, kind=service.kind, territory_id=service.territory_id, valid=Range(begins, upper))
        )


def _end_posts(session: Session, unit_id: int, on: date) -> int:
    going_on = or_(PostRow.valid_to.is_(None), PostRow.valid_to > on)
    ends = func.greatest(on, func.coalesce(PostRow.valid_from, on))
    ended = update(PostRow).where(PostRow.unit_id == unit_id, going_on).values(valid_to=ends).returning(PostRow.id)
    return len(session.execute(ended.execution_options(synchronize_session=False)).all())
