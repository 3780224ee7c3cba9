"""Notices with what they speak of. A person's own notices and reading them: services.notifications."""

from sqlalchemy import Select, and_, select

from gridgov.db.models import Case, CaseEvent, NoticeRow, Person
from gridgov.db.paging import By, Order

NEWEST_FIRST = Order((By(NoticeRow.id, descending=True),))

Notices = Select[NoticeRow, str, str, int, str, str, str]


def with_events(rows: Select[NoticeRow]) -> Notices:
    """Each notice with its case's number, definition, version and priority, and its event's action and target."""
    of_event = and_(CaseEvent.case_id == NoticeRow.case_id, CaseEvent.seq == NoticeRow.event_seq)
    columns = (Case.number, Case.definition_name, Case.definition_version, Case.priority)
    return (
        rows.join(Case, Case.id == NoticeRow.case_id)
        .join(CaseEvent, of_event)
        .add_columns(*columns, CaseEvent.action, CaseEvent.target)
    )


def ledger(number: str | None, state: str | None, username: str | None = None) -> Notices:
    """Every notice, also those that were not sent; of one case, in one state or to one person where that is given."""
    rows = select(NoticeRow)
    if username is not None:
        rows = rows.join(Person, Person.id == NoticeRow.person_id).where(Person.username == username)
    if state is not None:
        rows = rows.where(NoticeRow.state == state)
    found = with_events(rows)
    return found if number is None else found.where(Case.number == number)
