"""Duty rosters: who is rung for a unit at night, on weekends and on holidays. A roster with a hole is refused."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from gridgov.db.models import DutyShift, PostRow
from gridgov.db.queries.changes import shifts_between
from gridgov.domain.calendar import Calendar
from gridgov.domain.duty import first_hole
from gridgov.domain.errors import Invalid, NotFound, Text
from gridgov.domain.org import ACTING_ROLE, Shift, Tree
from gridgov.services.rulebook import touch_city
from gridgov.services.world import Snapshot


def write_roster(
    session: Session, snapshot: Snapshot, unit_id: int, begins: datetime, ends: datetime, shifts: Sequence[Shift]
) -> list[Shift]:
    """Put `shifts` in the place of whatever the unit's roster says from `begins` to `ends`; what stands then.

    Every hour of duty time between the two has somebody; work time may be left out, since everybody is rung then.
    Raises Invalid for a hole (naming its first hour), a shift outside the time, or somebody without a post in the
    unit when the shift begins, and NotFound.
    """
    touch_city(session)
    require_unit(unit_id, snapshot.tree)
    _check_shifts(session, snapshot, unit_id, (begins, ends), shifts)
    _require_no_hole(begins, ends, shifts, snapshot.calendar)
    kept = _outside(session, unit_id, begins, ends)
    session.add_all(_row(shift) for shift in (*kept, *shifts))
    session.flush()
    return roster_of(session, unit_id, begins, ends)


def roster_of(session: Session, unit_id: int, begins: datetime, ends: datetime) -> list[Shift]:
    """The unit's shifts that lie between the two moments, wholly or in part, in the order of their beginnings."""
    rows = shifts_between(begins, ends).where(DutyShift.unit_id == unit_id)
    return [Shift(*row) for row in session.execute(rows)]


def require_unit(unit_id: int, tree: Tree) -> None:
    """Nothing when somebody can be on duty for such a unit. Raises NotFound."""
    unit = tree.units.get(unit_id)
    if unit is None or unit.kind not in ACTING_ROLE:
        raise NotFound("There is no unit of people with this id.", "没有可排班的该单位。")


def _check_shifts(
    session: Session, snapshot: Snapshot, unit_id: int, time: tuple[datetime, datetime], shifts: Sequence[Shift]
) -> None:
    fields: dict[str, list[str]] = {}
    for number, shift in enumerate(shifts):
        if not time[0] <= shift.begins_at < shift.ends_at <= time[1]:
            fields[f"shifts.{number}"] = [OUTSIDE]
        elif shift.person_id not in _staff(session, snapshot, unit_id, shift.begins_at):
            fields[f"shifts.{number}.person_id"] = [NOT_THERE]
    if fields:
        raise Invalid(fields)


def _staff(session: Session, snapshot: Snapshot, unit_id: int, at: datetime) -> Collection[int]:
    """Who acts for the unit today, or by an own post on the day of the shift."""
    day, role = snapshot.calendar.local_date(at), ACTING_ROLE[snapshot.tree.units[unit_id].kind]
    begun = func.coalesce(PostRow.valid_from, day) <= day
    rows = select(PostRow.person_id).where(PostRow.unit_id == unit_id, PostRow.role == role.value, begun)
    going = session.execute(rows.where((PostRow.valid_to.is_(None)) | (PostRow.valid_to > day))).scalars()
    ended = snapshot.tree.acting.get(unit_id, ()) if day == snapshot.day else ()
    return {*going, *ended}


def _require_no_hole(begins: datetime, ends: datetime, shifts: Sequence[Shift], calendar: Calendar) -> None:
    hole = first_hole(begins, ends, shifts, calendar)
    if hole is not None:
        first, last = (moment.astimezone(calendar.zone).strftime("%Y-%m-%d %H:%M") for moment in hole)
        sentence = Text(f"Nobody is on duty from {first} to {last}.", f"{first} 至 {last} 无人值班。")
        raise Invalid({"shifts": [sentence]})


def _outside(session: Session, unit_id: int, begins: datetime, ends: datetime) -> list[Shift]:
    """Take the time out of the roster; what remains of the shifts that reach beyond it comes back."""
    old = roster_of(session, unit_id, begins, ends)
    gone = (DutyShift.unit_id == unit_id, DutyShift.begins_at < ends, DutyShift.ends_at > begins)
    session.execute(delete(DutyShift).where(*gone))
    before = [Shift(unit_id, each.person_id, each.begins_at, begins) for each in old if each.begins_at < begins]
    after = [Shift(unit_id, each.person_id, ends, each.ends_at) for each in old if each.ends_at > ends]
    return before + after


def _row(shift: Shift) -> DutyShift:
    return DutyShift(unit_id=shift.unit_id, person_id=shift.person_id, begins_at=shift.begins_at, ends_at=shift.ends_at)


OUTSIDE = Text("A shift ends after it begins, within from and to.", "班次须先起后止，且在 from 与 to 之间。")
NOT_THERE = Text("This person has no post in the unit then.", "该人员届时不在本单位任职。")
