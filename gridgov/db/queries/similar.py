"""Which cases a report is compared with: the newest near it that the caller may see, at most 250, found by indexes."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select, union

from gridgov.db.models import Case
from gridgov.db.queries.cases import BRIEF

MOST_AT_BUILDING, MOST_IN_COMPOUND, MOST_NEAR = 50, 100, 100
GONE = ("merged", "withdrawn")


def neighbours(
    seen: ColumnElement[bool],
    since: datetime,
    until: datetime,
    building_id: int | None,
    compound_id: int,
    community_id: int | None,
    box: tuple[float, float, float, float] | None,
) -> Select[Any]:
    """The cases within `seen` of the building, the compound, and the box (west, east, south, north) in the community.

    Only those reported between the two moments; what is merged or withdrawn is left out.
    """
    fresh = and_(seen, Case.reported_at.between(since, until), Case.state.not_in(GONE))
    found = [_newest(and_(fresh, Case.compound_id == compound_id), MOST_IN_COMPOUND)]
    if building_id is not None:
        found.append(_newest(and_(fresh, Case.building_id == building_id), MOST_AT_BUILDING))
    if box is not None and community_id is not None:
        west, east, south, north = box
        near = and_(Case.lon.between(west, east), Case.lat.between(south, north))
        found.append(_newest(and_(fresh, Case.community_id == community_id, near), MOST_NEAR))
    ids = union(*found).subquery()
    return select(*BRIEF, Case.id, Case.description).join(ids, ids.c.id == Case.id)


def _newest(condition: ColumnElement[bool], most: int) -> Select[tuple[int]]:
    newest = select(Case.id).where(condition).order_by(Case.reported_at.desc()).limit(most).subquery()
    return select(newest.c.id)
