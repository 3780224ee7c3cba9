"""Rows → case files, a thousand cases at a time: what doctor needs stays small however large the city is."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from gridgov.db.models import (
    Case,
    CaseEvent,
    ClockRow,
    Delivery,
    NoticeRow,
    PostRow,
    RequestRow,
    UnitSuccessor,
    WhistleRow,
)
from gridgov.domain.actors import Signature
from gridgov.domain.bookkeeping import MIGRATE
from gridgov.domain.clock import Clock, ClockKind, ClockState, Stage
from gridgov.domain.durations import Span
from gridgov.domain.errors import NotFound
from gridgov.domain.rules import Rules
from gridgov.domain.steps import Event
from gridgov.services.city_time import in_city_time
from gridgov.services.doctor.case_file import LATE, CaseFile, Link, Told, version_named
from gridgov.services.world import Snapshot

BATCH = 1_000
ENDS = ("from", "to")
UNREAD = frozenset({"title", "description", "address", "search", "lat", "lon"})
CASE_COLUMNS = tuple(column for column in Case.__table__.c if column.name not in UNREAD)


def case_count(session: Session) -> int:
    """How many cases there are to look at."""
    return session.execute(select(func.count()).select_from(Case)).scalar_one()


def batches(session: Session) -> Iterator[Sequence[Row[Any]]]:
    """The rows of `cases` in the order of their ids, without what people wrote."""
    last = 0
    while rows := session.execute(select(*CASE_COLUMNS).where(Case.id > last).order_by(Case.id).limit(BATCH)).all():
        yield rows
        last = rows[-1].id


def files_of(
    session: Session, snapshot: Snapshot, rows: Sequence[Row[Any]], now: datetime, served_since: dict[int, datetime]
) -> Iterator[CaseFile]:
    """A file for each of the rows. Raises NotFound when a case is pinned to a definition that is not there."""
    ids = [row.id for row in rows]
    links, clocks, notices = _links(session, ids), _clocks(session, ids), _notices(session, ids)
    requests = _requests(session, ids)
    whistles = _whistles(session, ids)
    late = in_city_time(session, LATE)
    for row in rows:
        rules = snapshot.rules(session, row.definition_name, row.definition_version)
        yield CaseFile(
            row=row,
            rules=rules,
            tree=snapshot.tree,
            now=now,
            links=links.get(row.id, ()),
            clocks=clocks.get(row.id, ()),
            notices=notices.get(row.id, ()),
            requests=requests.get(row.id, ()),
            served_since=served_since,
            past=_past(session, snapshot, links.get(row.id, ())),
            whistles=whistles.get(row.id, ()),
            late=late,
        )


def _past(session: Session, snapshot: Snapshot, links: Sequence[Link]) -> dict[tuple[str, int], Rules]:
    """The rules of the versions that the case's migrations name; one that is not there is left out."""
    found = {}
    for key in {version_named(link.event, end) for link in links if link.event.action == MIGRATE for end in ENDS}:
        with suppress(NotFound):
            found[key] = snapshot.rules(session, *key)
    return found


def first_notices(session: Session, today: date) -> dict[int, datetime]:
    """Since when each person may be expected to know what their present posts are told.

    From the first time that they were told anything, and not before a post that they have got meanwhile, by appointment
    or by a merger, is two days old: days of posts are local, and a day is over everywhere by then.
    """
    query = select(NoticeRow.person_id, func.min(NoticeRow.created_at).label("since")).group_by(NoticeRow.person_id)
    found = {row.person_id: row.since for row in session.execute(query)}
    for person, day in session.execute(_newest_posts(today)):
        settled = datetime.combine(day, time(0), UTC) + timedelta(days=2)
        found[person] = max(found.get(person, settled), settled)
    return found


