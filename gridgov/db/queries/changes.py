"""The dated changes of the city that a Tree is made with: where units lie, who follows on whom, who is on duty."""

from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import distinct_on

from gridgov.db.models import DutyShift, UnitMove, UnitSuccessor


def places_on(day: date) -> Select[int, int, int | None]:
    """Unit, parent and grid on that day, of every unit that has ever moved."""
    return (
        select(UnitMove.unit_id, UnitMove.parent_id, UnitMove.grid_id)
        .ext(distinct_on(UnitMove.unit_id))
        .where(UnitMove.since <= day)
        .order_by(UnitMove.unit_id, UnitMove.since.desc())
    )


def successors_on(day: date) -> Select[int, int]:
    """Which unit's people act for which merged unit on that day: (merged, into)."""
    return select(UnitSuccessor.unit_id, UnitSuccessor.into_id).where(UnitSuccessor.since <= day)


def shifts_between(begins: datetime, ends: datetime) -> Select[int, int, datetime, datetime]:
    """Unit, person, begin and end of every shift that lies in the time, wholly or in part."""
    return (
        select(DutyShift.unit_id, DutyShift.person_id, DutyShift.begins_at, DutyShift.ends_at)
        .where(DutyShift.begins_at < ends, DutyShift.ends_at > begins)
        .order_by(DutyShift.begins_at, DutyShift.id)
    )
