"""How a reporter is reached: masked, revealed for a reason, written down, hidden from the accused, deleted in time."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, text

from gridgov.db.models import CaseContact
from gridgov.db.session import Transactions
from gridgov.domain.model_city import BRANCH, CITY, COMMITTEE, COMMUNITY, GRID, GROUP, PROPERTY
from gridgov.services.contacts import MOST_REVEALS
from gridgov.services.housekeeping import tidy
from gridgov.settings import Settings, read_settings
from tests.http_client import CASES, Client, make_client, set_back
from tests.residents import CONTACT, GOOD, Resident, everything_in, handled, make_resident

REASON = {"field": "phone", "reason": "to agree on a time"}


@pytest.fixture
def client(own_engine: Engine, settings: Settings) -> Client:
    """A client of its own city."""
    return make_client(own_engine, settings)


@pytest.fixture
def resident(client: Client) -> Resident:
    """Somebody before the model building."""
    return make_resident(client)


def appoint(client: Client, role: str) -> None:
    """Let the city's people hold another post."""
    with client.engine.begin() as connection:
        connection.execute(text("UPDATE posts SET role = :role WHERE unit_id = :unit"), {"role": role, "unit": CITY})
        connection.execute(text("UPDATE org_version SET version = version + 1"))


def contacts(client: Client, days: int = 180) -> int:
    with Transactions(client.engine)() as session:
        tidy(session, contact_days=days)
        return len(session.execute(select(CaseContact.case_id)).all())


def test_owner_and_handler_see_it_masked_and_others_who_see_the_case_do_not(client: Client, resident: Resident) -> None:
    number, _ = resident.reported(contact=CONTACT)
    client.act(BRANCH, number, "accept")
    for unit in (BRANCH, PROPERTY, COMMUNITY, CITY):
        case = client.call(unit, "GET", f"{CASES}/{number}")
        assert case.json["reporter_contact"] == {
            "phone": "138****5678",
            "has_name": True,
            "has_email": True,
            "wants_updates": True,
        }
        assert CONTACT["phone"] not in case.text
    for unit in (GRID, GROUP, COMMITTEE):
        assert client.call(unit, "GET", f"{CASES}/{number}").json["reporter_contact"] is None


def test_a_field_is_revealed_for_a_reason_and_written_down(client: Client, resident: Resident) -> None:
    number, _ = resident.reported(contact=CONTACT)
    path = f"{CASES}/{number}/contact/reveal"
    assert client.call(BRANCH, "POST", path, {"field": "phone"}).json["errors"].keys() == {"reason"}
    assert client.call(BRANCH, "POST", path, {**REASON, "field": "id_number"}).status_code == 422
    first = client.call(BRANCH, "POST", path, REASON, Idempotency_Key="k")
    assert (first.status_code, first.json) == (200, {"field": "phone", "value": CONTACT["phone"]})
    again = client.call(BRANCH, "POST", path, REASON, Idempotency_Key="k")
    assert (again.json, again.headers["Idempotent-Replayed"]) == (first.json, "true")
    assert str(CONTACT["phone"]) not in everything_in(client, "contact_reveals", "idempotency", "case_events")
    assert [each["seq"] for each in client.call(BRANCH, "GET", f"{CASES}/{number}/events").json["items"]] == [1]
    appoint(client, "privacy_officer")
    (line,) = client.call(CITY, "GET", "/api/v1/contact-reveals").json["items"]
    assert (line["case"], line["field"], line["reason"]) == (number, "phone", "to agree on a time")
    assert client.call(BRANCH, "GET", "/api/v1/contact-reveals").status_code == 403


def test_who_may_not_know_it_is_refused_and_nothing_is_written_down(client: Client, resident: Resident) -> None:
    number, _ = resident.reported(contact=CONTACT)
    path = f"{CASES}/{number}/contact/reveal"
    assert client.call(GRID, "POST", path, REASON).status_code == 403
    assert client.call(PROPERTY, "POST", path, REASON).status_code == 404
    appoint(client, "auditor")
    assert client.call(CITY, "POST", path, REASON).status_code == 403
    assert client.call(CITY, "GET", f"{CASES}/{number}").json["reporter_contact"] is None
    assert everything_in(client, "contact_reveals") == "[[]]"


def test_whom_the_report_is_about_never_sees_who_reported(client: Client, resident: Resident) -> None:
    number, _ = resident.reported(contact=CONTACT, category="0902")
    client.act(COMMUNITY, number, "accept", handler_id=PROPERTY)
    path = f"{CASES}/{number}/contact/reveal"
    case = client.call(PROPERTY, "GET", f"{CASES}/{number}").json
    assert (case["about"], case["reporter_contact"], case["reported_by"]) == (["property"], None, None)
    assert client.call(PROPERTY, "POST", path, REASON).status_code == 403
    assert client.call(COMMUNITY, "POST", path, REASON).status_code == 200


def test_what_was_not_left_is_404(client: Client, resident: Resident) -> None:
    number, _ = resident.reported(contact={"phone": "13812345678"})
    path = f"{CASES}/{number}/contact/reveal"
    assert client.call(BRANCH, "POST", path, {**REASON, "field": "email"}).status_code == 404
    bare, _ = resident.reported()
    assert client.call(BRANCH, "GET", f"{CASES}/{bare}").json["reporter_contact"] is None
    assert client.call(BRANCH, "POST", f"{CASES}/{bare}/contact/reveal", REASON).status_code == 404


def test_nobody_reads_through_the_contacts(client: Client, resident: Resident) -> None:
    number, _ = resident.reported(contact=CONTACT)
    path = f"{CASES}/{number}/contact/reveal"
    statuses = [client.call(BRANCH, "POST", path, REASON).status_code for _ in range(MOST_REVEALS + 1)]
    assert statuses == [200] * MOST_REVEALS + [429]
    assert int(client.call(BRANCH, "POST", path, REASON).headers["Retry-After"]) > 0
    assert client.call(COMMUNITY, "POST", path, REASON).status_code == 200


def test_a_contact_goes_when_the_case_has_been_over_long_enough(client: Client, resident: Resident) -> None:
    number, code = resident.reported(contact=CONTACT)
    resident.reported(contact=CONTACT)
    handled(client, number)
    assert resident.respond(code, "rating", **GOOD).status_code == 200
    set_back(client.engine, timedelta(days=179).total_seconds())
    assert contacts(client) == 2
    set_back(client.engine, timedelta(days=2).total_seconds())
    assert contacts(client, days=365) == 2
    assert contacts(client) == 1
    assert client.call(BRANCH, "GET", f"{CASES}/{number}").json["reporter_contact"] is None


def test_how_long_is_a_setting_of_thirty_days_at_least() -> None:
    assert read_settings({}).contact_days == 180
    assert read_settings({"GRIDGOV_CONTACT_DAYS": "30"}).contact_days == 30
    with pytest.raises(ValueError, match="GRIDGOV_CONTACT_DAYS"):
        read_settings({"GRIDGOV_CONTACT_DAYS": "29"})