def _newest_posts(today: date) -> Select[int, date]:
    """Each person whose posts have changed, with the last day on which one began, by appointment or by merger."""
    own = select(PostRow.person_id, PostRow.valid_from.label("day")).where(PostRow.valid_from <= today)
    merged = (
        select(PostRow.person_id, UnitSuccessor.since.label("day"))
        .join(UnitSuccessor, UnitSuccessor.into_id == PostRow.unit_id)
        .where(UnitSuccessor.since <= today)
    )
    both = own.union_all(merged).subquery()
    return select(both.c.person_id, func.max(both.c.day)).group_by(both.c.person_id)


def _links(session: Session, ids: Sequence[int]) -> dict[int, list[Link]]:
    query = select(*CaseEvent.__table__.c).where(CaseEvent.case_id.in_(ids))
    found: dict[int, list[Link]] = {}
    for row in session.execute(query.order_by(CaseEvent.case_id, CaseEvent.seq)):
        found.setdefault(row.case_id, []).append(_link(row))
    return found


def _link(row: Row[Any]) -> Link:
    event = Event(
        seq=row.seq,
        at=row.at,
        action=row.action,
        origin=row.origin,
        target=row.target,
        signature=Signature(row.actor_kind, row.person_id, row.role, row.unit_id),
        note=row.note,
        data=row.data,
        changes=row.changes,
        wall_s=row.wall_s,
        working_s=row.working_s,
        charged_id=row.charged_id,
        public=row.public,
    )
    return Link(event, bytes(row.salt), bytes(row.digest), bytes(row.prev_hash), bytes(row.hash))


def _clocks(session: Session, ids: Sequence[int]) -> dict[int, list[Clock]]:
    query = select(*ClockRow.__table__.c).where(ClockRow.case_id.in_(ids)).order_by(ClockRow.id)
    found: dict[int, list[Clock]] = {}
    for row in session.execute(query):
        found.setdefault(row.case_id, []).append(_clock(row))
    return found


def _clock(row: Row[Any]) -> Clock:
    return Clock(
        kind=ClockKind(row.kind),
        key=row.key,
        holder_id=row.holder_id,
        started_at=row.started_at,
        limit=Span.parse(row.span),
        due_at=row.due_at,
        next_at=row.next_at,
        stage=Stage(row.stage),
        state=ClockState(row.state),
        pauses=tuple((_moment(begin), _moment(end)) for begin, end in row.pauses),
        paused_at=row.paused_at,
        order_level=row.order_level,
        orderer_id=row.orderer_id,
    )


def _requests(session: Session, ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    query = select(*RequestRow.__table__.c).where(RequestRow.case_id.in_(ids)).order_by(RequestRow.number)
    found: dict[int, list[Row[Any]]] = {}
    for row in session.execute(query):
        found.setdefault(row.case_id, []).append(row)
    return found


def _moment(written: str) -> datetime:
    return datetime.fromisoformat(written).astimezone(UTC)


def _notices(session: Session, ids: Sequence[int]) -> dict[int, list[Told]]:
    columns = (NoticeRow.event_seq, NoticeRow.person_id, NoticeRow.channel, NoticeRow.rule)
    query = (
        select(NoticeRow.case_id, *columns, NoticeRow.state, NoticeRow.reason, Delivery.state.label("outbox"))
        .outerjoin(Delivery, Delivery.notice_id == NoticeRow.id)
        .where(NoticeRow.case_id.in_(ids))
        .order_by(NoticeRow.id)
    )
    found: dict[int, list[Told]] = {}
    for row in session.execute(query):
        found.setdefault(row.case_id, []).append(
            Told(row.event_seq, row.person_id, row.channel, row.rule, row.state, row.reason, row.outbox)
        )
    return found


def _whistles(session: Session, ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    query = select(*WhistleRow.__table__.c).where(WhistleRow.case_id.in_(ids)).order_by(WhistleRow.number)
    found: dict[int, list[Row[Any]]] = {}
    for row in session.execute(query):
        found.setdefault(row.case_id, []).append(row)
    return found
