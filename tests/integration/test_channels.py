"""Addresses of people and units: told once, outside any transaction, and no slow channel stands before another."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import Engine, update

from gridgov.adapters.channels import AppriseCourier, ChannelError
from gridgov.adapters.mail import SmtpMailer
from gridgov.db.models import Address, Message, Person
from gridgov.db.session import city_now
from gridgov.domain.model_city import BRANCH, PROPERTY
from gridgov.services import outbox
from gridgov.services.addresses import Owner, address_for, verify_address
from gridgov.services.due_lanes import prepare_lanes
from gridgov.services.escalation import sweep_due
from gridgov.services.outbox import DeliveryState
from gridgov.services.world import World
from tests.factories import SEALER, ZONE
from tests.integration.mail_server import mail_server
from tests.integration.post_rooms import PUBLIC, TUESDAY_TEN, Office, make_office
from tests.integration.processes import wait_for
from tests.integration.receiver import Receiver, web_server
from tests.integration.silent_cases import escalations, report_silent
from workers.dispatcher import Dispatcher

ROBOTS = ("wecombot", "dingtalk", "feishu")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with web_server() as box:
        yield box


@pytest.fixture
def office(own_engine: Engine, receiver: Receiver) -> Office:
    made = make_office(own_engine, allow=(receiver.host,), robots=dict.fromkeys(ROBOTS, receiver.url))
    receiver.watch = made.assert_closed
    return made


def bodies(receiver: Receiver) -> list[str]:
    return [each.body.decode() for each in receiver.requests]


def start_due(office: Office, dispatcher: Dispatcher) -> int:
    """What the sweeper's process does in a turn."""
    return dispatcher.start(prepare_lanes(office.transaction, World(ZONE)))


def test_a_person_hears_by_ntfy_and_by_json_what_the_application_says(office: Office, receiver: Receiver) -> None:
    secretary = office.person_of(BRANCH)
    office.address(f"ntfy://{receiver.host}/topic", person_id=secretary)
    office.address(f"json://{receiver.host}/json", person_id=secretary)
    case_id = office.report(contact={"phone": "13800001234"})
    office.send()
    number = office.number(case_id)
    assert len(receiver.requests) == 2
    for body in bodies(receiver):
        text = json.dumps(json.loads(body), ensure_ascii=False)
        assert number in text
        assert f"{PUBLIC}/cases/{number}" in text
        assert "13800001234" not in text
        assert "garbage" not in text
    assert [row.state for row in office.rows()] == [DeliveryState.SENT] * 2
    office.send()
    assert len(receiver.requests) == 2


def test_a_units_robot_gets_one_message_however_many_people_are_told(office: Office, receiver: Receiver) -> None:
    receiver.answer(200, body=b'{"errcode": 0, "errmsg": "ok"}')
    office.address("wecombot://abc-123", unit_id=PROPERTY)
    case_id = office.report()
    office.act(case_id, "accept", BRANCH)
    office.send()
    assert len([office.person_of(PROPERTY, number) for number in (0, 1)]) == 2
    (request,) = receiver.requests
    assert request.path == "/cgi-bin/webhook/send?key=abc-123"
    said = json.loads(request.body)
    assert said["msgtype"] == "text"
    assert office.number(case_id) in said["text"]["content"]
    (row,) = office.rows()
    assert (row.person_id, row.event_seq, row.rings) == (None, 2, True)


def test_at_night_a_robot_keeps_still_about_what_is_not_urgent(office: Office, receiver: Receiver) -> None:
    receiver.answer(200, body=b'{"code": 0}')
    office.address("feishu://abc123", unit_id=BRANCH)
    office.at(TUESDAY_TEN + timedelta(hours=13))
    office.report()
    office.send()
    assert [(row.state, row.reason) for row in office.rows()] == [(DeliveryState.PENDING, "quiet_hours")]
    office.report("0101")
    office.send()
    urgent = len(receiver.requests)
    assert urgent >= 1
    office.at(TUESDAY_TEN + timedelta(hours=20, minutes=1))
    office.send()
    assert len(receiver.requests) == urgent + 1


def test_each_robot_is_spoken_to_as_its_maker_says(office: Office, receiver: Receiver) -> None:
    courier = AppriseCourier(office.allow, office.robots)
    receiver.answer(200, body=b'{"code": 0, "errcode": 0}')
    courier.send("dingtalk://SECabc@token1/", "案件", "正文")
    courier.send("feishu://token2", "案件", "正文")
    ding, feishu = receiver.requests
    query = parse_qs(urlsplit(ding.path).query)
    assert query["access_token"] == ["token1"]
    assert len(query["sign"][0]) == 44
    assert json.loads(ding.body) == {"msgtype": "text", "text": {"content": "案件\n正文"}}
    assert feishu.path == "/open-apis/bot/v2/hook/token2"
    assert json.loads(feishu.body) == {"msg_type": "text", "content": {"text": "案件\n正文"}}


@pytest.mark.parametrize("body", [b'{"errcode": 93000}', b'{"code": 9499}', b"<html>", b"[]", b"{}"])
def test_a_robot_that_answers_200_and_refuses_did_not_take_it(receiver: Receiver, body: bytes) -> None:
    receiver.answer(200, body=body)
    courier = AppriseCourier((receiver.host,), dict.fromkeys(ROBOTS, receiver.url))
    with pytest.raises(ChannelError) as error:
        courier.send("wecombot://secret-key", "a", "b")
    assert "secret-key" not in str(error.value)


