"""Reporting by a code on a wall, and following the case by a code that only its reporter has."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, text

from gridgov.adapters.sealing import Sealer
from gridgov.app import create_app
from gridgov.db.session import Transactions
from gridgov.domain.model_city import BRANCH, BUILDING, COMPOUND
from gridgov.domain.secret_codes import ALPHABET, TRACKING_LENGTH
from gridgov.services.doctor.references import reports_are_one_case
from gridgov.settings import Settings
from tests.http_client import Client, make_client
from tests.residents import CONTACT, PUBLIC, Resident, everything_in, make_resident

TABLES = ("idempotency", "tracking_codes", "cases", "case_events", "case_contacts", "notices")


@pytest.fixture
def client(own_engine: Engine, settings: Settings) -> Client:
    """A client of its own city."""
    return make_client(own_engine, settings)


@pytest.fixture
def resident(client: Client) -> Resident:
    """Somebody before the model building."""
    return make_resident(client)


def count(client: Client, table: str) -> int:
    with client.engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def leaves(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [leaf for each in value.values() for leaf in leaves(each)]
    if isinstance(value, list):
        return [leaf for each in value for leaf in leaves(each)]
    return [str(value)]


def test_a_scanned_code_names_its_place_and_what_is_public_to_report(resident: Resident) -> None:
    place = resident.call("GET", f"/places/{resident.qr}").json
    assert set(place) == {"compound", "building", "categories"}
    assert place["compound"] == {"name": "Compound", "name_zh": "小区", "name_en": "Compound"}
    assert place["building"]["name_zh"] == "一号楼"
    codes = {each["code"] for each in place["categories"]}
    assert {"0401", "0105"} <= codes
    assert not {"0901", "9999"} & codes
    assert set(place["categories"][0]) == {"code", "title", "title_zh", "title_en", "group", "group_title"}


def test_a_code_is_read_however_it_is_typed(resident: Resident) -> None:
    typed = f"{resident.qr[:4]}-{resident.qr[4:]}".lower()
    assert resident.call("GET", f"/places/{typed}").status_code == 200


def test_a_code_in_a_compound_has_no_building(client: Client) -> None:
    resident = make_resident(client, COMPOUND)
    assert resident.call("GET", f"/places/{resident.qr}").json["building"] is None
    assert resident.report().json["place"]["building"] is None


def test_an_unknown_code_is_404_with_the_way_on(resident: Resident) -> None:
    for code in ("ABCDEFGH2345", "x", "%20", "ABCDEFGH234O"):
        answer = resident.call("GET", f"/places/{code}")
        assert (answer.status_code, answer.json["code"]) == (404, "not_found")
        assert "Scan the code" in answer.json["detail"]
    answer = resident.call("POST", "/reports", {"qr": "ABCDEFGH2345", "description": "x"})
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
    assert "12345" in answer.json["detail"]


def test_a_report_is_answered_with_number_promise_and_a_code_of_ten_characters(
    client: Client, resident: Resident
) -> None:
    answer = resident.report(contact=CONTACT, captured_at="2026-11-20T08:00:00+08:00")
    assert answer.status_code == 201
    case = answer.json
    assert len(case["tracking_code"]) == TRACKING_LENGTH == 10
    assert set(case["tracking_code"]) <= set(ALPHABET)
    assert not set("0O1IL") & set(ALPHABET)
    assert (case["stage"], case["state"], case["state_title"]) == ("report", "reported", "Reported")
    assert case["promised_at"].endswith("Z")
    seen = client.call(BRANCH, "GET", f"/api/v1/cases/{case['number']}").json
    assert (seen["source"], seen["reported_by"], seen["place"]["building"]["id"]) == (
        "qr",
        {"kind": "resident", "you": False},
        BUILDING,
    )
    assert seen["captured_at"] == "2026-11-20T00:00:00Z"


def test_a_report_without_category_is_taken_and_one_of_danger_is_accepted_at_once(resident: Resident) -> None:
    assert resident.call("POST", "/reports", {"qr": resident.qr, "description": "?"}).json["category"] == "9999"
    assert resident.report(category="0105").json["state"] == "dispatched"


def test_what_does_not_belong_into_a_report_is_refused(resident: Resident) -> None:
    for field, value in (("urgent", True), ("about", ["property"]), ("source", "staff"), ("reporter", CONTACT)):
        answer = resident.report(**{field: value})
        assert (answer.status_code, list(answer.json["errors"])) == (422, [field])
    assert resident.report(category="9876").json["errors"].keys() == {"category"}
    assert resident.report(captured_at="2026-11-20T08:00:00").status_code == 422


def test_nothing_personal_comes_back(client: Client, resident: Resident) -> None:
    words = "my flat is 3-301, call 13900001111, Li Lei"
    number, code = resident.reported(contact=CONTACT, description=words)
    client.act(BRANCH, number, "escalate", note="INTERNAL canary")
    client.call(BRANCH, "POST", f"/api/v1/cases/{number}/comments", {"note": "INTERNAL remark"})
    client.call(BRANCH, "POST", f"/api/v1/cases/{number}/comments", {"note": "We come at 9", "public": True})
    case = resident.follow(code).json
    told = " ".join(leaves(case))
    personal = (CONTACT["name"], CONTACT["phone"], CONTACT["email"], "13900001111", "3-301", "2单元301", "Li Lei")
    for secret in (*personal, "INTERNAL", "人1", "person1", code):
        assert str(secret) not in told, secret
    assert [(each["from"], each["note"]) for each in case["messages"]] == [("office", "We come at 9")]
    assert not {"id", "person", "actor", "reporter", "contact", "description", "title", "address"} & set(case)
    assert case["holder"] == {"name": "Branch", "name_zh": "小区支部", "name_en": "Branch"}


def test_the_stages_are_six_words_with_the_moment_each_was_reached(client: Client, resident: Resident) -> None:
    number, code = resident.reported()
    client.act(BRANCH, number, "accept")
    case = resident.follow(code, Accept_Language="zh").json
    assert [stage["title"] for stage in case["stages"]] == ["上报", "立案", "派遣", "处置", "反馈", "结案"]
    assert [stage["reached_at"] is not None for stage in case["stages"]] == [True, True, True, False, False, False]
    assert [stage["code"] for stage in case["stages"] if stage["current"]] == ["dispatch"]
    assert case["state_title"] == "待签收"


def test_what_one_may_do_now_is_named_with_its_address(resident: Resident) -> None:
    _, code = resident.reported()
    allowed = {each["action"]: each for each in resident.follow(code).json["allowed_actions"]}
    assert set(allowed) == {"urge", "withdraw", "comment"}
    assert (allowed["comment"]["address"], allowed["comment"]["needs"]) == ("comment", ["note"])


def test_the_code_itself_is_nowhere_in_the_database(client: Client, resident: Resident) -> None:
    answer = resident.report(key="k", client_ref="draft 1", contact=CONTACT)
    code = answer.json["tracking_code"]
    resident.call("POST", f"/cases/{code}/urge", {}, Idempotency_Key="u")
    kept = everything_in(client, *TABLES)
    for secret in (code, code.encode().hex(), CONTACT["phone"], CONTACT["name"], resident.address):
        assert str(secret) not in kept
    with client.engine.connect() as connection:
        scopes = connection.execute(text("SELECT scope FROM idempotency ORDER BY scope")).scalars().all()
    assert [scope.partition(":")[0] for scope in scopes] == ["qr", "tracking"]


def test_the_same_report_with_the_same_key_is_the_same_case_and_shows_its_code_again(
    client: Client, resident: Resident
) -> None:
    first, again = resident.report(key="k"), resident.report(key="k")
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
    assert again.json["number"] == first.json["number"]
    assert again.json["tracking_code"] == first.json["tracking_code"]
    assert count(client, "cases") == 1
    other = resident.report(key="k", description="something else")
    assert (other.status_code, other.json["code"]) == (409, "idempotency_mismatch")
    neighbour = make_resident(client, COMPOUND)
    assert neighbour.report(key="k").json["number"] != first.json["number"]


def test_a_draft_sent_twice_without_a_key_is_one_case_and_a_guessed_reference_opens_nothing(
    client: Client, resident: Resident
) -> None:
    first, again = resident.report(client_ref="1"), resident.report(client_ref="1")
    assert again.json["number"] == first.json["number"]
    assert again.json["tracking_code"] == first.json["tracking_code"]
    guessed = resident.report(client_ref="1", description="what is it?")
    assert guessed.json["number"] != first.json["number"]
    assert count(client, "cases") == 2


def test_twins_of_a_draft_at_the_same_moment_are_one_case(client: Client, resident: Resident) -> None:
    with ThreadPoolExecutor(4) as crowd:
        answers = list(crowd.map(lambda _: resident.report(client_ref="draft"), range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({(answer.json["number"], answer.json["tracking_code"]) for answer in answers}) == 1
    assert count(client, "cases") == 1


def test_a_changed_secret_key_ends_the_links_and_breaks_nothing(client: Client, resident: Resident) -> None:
    resident.report(key="k", contact=CONTACT)
    number, code = resident.reported(client_ref="1")
    here = client.app.extensions["gridgov"].runtime
    changed = replace(client, app=create_app(replace(here, sealer=Sealer("another secret"))))
    later = replace(resident, client=changed)
    assert later.follow(code).status_code == 404
    again = later.report(key="k", contact=CONTACT)
    assert (again.status_code, again.json["tracking_code"]) == (201, None)
    case = changed.call(BRANCH, "GET", f"/api/v1/cases/{again.json['number']}")
    assert (case.status_code, case.json["reporter_contact"]["phone"]) == (200, None)
    assert number != again.json["number"]


def test_a_thousand_guessed_codes_open_nothing(client: Client, resident: Resident) -> None:
    resident.reported()
    answers = set()
    for guess in range(1000):
        resident.address = f"198.51.{guess // 10}.9"
        code = "".join(secrets.choice(ALPHABET) for _ in range(TRACKING_LENGTH))
        answers.add(resident.follow(code).status_code)
    assert answers == {404}


def test_residents_of_two_walls_may_use_the_same_reference(client: Client, resident: Resident) -> None:
    number, _ = resident.reported(client_ref="1")
    other, _ = make_resident(client, COMPOUND).reported(client_ref="1")
    assert number != other
    with Transactions(client.engine)() as session:
        assert list(reports_are_one_case(session)) == []


def test_no_line_of_the_log_holds_a_code_or_an_address(resident: Resident, capfd: pytest.CaptureFixture[str]) -> None:
    _, code = resident.reported(contact=CONTACT)
    resident.follow(code)
    resident.respond(code, "urge")
    logged = "".join(capfd.readouterr())
    assert "/api/v1/public/cases/<code>" in logged
    for secret in (code, resident.address, CONTACT["phone"]):
        assert str(secret) not in logged


def test_the_specification_asks_residents_for_no_credential(client: Client) -> None:
    paths = client.call(None, "GET", "/api/v1/openapi.json").json["paths"]
    operations = [
        operation
        for path, item in paths.items()
        if path.startswith(PUBLIC)
        for method, operation in item.items()
        if method != "parameters"
    ]
    assert len(operations) == 11
    for operation in operations:
        assert operation["security"] == []
        assert {"404", "422", "429", "503"} <= set(operation["responses"])
        assert "401" not in operation["responses"]


def test_no_other_site_is_invited_and_no_cookie_is_set(resident: Resident) -> None:
    answer = resident.call("GET", f"/places/{resident.qr}", Origin="https://elsewhere.example")
    assert answer.status_code == 200
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control") or name == "Set-Cookie"]
    assert answer.headers["Cache-Control"] == "no-store"
