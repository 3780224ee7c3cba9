"""Quiet hours, digest and cap on rows: what waits, what is gathered at eight, what the ledger says of it."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select, text, update

from gridgov.adapters.mail import MemoryMailer
from gridgov.db.models import CaseEvent, Delivery, NoticeRow, Person
from gridgov.domain.model_city import BRANCH, COMMUNITY, PROPERTY
from gridgov.domain.preferences import MOST_PER_HOUR, Preferences
from gridgov.services.delivery import PostOffice, deliver_due
from gridgov.services.doctor import run_doctor
from gridgov.services.outbox import DeliveryState
from gridgov.services.reconcile import reconcile
from gridgov.services.world import World
from tests.factories import ZONE
from tests.integration.post_rooms import PUBLIC, Office, make_office
from tests.integration.receiver import web_server

SHANGHAI = ZoneInfo("Asia/Shanghai")
QUIET = Preferences(quiet=(time(22), time(7)))


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


@pytest.fixture
def mailer() -> MemoryMailer:
    return MemoryMailer()


@pytest.fixture
def office(own_engine: Engine, mailer: MemoryMailer) -> Office:
    made = make_office(own_engine, mailer=mailer)
    made.at(local(24, 10))
    with made.transaction() as session:
        session.execute(update(Person).values(email=Person.username + "@people.example"))
    return made


def deliver(office: Office) -> int:
    """What the deliverer and the dispatcher do in a turn."""
    mailer = office.mailer
    assert mailer is not None
    sent = deliver_due(PostOffice(office.transaction, World(ZONE), mailer, "xuanwei", PUBLIC))
    return sent + office.send()


def mail_of(office: Office, mailer: MemoryMailer, person: int) -> list[str]:
    with office.transaction() as session:
        address = session.get_one(Person, person).email
    return [each.subject for each in mailer.sent if each.recipient == address]


def ledger_is_whole(office: Office, now: datetime) -> bool:
    """Doctor and reconciler find the notices as they must be."""
    with office.transaction() as session:
        wrong = [each for each in run_doctor(session, World(ZONE), now) if each.invariant == "I4" and not each.warning]
        found = reconcile(session, now)
        return not wrong and found.notices_unsettled == found.notices_without_delivery == 0


def test_quiet_hours_keep_a_mail_until_they_end_and_the_application_does_not_wait(
    office: Office, mailer: MemoryMailer
) -> None:
    secretary = office.person_of(BRANCH)
    office.wish(secretary, QUIET)
    office.at(local(24, 23))
    office.report()
    deliver(office)
    assert mail_of(office, mailer, secretary) == []
    assert office.notices(secretary) == [("pending", "quiet_hours")]
    assert office.notices(secretary, "in_app") == [("delivered", None)]
    office.at(local(25, 6, 59))
    deliver(office)
    assert mail_of(office, mailer, secretary) == []
    office.at(local(25, 7, 1))
    deliver(office)
    assert len(mail_of(office, mailer, secretary)) == 1
    assert office.notices(secretary) == [("sent", None)]


def test_an_urgent_ring_does_not_wait_for_the_morning(office: Office, mailer: MemoryMailer) -> None:
    secretary = office.person_of(BRANCH)
    office.wish(secretary, QUIET)
    office.at(local(24, 23))
    office.report("0101")
    deliver(office)
    assert len(mail_of(office, mailer, secretary)) == len(office.notices(secretary)) > 0
    assert set(office.notices(secretary)) == {("sent", None)}


def test_the_digest_is_one_mail_at_eight_and_a_ledger_row_for_each_notice(office: Office, mailer: MemoryMailer) -> None:
    secretary = office.person_of(BRANCH)
    office.wish(secretary, Preferences(digest=True))
    cases = [office.report() for _ in range(2)]
    for case_id in cases:
        office.act(case_id, "accept", BRANCH)
        office.act(case_id, "acknowledge", PROPERTY)
    deliver(office)
    rang = len(mail_of(office, mailer, secretary))
    waiting = office.notices(secretary).count(("pending", "digest"))
    assert waiting >= 2
    assert ledger_is_whole(office, local(24, 10))
    office.at(local(25, 7, 59))
    deliver(office)
    assert len(mail_of(office, mailer, secretary)) == rang
    office.at(local(25, 8))
    deliver(office)
    deliver(office)
    subjects = mail_of(office, mailer, secretary)
    assert len(subjects) == rang + 1
    assert f"{waiting} 条" in subjects[-1]
    body = mailer.sent[-1].body
    assert all(f"{PUBLIC}/cases/{office.number(case_id)}" in body for case_id in cases)
    assert "garbage" not in body
    assert office.notices(secretary).count(("sent", "digest")) == waiting
    assert ledger_is_whole(office, local(25, 8))


def test_a_digest_that_nobody_takes_is_tried_again_as_one_row(office: Office, mailer: MemoryMailer) -> None:
    secretary = office.person_of(BRANCH)
    office.wish(secretary, Preferences(digest=True))
    with web_server() as receiver:
        office.allow = (receiver.host,)
        office.address(f"json://{receiver.host}/x", person_id=secretary)
        case_id = office.report()
        office.act(case_id, "accept", BRANCH)
        office.act(case_id, "acknowledge", PROPERTY)
        office.send()
        receiver.requests.clear()
        receiver.answer(500, 200)
        office.at(local(25, 8))
        office.send()
        digest = [row for row in office.rows() if row.purpose == "digest" and row.lane == "json"]
        assert [(row.state, row.attempts) for row in digest] == [(DeliveryState.PENDING, 1)]
        office.hurry()
        office.send()
        assert len(receiver.requests) == 2
    collected = [row for row in office.rows() if row.digest_id == digest[0].id]
    assert collected
    assert {(row.state, row.reason) for row in collected} == {(DeliveryState.SENT, "digest")}


def test_who_switches_a_channel_off_is_told_in_the_application_only(office: Office, mailer: MemoryMailer) -> None:
    secretary = office.person_of(BRANCH)
    office.wish(secretary, Preferences(email=False))
    office.report("0101")
    deliver(office)
    assert mail_of(office, mailer, secretary) == []
    assert set(office.notices(secretary)) == {("not_sent", "opted_out")}
    assert {state for state, _ in office.notices(secretary, "in_app")} == {"delivered"}


def test_beyond_six_messages_about_a_case_in_an_hour_nothing_more_is_sent(office: Office, mailer: MemoryMailer) -> None:
    secretary = office.person_of(BRANCH)
    case_id = office.report()
    for _ in range(MOST_PER_HOUR + 3):
        office.act(case_id, "comment", COMMUNITY, note="again")
    deliver(office)
    states = office.notices(secretary)
    assert len(states) > MOST_PER_HOUR
    assert states.count(("sent", None)) == MOST_PER_HOUR
    assert states.count(("not_sent", "capped")) == len(states) - MOST_PER_HOUR
    office.at(local(24, 12))
    office.act(case_id, "comment", COMMUNITY, note="later")
    deliver(office)
    assert office.notices(secretary)[-1] == ("sent", None)


def test_supervision_that_the_top_repeats_goes_into_the_digest(office: Office, mailer: MemoryMailer) -> None:
    case_id = office.report()
    with office.transaction() as session:
        session.execute(update(Delivery).values(state=DeliveryState.WITHDRAWN))
        session.execute(update(NoticeRow).where(NoticeRow.channel == "email").values(state="not_sent", reason="x"))
    with office.engine.begin() as connection:
        connection.execute(text("UPDATE case_events SET action = 'supervise', actor_kind = 'system'"))
        connection.execute(text("UPDATE outbox SET state = 0"))
        connection.execute(text("UPDATE notices SET state = 'pending', reason = NULL WHERE channel = 'email'"))
    deliver(office)
    assert mailer.sent == []
    with office.transaction() as session:
        assert set(session.scalars(select(Delivery.state))) == {DeliveryState.COLLECTED}
        assert session.scalars(select(CaseEvent.case_id)).all() == [case_id]