def test_a_service_in_trouble_is_asked_again_and_given_up_with_its_address(office: Office, receiver: Receiver) -> None:
    address = office.address(f"ntfy://{receiver.host}/topic", person_id=office.person_of(BRANCH))
    receiver.answer(500)
    office.report()
    office.send()
    (row,) = office.rows()
    assert (row.state, row.attempts) == (DeliveryState.PENDING, 1)
    for _ in range(outbox.ATTEMPTS + 1):
        office.hurry()
        office.send()
    (row,) = office.rows()
    assert (row.state, row.attempts, row.reason) == (DeliveryState.FAILED, outbox.ATTEMPTS, "undeliverable")
    assert office.disabled(address) == "undeliverable"
    office.report()
    office.send()
    assert len(office.rows()) == 1


def test_a_redirect_of_a_service_is_not_followed(office: Office, receiver: Receiver) -> None:
    office.address(f"ntfy://{receiver.host}/topic", person_id=office.person_of(BRANCH))
    with web_server() as elsewhere:
        receiver.answer(307, Location=f"{elsewhere.url}/inside")
        office.report()
        office.send()
        assert elsewhere.requests == []
    assert office.rows()[0].state == DeliveryState.PENDING


def test_a_private_host_is_not_called_without_leave(office: Office, receiver: Receiver) -> None:
    office.address(f"ntfy://localhost:{receiver.port}/topic", person_id=office.person_of(BRANCH))
    office.report()
    office.send()
    assert receiver.requests == []
    assert office.rows()[0].state == DeliveryState.FAILED


def test_a_channel_that_hangs_delays_no_other_and_no_escalation(office: Office, receiver: Receiver) -> None:
    secretary = office.person_of(BRANCH)
    # Here other lanes are at work meanwhile: what is open is not the caller's.
    receiver.watch = lambda: None
    with web_server() as stuck:
        stuck.hangs = threading.Event()
        office.allow = (receiver.host, stuck.host)
        office.address(f"ntfy://{stuck.host}/topic", person_id=secretary)
        office.address(f"json://{receiver.host}/quick", person_id=secretary)
        dispatcher = Dispatcher(office.room())
        (silent,) = report_silent(office.transaction, 1)
        start_due(office, dispatcher)
        assert stuck.arrived(1)
        assert receiver.arrived(1)
        with office.transaction() as session:
            sweep_due(session, World(ZONE), city_now(session))
        assert escalations(office.transaction, silent) == 1
        office.report()
        wait_for(lambda: start_due(office, dispatcher) or len(receiver.requests) >= 2)
        assert receiver.arrived(2)
        assert len(stuck.requests) == 1
        stuck.hangs.set()
        dispatcher.join(20)


def test_an_address_is_told_nothing_before_its_code_comes_back(office: Office, receiver: Receiver) -> None:
    secretary = office.person_of(BRANCH)
    address = office.address(f"json://{receiver.host}/x", proved=False, person_id=secretary)
    office.report()
    office.send()
    (said,) = bodies(receiver)
    with office.transaction() as session:
        row = address_for(session, address, [Owner(secretary)])
        code = SEALER.open(row.sealed)["code"]
        assert code in said
        assert verify_address(session, SEALER, row, "00000000x", city_now(session)) is False
        assert verify_address(session, SEALER, row, code, city_now(session)) is True
    office.report()
    office.send()
    assert len(receiver.requests) == 2


def test_five_wrong_codes_switch_an_address_off(office: Office, receiver: Receiver) -> None:
    secretary = office.person_of(BRANCH)
    address = office.address(f"json://{receiver.host}/x", proved=False, person_id=secretary)
    with office.transaction() as session:
        for _ in range(5):
            row = address_for(session, address, [Owner(secretary)])
            verify_address(session, SEALER, row, "wrong", city_now(session))
    assert office.disabled(address) == "wrong_codes"
    office.send()
    assert receiver.requests == []


def test_the_address_itself_is_sealed(office: Office, receiver: Receiver) -> None:
    office.address("dingtalk://SECverysecret@token99/", unit_id=PROPERTY)
    with office.engine.connect() as connection:
        everything = str(connection.exec_driver_sql("SELECT * FROM addresses").all())
    assert "verysecret" not in everything
    assert "token99" not in everything


def test_a_further_mail_address_gets_letters_by_the_citys_own_server(office: Office) -> None:
    with mail_server() as postbox:
        office.mailer = SmtpMailer(postbox.url)
        office.address("desk@city.example", kind="email", unit_id=BRANCH)
        case_id = office.report()
        office.send()
        office.hurry()
        office.send()
        (letter,) = postbox.messages
        assert str(letter["To"]) == "desk@city.example"
        assert office.number(case_id) in str(letter["Subject"])
        assert str(letter["Message-ID"]).startswith("<")


def test_who_has_left_gets_nothing_any_more(office: Office, receiver: Receiver) -> None:
    secretary = office.person_of(BRANCH)
    office.address(f"json://{receiver.host}/x", person_id=secretary)
    office.report()
    with office.transaction() as session:
        session.execute(update(Person).where(Person.id == secretary).values(active=False))
    office.send()
    assert receiver.requests == []
    assert office.rows()[0].reason == "inactive"


def test_two_dispatchers_send_each_message_once(office: Office, receiver: Receiver) -> None:
    receiver.watch = lambda: None
    office.address(f"json://{receiver.host}/x", person_id=office.person_of(BRANCH))
    for _ in range(6):
        office.report()
    dispatchers = [Dispatcher(office.room()) for _ in range(3)]
    for dispatcher in dispatchers:
        start_due(office, dispatcher)
    for dispatcher in dispatchers:
        dispatcher.join(30)
    assert sorted(row.state for row in office.rows(Message)) == [DeliveryState.SENT] * 6
    assert len(receiver.requests) == 6
    assert len(office.rows(Address)) == 1
