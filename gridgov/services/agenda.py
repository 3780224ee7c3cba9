"""What comes back to the same place goes on the agenda of the compound's next joint meeting."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, insert, select, update
from sqlalchemy.orm import Session

from gridgov.db.models import AgendaItem
from gridgov.domain.case import Facts

REPEAT_PLACE = "repeat_place"
Place = tuple[int, int | None, str]


def put_on_agenda(session: Session, facts: Facts, numbers: Sequence[str], now: datetime) -> None:
    """Note that these cases are about one building and category, in the caller's transaction.

    A row is only ever added, so that nobody waits here; rows of one place are shown as one (`joined`).
    """
    session.execute(
        insert(AgendaItem).values(
            compound_id=facts.compound_id,
            kind=REPEAT_PLACE,
            building_id=facts.building_id,
            category=facts.category,
            case_numbers=list(numbers),
            created_at=now,
        )
    )


def agenda_of(session: Session, compound_id: int, meeting_id: int | None) -> list[AgendaItem]:
    """What a meeting took up, or with None what waits for the compound's next; one item a place, the oldest first."""
    rows = session.scalars(select(AgendaItem).where(_on(compound_id, meeting_id)).order_by(AgendaItem.id))
    return joined(rows)


def take_up(session: Session, compound_id: int, meeting_id: int) -> None:
    """Let a meeting that is held take up everything that waits."""
    session.execute(update(AgendaItem).where(_on(compound_id, None)).values(meeting_id=meeting_id))


def joined(rows: Iterable[AgendaItem]) -> list[AgendaItem]:
    """The rows with those of one place made one: its first moment, and every case."""
    found: dict[Place, AgendaItem] = {}
    for row in rows:
        first = found.setdefault((row.compound_id, row.building_id, row.category), row)
        numbers = list(dict.fromkeys([*first.case_numbers, *row.case_numbers]))
        found[row.compound_id, row.building_id, row.category] = AgendaItem(
            compound_id=row.compound_id,
            kind=row.kind,
            building_id=row.building_id,
            category=row.category,
            case_numbers=numbers,
            created_at=first.created_at,
            meeting_id=row.meeting_id,
        )
    return list(found.values())


def _on(compound_id: int, meeting_id: int | None) -> ColumnElement[bool]:
    if meeting_id is None:
        return and_(AgendaItem.compound_id == compound_id, AgendaItem.meeting_id.is_(None))
    return AgendaItem.meeting_id == meeting_id
