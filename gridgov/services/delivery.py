"""Sending what is due: claim and commit, send outside any transaction, finish in another (reliability.md R6).

The one service that opens its own transactions, because a slow server must never hold a row or a connection.
"""

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridgov.adapters.mail import Mail, Mailer, MailError, MailRefusedForever, MailUnavailable
from gridgov.adapters.render import Notification, render
from gridgov.db.models import Case, CaseEvent, NoticeRow, Person
from gridgov.db.session import city_now
from gridgov.domain.preferences import Verdict, Way
from gridgov.services import outbox
from gridgov.services.outbox import Claim
from gridgov.services.preferences import Subject, verdict_on
from gridgov.services.wording import action_title
from gridgov.services.world import Snapshot, World

MUST_ACT = frozenset({"holder", "assignee"})

log = logging.getLogger("gridgov.delivery")


@dataclass(frozen=True)
class PostOffice:
    """What sending needs: transactions, the city's words, a mailer, and the address that links lead to."""

    transaction: Callable[[], AbstractContextManager[Session]]
    world: World
    mailer: Mailer
    city: str
    public_url: str


def deliver_due(office: PostOffice, seconds: float = 10.0) -> int:
    """Send what is due, one message after the other; how many went out.

    It starts no further message after `seconds`, and none while the server takes nothing at all: each
    message that waits would only lose a try.
    """
    sent, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            found, gone = _deliver_one(office)
        except MailUnavailable:
            break
        if not found:
            break
        sent += gone
    return sent


def _deliver_one(office: PostOffice) -> tuple[bool, bool]:
    """Whether there was a message, and whether it went out. Raises MailUnavailable after noting the try.

    The claim is committed before anything else is tried: a row that breaks the words or the process has lost
    that try, rests for the time of the lease, and does not stand in the way of others.
    """
    with office.transaction() as session:
        claim = outbox.claim(session, city_now(session))
    if claim is None:
        return False, False
    with office.transaction() as session:
        mail = _prepare(session, office, claim)
    return True, mail is not None and _send(office, claim, mail)


def _send(office: PostOffice, claim: Claim, mail: Mail) -> bool:
    # Outside every transaction: a server may take half a minute, and the lease keeps others away meanwhile.
    try:
        office.mailer.send(mail)
    except MailError as error:
        _failed(office, claim, error)
        if isinstance(error, MailUnavailable):
            raise
        return False
    with office.transaction() as session:
        outbox.finish(session, claim, mail.message_id, city_now(session))
    return True


def _failed(office: PostOffice, claim: Claim, error: MailError) -> None:
    log.warning("delivery %s, try %s: %s", claim.id, claim.attempt, error)
    with office.transaction() as session:
        if isinstance(error, MailRefusedForever):
            outbox.give_up(session, claim, str(error))
        else:
            outbox.put_off(session, claim, str(error), city_now(session))


def _prepare(session: Session, office: PostOffice, claim: Claim) -> Mail | None:
    """The message as it is to be said now; None when it is settled that it will not go out."""
    if claim.attempt > outbox.ATTEMPTS:
        outbox.give_up(session, claim, "The last try was not finished.")
        return None
    notice, event, case, person = session.execute(
        select(NoticeRow, CaseEvent, Case, Person)
        .join(CaseEvent, (CaseEvent.case_id == NoticeRow.case_id) & (CaseEvent.seq == NoticeRow.event_seq))
        .join(Case, Case.id == NoticeRow.case_id)
        .join(Person, Person.id == NoticeRow.person_id)
        .where(NoticeRow.id == claim.notice_id)
    ).one()
    if not person.active or person.email is None:
        outbox.withdraw(session, claim, "inactive" if not person.active else "no_address")
        return None
    now = city_now(session)
    about = Subject("email", person.id, case.id, case.priority, event, notice.rings)
    if _held_back(session, claim, verdict_on(session, about, now, office.world.zone)):
        return None
    snapshot = office.world.at(session, now)
    told = notification_of(session, snapshot, notice.rule, event, case, office.public_url)
    subject, body = render(told, person.language, office.world.zone)
    identity = outbox.message_id(claim, office.city, urlsplit(office.public_url).hostname or "localhost")
    return Mail(identity, claim.recipient, subject, body, person.language)


def _held_back(session: Session, claim: Claim, verdict: Verdict) -> bool:
    """Whether the reader's wishes keep the message from leaving now; then the row says what becomes of it."""
    if verdict.way is Way.NEVER:
        outbox.withdraw(session, claim, verdict.reason or "opted_out")
    elif verdict.way is Way.DIGEST and verdict.at is not None:
        outbox.collect(session, claim, verdict.at)
    elif verdict.way is Way.LATER and verdict.at is not None:
        outbox.rest(session, claim, verdict.at, verdict.reason or "quiet_hours")
    return verdict.way is not Way.NOW


def notification_of(
    session: Session, snapshot: Snapshot, rule: str, event: CaseEvent, case: Case, public_url: str
) -> Notification:
    """The event in words, with the case's state and time as they are now: a late message shall not mislead."""
    pinned = (case.definition_name, case.definition_version)
    definition = snapshot.rules(session, *pinned).definition
    category = snapshot.catalogue.get(case.category)
    running = None if case.paused else case.due_at
    return Notification(
        number=case.number,
        action=event.action,
        action_title=action_title(session, snapshot, pinned, event.action),
        category=None if case.sensitive or category.sensitive else category.title,
        priority=case.priority,
        state=definition.state(case.state).title,
        waits=rule in MUST_ACT and case.closed_at is None and case.state == event.target,
        due_at=None if case.closed_at else case.promised_at if rule == "reporter" else running,
        link=f"{public_url}/cases/{case.number}",
    )
