"""What people wish of messages, and what that means for one message now. The rule: domain.preferences."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gridgov.db.models import CaseEvent, Delivery, Message, NoticeRow, PreferenceRow
from gridgov.domain.preferences import HOUR, Outgoing, Preferences, Verdict, verdict


@dataclass(frozen=True, slots=True)
class Subject:
    """What a message would tell whom: the person, the case with its present priority, the event, and whether it rings.

    `kind` is that of the channel: email or apprise.
    """

    kind: str
    person_id: int
    case_id: int
    priority: str
    event: CaseEvent
    rings: bool


def preferences_of(session: Session, person_id: int) -> Preferences:
    """The person's wishes; where nothing is written: everything on, at all hours, one by one."""
    row = session.get(PreferenceRow, person_id)
    if row is None:
        return Preferences()
    quiet = (row.quiet_from, row.quiet_to) if row.quiet_from is not None and row.quiet_to is not None else None
    return Preferences(row.email, row.apprise, quiet, row.digest)


def write_preferences(session: Session, person_id: int, wishes: Preferences, now: datetime) -> None:
    """Let these be the person's wishes from now on; what was sent is sent."""
    quiet = wishes.quiet or (None, None)
    values = {
        "email": wishes.email,
        "apprise": wishes.apprise,
        "quiet_from": quiet[0],
        "quiet_to": quiet[1],
        "digest": wishes.digest,
        "updated_at": now,
    }
    row = insert(PreferenceRow).values(person_id=person_id, **values)
    session.execute(row.on_conflict_do_update(index_elements=["person_id"], set_=values))
    session.expire_all()


def verdict_on(session: Session, about: Subject, now: datetime, zone: ZoneInfo) -> Verdict:
    """What becomes of the message at `now`."""
    wishes = preferences_of(session, about.person_id)
    # Only the top's repeated supervision is the system's own; everybody else supervises as a person.
    routine = about.event.action == "supervise" and about.event.actor_kind == "system"
    recent = _recent(session, about.person_id, about.case_id, now)
    return verdict(Outgoing(about.kind, about.priority, about.rings, routine, recent), wishes, now, zone)


def _recent(session: Session, person_id: int, case_id: int, now: datetime) -> int:
    """How many external messages about the case went to the person within the hour, by any channel."""
    mails = (
        select(func.count(Delivery.id))
        .join(NoticeRow, NoticeRow.id == Delivery.notice_id)
        .where(NoticeRow.case_id == case_id, NoticeRow.person_id == person_id, Delivery.digest_id.is_(None))
        .where(Delivery.sent_at > now - HOUR)
    )
    others = select(func.count(Message.id)).where(
        Message.case_id == case_id,
        Message.person_id == person_id,
        Message.digest_id.is_(None),
        Message.sent_at > now - HOUR,
    )
    sums = session.execute(select(mails.scalar_subquery(), others.scalar_subquery())).one()
    return int(sums[0]) + int(sums[1])
