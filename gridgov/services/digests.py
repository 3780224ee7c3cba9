"""The digest: what could wait is one message a day, at eight; the ledger keeps a row for each notice in it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gridgov.db.models import Case, CaseEvent, Delivery, Message, NoticeRow
from gridgov.services.outbox import DeliveryState

DAY = timedelta(days=1)
EMAIL = "email"
WORDS = {DeliveryState.SENT: "sent", DeliveryState.FAILED: "failed", DeliveryState.WITHDRAWN: "not_sent"}


def gather_digests(session: Session, now: datetime, zone: ZoneInfo) -> int:
    """Make the digests that are due at `now`: one for each person's e-mail and each address; how many were made."""
    return _gather_mails(session, now, zone) + _gather_addresses(session, now, zone)


def _gather_mails(session: Session, now: datetime, zone: ZoneInfo) -> int:
    waits = (Delivery.state == DeliveryState.COLLECTED, Delivery.digest_id.is_(None), Delivery.next_at <= now)
    people = session.scalars(
        select(NoticeRow.person_id).join(Delivery, Delivery.notice_id == NoticeRow.id).where(*waits).distinct()
    )
    made = 0
    for person in people.all():
        own = select(NoticeRow.id).where(NoticeRow.person_id == person)
        collected = update(Delivery).where(*waits, Delivery.notice_id.in_(own))
        digest = _digest(session, now, zone, EMAIL, None, person)
        session.execute(collected.values(next_at=Delivery.next_at + DAY) if digest is None
                        else collected.values(digest_id=digest))  # fmt: skip
        made += digest is not None
    return made


def _gather_addresses(session: Session, now: datetime, zone: ZoneInfo) -> int:
    waits = (Message.state == DeliveryState.COLLECTED, Message.digest_id.is_(None), Message.next_at <= now)
    found = session.execute(select(Message.address_id, Message.lane, Message.person_id).where(*waits).distinct())
    made = 0
    for address, lane, person in found.all():
        collected = update(Message).where(*waits, Message.address_id == address)
        digest = _digest(session, now, zone, lane, address, person)
        session.execute(collected.values(next_at=Message.next_at + DAY) if digest is None
                        else collected.values(digest_id=digest))  # fmt: skip
        made += digest is not None
    return made


def _digest(
    session: Session, now: datetime, zone: ZoneInfo, lane: str, address_id: int | None, person_id: int | None
) -> int | None:
    """A new digest's id; None when there was one that day: what came too late for it waits for the next."""
    day = now.astimezone(zone).date().isoformat()
    row = insert(Message).values(
        purpose="digest",
        lane=lane,
        address_id=address_id,
        person_id=person_id,
        dedupe_key=f"digest:{person_id}:{address_id or lane}:{day}",
        next_at=now,
        created_at=now,
    )
    return session.execute(row.on_conflict_do_nothing().returning(Message.id)).scalar()


def lines_of(session: Session, digest_id: int) -> Sequence[Row[Case, CaseEvent]]:
    """What a digest tells, oldest first: cases with their events."""
    mails = (
        select(NoticeRow.case_id, NoticeRow.event_seq)
        .join(Delivery, Delivery.notice_id == NoticeRow.id)
        .where(Delivery.digest_id == digest_id)
    )
    others = select(Message.case_id, Message.event_seq).where(Message.digest_id == digest_id)
    told = mails.union(others).subquery()
    query = (
        select(Case, CaseEvent)
        .join(told, told.c.case_id == Case.id)
        .join(CaseEvent, (CaseEvent.case_id == Case.id) & (CaseEvent.seq == told.c.event_seq))
        .order_by(CaseEvent.at, Case.id, CaseEvent.seq)
    )
    return session.execute(query).all()


def settle_digest(session: Session, digest_id: int, state: DeliveryState, reason: str, now: datetime) -> None:
    """What became of a digest became of everything in it; the ledger says so row by row."""
    sent_at = now if state is DeliveryState.SENT else None
    session.execute(
        update(Message).where(Message.digest_id == digest_id).values(state=state, reason=reason, sent_at=sent_at)
    )
    mails = update(Delivery).where(Delivery.digest_id == digest_id).values(state=state, sent_at=sent_at)
    notices = session.execute(mails.returning(Delivery.notice_id)).scalars().all()
    session.execute(update(NoticeRow).where(NoticeRow.id.in_(notices)).values(state=WORDS[state], reason=reason))
