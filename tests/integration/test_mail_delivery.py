"""Messages that leave the house: once each, the same id at every try, tried for a day, then said to have failed."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select, text, update

from gridgov.adapters.mail import Mail, Mailer, MemoryMailer, SmtpMailer
from gridgov.db.models import Case, Delivery, NoticeRow, Person
from gridgov.db.session import Transactions, city_now
from gridgov.services import outbox
from gridgov.services.delivery import PostOffice, deliver_due
from gridgov.services.world import World
from tests.factories import ZONE, make_city
from tests.integration.mail_server import Postbox, free_port, mail_server

PUBLIC = "https://grid.city.example"
DANGER = "0101"
DANGER_ZH = "消防通道"


@dataclass
class House:
    """A city in which one case was reported, so that messages wait in the outbox."""

    engine: Engine
    transaction: Transactions
    case_id: int

    def office(self, mailer: Mailer) -> PostOffice:
        return PostOffice(self.transaction, World(ZONE), mailer, "xuanwei", PUBLIC)

    def deliveries(self) -> list[Delivery]:
        with self.transaction() as session:
            return list(session.scalars(select(Delivery).order_by(Delivery.id)))

    def notice_states(self) -> set[tuple[str, str | None]]:
        with self.transaction() as session:
            rows = session.execute(select(NoticeRow.state, NoticeRow.reason).where(NoticeRow.channel == "email"))
            return {(state, reason) for state, reason in rows}

    def keep_one(self) -> None:
        """Leave only the first message, so that a test can follow one row."""
        with self.transaction() as session:
            session.execute(text("DELETE FROM outbox WHERE id > (SELECT min(id) FROM outbox)"))

    def now(self) -> datetime:
        with self.transaction() as session:
            return city_now(session)

    def hurry(self, **values: object) -> None:
        """Make every message due now, or end its lease."""
        with self.transaction() as session:
            session.execute(update(Delivery).values(**values or {"next_at": city_now(session)}))


@pytest.fixture
def house(own_engine: Engine) -> House:
    transaction = Transactions(own_engine)
    with transaction() as session:
        now = city_now(session)
        city = make_city(session, now)
        session.execute(update(Person).values(email=Person.username + "@people.example"))
        city.snapshot.email_on = True
        case_id = city.report(DANGER, now=now, contact={"phone": "13800001234"})
    return House(own_engine, transaction, case_id)


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with mail_server() as box:
        yield box


def test_a_real_server_sees_each_message_once_with_its_constant_id(house: House, postbox: Postbox) -> None:
    office, waiting = house.office(SmtpMailer(postbox.url)), house.deliveries()
    assert deliver_due(office) == len(waiting) > 0
    assert deliver_due(office) == 0
    seen = [(str(message["To"]), str(message["Message-ID"])) for message in postbox.messages]
    assert sorted(seen) == sorted((row.recipient, row.remote_id) for row in house.deliveries())
    assert len({identity for _, identity in seen}) == len(waiting)
    assert house.notice_states() == {("sent", None)}


def test_a_message_carries_a_link_and_nothing_of_the_case_itself(house: House, postbox: Postbox) -> None:
    deliver_due(house.office(SmtpMailer(postbox.url)))
    with house.transaction() as session:
        case = session.get_one(Case, house.case_id)
        names = list(session.scalars(select(Person.name)))
    for message in postbox.messages:
        body = message.get_content()
        assert f"{PUBLIC}/cases/{case.number}" in body
        assert case.number in str(message["Subject"])
        for secret in (case.description, "13800001234", *names):
            assert secret not in body + str(message["Subject"])


def test_a_message_speaks_the_readers_language(house: House) -> None:
    mailer = MemoryMailer()
    with house.transaction() as session:
        last = house.deliveries()[-1]
        reader = select(NoticeRow.person_id).where(NoticeRow.id == last.notice_id).scalar_subquery()
        session.execute(update(Person).where(Person.id == reader).values(language="en"))
    deliver_due(house.office(mailer))
    english = [mail for mail in mailer.sent if mail.language == "en"]
    assert [mail.recipient for mail in english] == [last.recipient]
    assert "Log in to see it" in english[0].body
    assert any("有新的上报" in mail.subject for mail in mailer.sent)
    assert all(DANGER_ZH in mail.body for mail in mailer.sent if mail.language == "zh")


def test_a_server_that_says_later_is_tried_again_after_growing_pauses(house: House, postbox: Postbox) -> None:
    house.keep_one()
    postbox.answer = "451 try again later"
    office = house.office(SmtpMailer(postbox.url))
    for number, pause in enumerate(outbox.PAUSES[:4], start=1):
        house.hurry()
        before = house.now()
        assert deliver_due(office) == 0
        (row,) = house.deliveries()
        assert (row.state, row.attempts, row.lease_until) == (outbox.DeliveryState.PENDING, number, None)
        assert pause * 0.8 <= row.next_at - before <= pause * 1.2 + timedelta(seconds=2)
        assert "451" in str(row.last_error)
    house.hurry()
    postbox.answer = "250 OK"
    assert deliver_due(office) == 1
    assert house.deliveries()[0].last_error is None


def test_a_server_that_is_not_there_costs_one_message_one_try(house: House) -> None:
    office = house.office(SmtpMailer(f"smtp://127.0.0.1:{free_port()}?from=gridgov@city.example"))
    assert deliver_due(office) == 0
    rows = house.deliveries()
    assert len(rows) > 1
    assert sorted(row.attempts for row in rows) == [0] * (len(rows) - 1) + [1]
    assert all(row.state == outbox.DeliveryState.PENDING for row in rows)


def test_after_the_last_try_the_ledger_says_that_it_failed(house: House, postbox: Postbox) -> None:
    house.keep_one()
    postbox.answer = "451 never today"
    office = house.office(SmtpMailer(postbox.url))
    for _ in range(outbox.ATTEMPTS + 3):
        house.hurry()
        deliver_due(office)
    (row,) = house.deliveries()
    assert (row.state, row.attempts) == (outbox.DeliveryState.FAILED, outbox.ATTEMPTS)
    assert postbox.tried == outbox.ATTEMPTS
    assert ("failed", "undeliverable") in house.notice_states()


def test_the_tries_fill_a_day_and_not_more() -> None:
    assert timedelta(hours=20) < sum(outbox.PAUSES, timedelta()) <= timedelta(days=1)
    assert list(outbox.PAUSES) == sorted(outbox.PAUSES)


def test_an_address_that_is_refused_for_ever_is_not_tried_again(house: House, postbox: Postbox) -> None:
    house.keep_one()
    postbox.answer = "550 no such person"
    office = house.office(SmtpMailer(postbox.url))
    deliver_due(office)
    house.hurry()
    deliver_due(office)
    assert postbox.tried == 1
    assert house.deliveries()[0].state == outbox.DeliveryState.FAILED


def test_two_deliverers_at_once_send_each_message_once(house: House, postbox: Postbox) -> None:
    office, waiting = house.office(SmtpMailer(postbox.url)), len(house.deliveries())
    threads = [threading.Thread(target=deliver_due, args=(office,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [str(message["Message-ID"]) for message in postbox.messages]
    assert len(ids) == len(set(ids)) == waiting


class Died(Exception):
    """What a killed process leaves: nothing after the message was handed over."""


@dataclass
class DiesAfterSending:
    """Hands the message over, and then the process is gone."""

    behind: Mailer

    def send(self, mail: Mail) -> None:
        self.behind.send(mail)
        raise Died


def test_a_crash_after_sending_sends_the_same_id_again_once_the_lease_is_over(house: House, postbox: Postbox) -> None:
    house.keep_one()
    mailer = SmtpMailer(postbox.url)
    with pytest.raises(Died):
        deliver_due(house.office(DiesAfterSending(mailer)))
    assert deliver_due(house.office(mailer)) == 0
    house.hurry(lease_until=house.now() - timedelta(seconds=1))
    assert deliver_due(house.office(mailer)) == 1
    first, second = postbox.messages
    assert first["Message-ID"] == second["Message-ID"]
    assert house.deliveries()[0].attempts == 2


def test_who_comes_back_after_the_lease_changes_nothing(house: House) -> None:
    house.keep_one()
    with house.transaction() as session:
        late = outbox.claim(session, city_now(session))
    house.hurry(lease_until=house.now() - timedelta(seconds=1))
    deliver_due(house.office(MemoryMailer()))
    with house.transaction() as session:
        assert late is not None
        assert outbox.give_up(session, late, "too late") is False
    assert house.deliveries()[0].state == outbox.DeliveryState.SENT


def test_a_message_that_kills_its_process_each_time_runs_out_of_tries(house: House) -> None:
    house.keep_one()
    past = house.now() - timedelta(seconds=1)
    house.hurry(attempts=outbox.ATTEMPTS, lease_until=past)
    mailer = MemoryMailer()
    deliver_due(house.office(mailer))
    assert mailer.sent == []
    assert house.deliveries()[0].state == outbox.DeliveryState.FAILED


def test_who_has_left_gets_no_mail_any_more(house: House) -> None:
    mailer = MemoryMailer()
    with house.transaction() as session:
        session.execute(update(Person).values(active=False))
    deliver_due(house.office(mailer))
    assert mailer.sent == []
    assert house.notice_states() == {("not_sent", "inactive")}


def test_the_category_of_a_confidential_case_is_not_named(house: House) -> None:
    mailer = MemoryMailer()
    with house.transaction() as session:
        session.execute(update(Case).values(sensitive=True))
    deliver_due(house.office(mailer))
    assert mailer.sent
    assert all("保密事项" in mail.body and DANGER_ZH not in mail.body for mail in mailer.sent)


def test_an_address_with_a_line_break_is_refused_and_not_sent(house: House, postbox: Postbox) -> None:
    house.keep_one()
    house.hurry(recipient="a@b.example\r\nBcc: everybody@b.example")
    deliver_due(house.office(SmtpMailer(postbox.url)))
    assert postbox.tried == 0
    assert house.deliveries()[0].state == outbox.DeliveryState.FAILED


@pytest.mark.parametrize("url", ["smtp://host", "http://host?from=a@b.example", "smtp://?from=a@b.example"])
def test_an_address_of_a_mail_server_that_cannot_be_is_one_sentence(url: str) -> None:
    with pytest.raises(ValueError, match="GRIDGOV_SMTP_URL has to look like"):
        SmtpMailer(url)
