"""Programs elsewhere hear of events: signed, once each, tried for a day, and never by way of our own network."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from standardwebhooks import Webhook as Verifier

from gridgov.db.models import CaseEvent, Webhook, WebhookDelivery
from gridgov.db.session import city_now
from gridgov.domain.model_city import BRANCH, CITY, COMMUNITY, COMPOUND, PROPERTY
from gridgov.domain.org import UnitKind
from gridgov.services import outbox
from gridgov.services.outbox import DeliveryState
from gridgov.services.webhooks import Order, create_webhook
from tests.factories import SEALER
from tests.integration.post_rooms import PUBLIC, Office, make_office
from tests.integration.receiver import Receiver, web_server


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with web_server() as box:
        yield box


@pytest.fixture
def office(own_engine: Engine, receiver: Receiver) -> Office:
    made = make_office(own_engine, allow=(receiver.host,))
    receiver.watch = made.assert_closed
    return made


def webhook(office: Office, url: str, *events: str, unit_id: int | None = None) -> tuple[int, str]:
    with office.city() as (city, now):
        order = Order(url, events or None, unit_id)
        made = create_webhook(city.session, SEALER, order, city.tree, office.allow, city.tree.acting[BRANCH][0], now)
        return made.row.id, made.secret


def calls(office: Office) -> list[WebhookDelivery]:
    return office.rows(WebhookDelivery)


def test_each_event_is_one_signed_call_that_a_library_verifies(office: Office, receiver: Receiver) -> None:
    _, secret = webhook(office, f"{receiver.url}/hook?x=1")
    case_id = office.report()
    office.act(case_id, "accept", BRANCH)
    office.send()
    said = [Verifier(secret).verify(each.body, each.headers) for each in receiver.requests]
    assert [each["type"] for each in said] == ["case.report", "case.accept"]
    assert {each.path for each in receiver.requests} == {"/hook?x=1"}
    assert len({each.headers["webhook-id"] for each in receiver.requests}) == 2
    assert {call.state for call in calls(office)} == {DeliveryState.SENT}
    office.send()
    assert len(receiver.requests) == 2


def test_a_call_says_number_action_state_time_and_links_and_nothing_else(office: Office, receiver: Receiver) -> None:
    webhook(office, receiver.url)
    case_id = office.report(contact={"phone": "13800001234"})
    office.send()
    number = office.number(case_id)
    data = json.loads(receiver.requests[0].body)["data"]
    assert set(data) == {"number", "seq", "action", "state", "at", "links"}
    assert (data["number"], data["action"], data["state"]) == (number, "report", "reported")
    assert data["links"]["case"] == f"{PUBLIC}/cases/{number}"
    whole = receiver.requests[0].body.decode() + str(receiver.requests[0].headers)
    assert not any(secret in whole for secret in ("13800001234", "garbage", "人", "person"))


def test_a_server_in_trouble_is_called_again_later_under_the_same_id(office: Office, receiver: Receiver) -> None:
    _, secret = webhook(office, receiver.url, "report")
    receiver.answer(500, 200)
    office.report()
    office.send()
    (call,) = calls(office)
    assert (call.state, call.attempts, call.response_status) == (DeliveryState.PENDING, 1, 500)
    office.send()
    assert len(receiver.requests) == 1
    with office.transaction() as session:
        moment = city_now(session)
    assert outbox.PAUSES[0] * 0.5 <= call.next_at - moment <= outbox.PAUSES[0] * 1.3
    office.at(moment + outbox.PAUSES[0] * 1.3)
    office.send()
    first, second = receiver.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    Verifier(secret).verify(second.body, second.headers)
    (call,) = calls(office)
    assert (call.state, call.attempts, call.response_status) == (DeliveryState.SENT, 2, 200)


def test_gone_for_good_switches_the_webhook_off(office: Office, receiver: Receiver) -> None:
    hook, _ = webhook(office, receiver.url)
    receiver.answer(410)
    case_id = office.report()
    office.act(case_id, "accept", BRANCH)
    office.send()
    with office.transaction() as session:
        row = session.get_one(Webhook, hook)
        assert (row.active, row.disabled_reason) == (False, "gone")
    assert [call.state for call in calls(office)] == [DeliveryState.FAILED, DeliveryState.WITHDRAWN]
    office.act(case_id, "acknowledge", PROPERTY)
    office.send()
    assert len(receiver.requests) == 1


def test_a_redirect_is_not_followed(office: Office, receiver: Receiver) -> None:
    webhook(office, receiver.url)
    with web_server() as elsewhere:
        for status in (301, 302, 307, 308):
            receiver.answer(status, Location=f"{elsewhere.url}/inside")
            office.report()
            office.hurry(WebhookDelivery)
            office.send()
        assert elsewhere.requests == []
    found = calls(office)
    assert {call.state for call in found} == {DeliveryState.PENDING}
    assert {call.response_status for call in found} - {None} <= {301, 302, 307, 308}
    assert "redirect" in str(found[0].last_error)


def test_a_private_address_is_not_called_without_leave(office: Office, receiver: Receiver) -> None:
    webhook(office, receiver.url)
    office.allow = ()
    office.report()
    office.send()
    assert receiver.requests == []
    (call,) = calls(office)
    assert call.state == DeliveryState.PENDING
    assert "443" in str(call.last_error)


def test_a_public_name_that_leads_home_is_not_called(office: Office, receiver: Receiver) -> None:
    webhook(office, "https://localhost/hook")
    office.report()
    office.send()
    (call,) = calls(office)
    assert "not public" in str(call.last_error)


def test_after_the_last_try_a_call_has_failed(office: Office, receiver: Receiver) -> None:
    webhook(office, receiver.url)
    receiver.answer(503)
    office.report()
    for _ in range(outbox.ATTEMPTS + 2):
        office.send()
        office.hurry(WebhookDelivery)
    (call,) = calls(office)
    assert (call.state, call.attempts, call.reason) == (DeliveryState.FAILED, outbox.ATTEMPTS, "undeliverable")
    assert len(receiver.requests) == outbox.ATTEMPTS


def test_a_crash_after_the_call_repeats_it_under_the_same_id(office: Office, receiver: Receiver) -> None:
    webhook(office, receiver.url)
    office.report()
    office.send()
    with office.engine.begin() as connection:
        connection.execute(text("UPDATE webhook_deliveries SET state = 0, lease_until = now() - interval '1 second'"))
    office.send()
    first, second = receiver.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]


def test_a_webhook_of_a_unit_hears_of_its_cases_only(office: Office, receiver: Receiver) -> None:
    units = (COMPOUND, COMMUNITY, CITY, BRANCH)
    for unit in units:
        webhook(office, f"{receiver.url}/{unit}", unit_id=unit)
    with office.city() as (city, _):
        elsewhere = city.tree.serving[CITY, UnitKind.DEPARTMENT][0]
    webhook(office, f"{receiver.url}/elsewhere", unit_id=elsewhere)
    office.report()
    office.send()
    assert sorted(each.path for each in receiver.requests) == sorted(f"/{unit}" for unit in units)


def test_a_webhook_hears_of_the_actions_that_it_names(office: Office, receiver: Receiver) -> None:
    webhook(office, receiver.url, "accept", "close")
    case_id = office.report()
    office.act(case_id, "accept", BRANCH)
    office.send()
    assert [json.loads(each.body)["type"] for each in receiver.requests] == ["case.accept"]


def test_an_event_that_is_committed_late_is_not_missed(office: Office, receiver: Receiver) -> None:
    webhook(office, receiver.url)
    with office.city() as (city, now):
        # Takes its number first, and is committed last.
        slow = city.report(now=now)
        quick = office.report()
        office.send()
        assert [call.case_id for call in calls(office)] == [quick]
    office.send()
    office.send()
    assert sorted(call.case_id or 0 for call in calls(office)) == sorted([slow, quick])
    assert len(receiver.requests) == 2


def test_events_are_numbered_and_looked_at_once(office: Office, receiver: Receiver) -> None:
    webhook(office, receiver.url)
    for _ in range(3):
        office.report()
        office.send()
    office.send()
    with office.transaction() as session:
        numbers = list(session.scalars(select(CaseEvent.written_no).order_by(CaseEvent.written_no)))
        mark = session.execute(text("SELECT seen, settled FROM fanout_marks")).one()
    assert None not in numbers
    assert tuple(mark) == (numbers[-1], numbers[-1])
    assert len(receiver.requests) == 3


def test_what_happened_before_a_webhook_was_made_is_not_told(office: Office, receiver: Receiver) -> None:
    office.report()
    office.send()
    webhook(office, receiver.url)
    office.send()
    assert receiver.requests == []


def test_the_time_of_a_call_is_real_time(office: Office, receiver: Receiver) -> None:
    _, secret = webhook(office, receiver.url)
    with office.transaction() as session:
        office_time = city_now(session) + timedelta(days=40)
    office.at(office_time)
    office.report()
    office.send()
    said: Any = Verifier(secret).verify(receiver.requests[0].body, receiver.requests[0].headers)
    assert said["data"]["at"][:10] == office_time.isoformat()[:10]
