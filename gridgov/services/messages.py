"""One message of a channel's lane: claimed, worded as things stand now, handed over outside any transaction, noted."""

import logging
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridgov.adapters.channels import ChannelError, ChannelRefused
from gridgov.adapters.mail import Mail, MailError, MailRefusedForever, MailUnavailable
from gridgov.adapters.render import render, render_code, render_digest
from gridgov.db.models import Address, Case, CaseEvent, Message, Person
from gridgov.db.session import city_now
from gridgov.domain.notices import rings_at
from gridgov.domain.preferences import Preferences, Way, quiet_until
from gridgov.services import leases
from gridgov.services.addresses import EMAIL, disable_address
from gridgov.services.delivery import notification_of
from gridgov.services.digests import lines_of, settle_digest
from gridgov.services.lanes import PostRoom, Turn
from gridgov.services.leases import Hold
from gridgov.services.outbox import DeliveryState
from gridgov.services.preferences import Subject, preferences_of, verdict_on

LANGUAGE = "zh"
"""What a unit's robot speaks."""

log = logging.getLogger("gridgov.messages")


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in words, and where it goes: a mail address, or an Apprise URL. It is never logged."""

    url: str
    by_mail: bool
    subject: str
    body: str
    language: str
    identity: str


def channel_turn(lane: str) -> Turn:
    """What sends one message of that lane."""

    def turn(room: PostRoom) -> bool:
        with room.transaction() as session:
            hold = leases.take(session, Message, city_now(session), Message.lane == lane)
        if hold is None:
            return False
        with room.transaction() as session:
            letter = _prepared(session, room, hold)
        return letter is None or _send(room, hold, letter)

    return turn


def _send(room: PostRoom, hold: Hold, letter: Letter) -> bool:
    """Whether to go on: not while the mail server takes nothing at all, where each message would only lose a try."""
    # Outside every transaction: a service may take ten seconds, and the lease keeps others away meanwhile.
    try:
        _hand_over(room, letter)
    except (ChannelError, MailError) as error:
        log.warning("message %s, try %s: %s", hold.id, hold.attempt, error)
        with room.transaction() as session:
            _failed(session, hold, error, city_now(session))
        return not isinstance(error, MailUnavailable)
    with room.transaction() as session:
        now = city_now(session)
        if leases.end(session, hold, state=DeliveryState.SENT, sent_at=now, last_error=None, reason=None):
            settle_digest(session, hold.id, DeliveryState.SENT, "digest", now)
    return True


def _hand_over(room: PostRoom, letter: Letter) -> None:
    if not letter.by_mail:
        room.courier.send(letter.url, letter.subject, letter.body)
    elif room.mailer is not None:
        room.mailer.send(Mail(letter.identity, letter.url, letter.subject, letter.body, letter.language))


def _failed(session: Session, hold: Hold, error: Exception, now: datetime) -> None:
    """Note the try. What is given up for good switches its address off: nothing else would arrive there."""
    if isinstance(error, (ChannelRefused, MailRefusedForever)):
        over = leases.give_up(session, hold, str(error))
    else:
        over = leases.put_off(session, hold, str(error), now)
    if over:
        _give_up_rest(session, hold, now)


def _give_up_rest(session: Session, hold: Hold, now: datetime) -> None:
    settle_digest(session, hold.id, DeliveryState.FAILED, "undeliverable", now)
    address = session.execute(select(Message.address_id).where(Message.id == hold.id)).scalar_one()
    if address is not None:
        disable_address(session, address, "undeliverable", now)


def _prepared(session: Session, room: PostRoom, hold: Hold) -> Letter | None:
    """The message as it is to be said now; None when it is settled that it does not leave now."""
    now = city_now(session)
    if hold.spent:
        leases.give_up(session, hold, "The last try was not finished.")
        _give_up_rest(session, hold, now)
        return None
    row = session.get_one(Message, hold.id, populate_existing=True)
    address = session.get_one(Address, row.address_id) if row.address_id is not None else None
    person = session.get_one(Person, row.person_id) if row.person_id is not None else None
    reason = _useless(room, row, address, person)
    if reason is not None:
        _withdraw(session, hold, reason, now)
        return None
    if _held_back(session, room, hold, row, address, now):
        return None
    return _letter(session, room, row, address, person)


def _useless(room: PostRoom, row: Message, address: Address | None, person: Person | None) -> str | None:
    """Why it cannot leave whatever anybody wishes."""
    if person is not None and not person.active:
        return "inactive"
    if address is not None and address.disabled_at is not None:
        return "address_disabled"
    if address is None and (person is None or person.email is None):
        return "no_address"
    return "email_off" if row.lane == EMAIL and room.mailer is None else None


def _withdraw(session: Session, hold: Hold, reason: str, now: datetime) -> None:
    if leases.end(session, hold, state=DeliveryState.WITHDRAWN, reason=reason):
        settle_digest(session, hold.id, DeliveryState.WITHDRAWN, reason, now)


def _held_back(
    session: Session, room: PostRoom, hold: Hold, row: Message, address: Address | None, now: datetime
) -> bool:
    """Whether its reader's wishes keep it from leaving now; then the row says what becomes of it.

    A unit has no wishes: like a bell its robot keeps still at night about P3 and P4 (workflow.md §3).
    """
    if row.purpose == "code":
        return False
    if row.person_id is None:
        until = rings_at(now, _case_and_event(session, row)[0].priority, room.world.zone)
        return until > now and leases.end(session, hold, next_at=until, reason="quiet_hours")
    kind = address.kind if address is not None else EMAIL
    if row.purpose == "digest":
        return _digest_held_back(session, room, hold, preferences_of(session, row.person_id), kind, now)
    case, event = _case_and_event(session, row)
    about = Subject(kind, row.person_id, case.id, case.priority, event, row.rings)
    found = verdict_on(session, about, now, room.world.zone)
    if found.way is Way.NEVER:
        leases.end(session, hold, state=DeliveryState.WITHDRAWN, reason=found.reason)
    elif found.way is Way.DIGEST:
        leases.end(session, hold, state=DeliveryState.COLLECTED, reason=found.reason, next_at=found.at)
    elif found.way is Way.LATER:
        leases.end(session, hold, next_at=found.at, reason=found.reason)
    return found.way is not Way.NOW


def _digest_held_back(
    session: Session, room: PostRoom, hold: Hold, wishes: Preferences, kind: str, now: datetime
) -> bool:
    if not getattr(wishes, kind):
        _withdraw(session, hold, "opted_out", now)
        return True
    until = quiet_until(wishes, now, room.world.zone)
    return until is not None and leases.end(session, hold, next_at=until, reason="quiet_hours")


def _letter(session: Session, room: PostRoom, row: Message, address: Address | None, person: Person | None) -> Letter:
    sealed = room.sealer.open(address.sealed) if address is not None else {"url": (person and person.email) or ""}
    language = person.language if person is not None else LANGUAGE
    if row.purpose == "code":
        subject, body = render_code(sealed["code"], room.public_url, language)
    elif row.purpose == "digest":
        subject, body = _digest(session, room, row, language)
    else:
        subject, body = _notice(session, room, row, language)
    return Letter(sealed["url"], row.lane == EMAIL, subject, body, language, _identity(room, row))


def _notice(session: Session, room: PostRoom, row: Message, language: str) -> tuple[str, str]:
    case, event = _case_and_event(session, row)
    snapshot = room.world.at(session, city_now(session))
    told = notification_of(session, snapshot, row.rule or "", event, case, room.public_url)
    return render(told, language, room.world.zone, "" if row.lane == EMAIL else ".short")


def _digest(session: Session, room: PostRoom, row: Message, language: str) -> tuple[str, str]:
    snapshot = room.world.at(session, city_now(session))
    told = [
        notification_of(session, snapshot, "", event, case, room.public_url)
        for case, event in lines_of(session, row.id)
    ]
    return render_digest(told, row.created_at.astimezone(room.world.zone).date(), language)


def _case_and_event(session: Session, row: Message) -> tuple[Case, CaseEvent]:
    key = {"case_id": row.case_id, "seq": row.event_seq}
    return session.get_one(Case, row.case_id), session.get_one(CaseEvent, key)


def _identity(room: PostRoom, row: Message) -> str:
    """The Message-ID: the same at every try, and it tells no address."""
    digest = sha256(f"{room.city}:message:{row.dedupe_key}".encode()).hexdigest()
    return f"<{digest[:40]}@{urlsplit(room.public_url).hostname or 'localhost'}>"
