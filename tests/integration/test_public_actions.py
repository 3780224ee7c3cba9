"""Everything a resident may do by the link, over HTTP: from the report to the rating, the dispute, the second look."""

import pytest
from sqlalchemy import Engine, select

from gridgov.db.models import CaseContact
from gridgov.db.session import Transactions
from gridgov.domain.model_city import BRANCH, CITY, COMMUNITY, SUBDISTRICT
from gridgov.settings import Settings
from tests.http_client import CASES, Client, make_client, set_back
from tests.residents import CONTACT, GOOD, Resident, handled, make_resident

DAY = 24 * 3600


@pytest.fixture
def client(own_engine: Engine, settings: Settings) -> Client:
    """A client of its own city."""
    return make_client(own_engine, settings)


@pytest.fixture
def resident(client: Client) -> Resident:
    """Somebody before the model building."""
    return make_resident(client)


def allowed(resident: Resident, code: str) -> set[str]:
    return {each["action"] for each in resident.follow(code).json["allowed_actions"]}


def closed(client: Client, resident: Resident) -> tuple[str, str]:
    number, code = resident.reported()
    handled(client, number)
    assert resident.respond(code, "rating", **GOOD).json["state"] == "closed"
    return number, code


def test_a_rating_closes_the_case(client: Client, resident: Resident) -> None:
    number, code = resident.reported()
    handled(client, number)
    assert {"rate", "dispute", "urge", "comment"} <= allowed(resident, code)
    case = resident.respond(code, "rating", **GOOD, note="thank you").json
    assert (case["state"], case["outcome"], case["outcome_title"]) == ("closed", "rated", "Done and rated")
    assert case["messages"][-1]["from"] == "you"
    event = client.call(BRANCH, "GET", f"{CASES}/{number}/events").json["items"][-1]
    assert (event["actor"], event["data"]["rating"]) == ({"kind": "reporter", "post": None, "unit": None}, GOOD)


@pytest.mark.parametrize("body", [{"solved": False}, {"solved": True, "satisfaction": "dissatisfied"}])
def test_an_unsolved_rating_is_a_dispute(client: Client, resident: Resident, body: dict[str, object]) -> None:
    number, code = resident.reported()
    handled(client, number)
    assert resident.respond(code, "rating", **body).json["state"] == "disputed"
    upheld = client.act(COMMUNITY, number, "uphold", note="seen on the spot")
    assert upheld.status_code == 200, upheld.text
    case = resident.follow(code).json
    assert (case["state"], case["outcome"]) == ("closed", "closed_with_explanation")
    assert case["messages"][-1] | {"at": ""} == {
        "at": "",
        "from": "office",
        "action": "uphold",
        "title": "Uphold",
        "reason": None,
        "note": "seen on the spot",
    }


def test_a_rating_says_whether_it_is_solved_and_how_well(resident: Resident) -> None:
    _, code = resident.reported()
    assert resident.respond(code, "rating").json["errors"].keys() == {"solved"}
    assert resident.respond(code, "rating", solved=True).json["errors"].keys() == {"satisfaction"}
    assert resident.respond(code, "rating", solved=True, satisfaction="great").json["errors"].keys() == {"satisfaction"}
    assert resident.respond(code, "rating", **GOOD, visit={}).json["errors"].keys() == {"visit"}


def test_what_is_not_possible_now_says_who_may_and_when(resident: Resident) -> None:
    _, code = resident.reported()
    early = resident.respond(code, "rating", **GOOD)
    assert (early.status_code, early.json["code"]) == (409, "transition_not_allowed")
    assert "the reporter" in early.json["detail"]
    for action in ("reopen", "appeal", "info"):
        assert resident.respond(code, action, note="x").status_code == 409


def test_urging_is_possible_once_a_day(client: Client, resident: Resident) -> None:
    _, code = resident.reported()
    assert resident.respond(code, "urge").status_code == 200
    again = resident.respond(code, "urge")
    assert (again.status_code, again.json["detail"]) == (409, "You urged today already; tomorrow again.")
    assert "urge" not in allowed(resident, code)
    set_back(client.engine, DAY)
    assert resident.respond(code, "urge", note="still there").status_code == 200


def test_what_is_asked_is_shown_and_answered(client: Client, resident: Resident) -> None:
    number, code = resident.reported(contact=CONTACT)
    assert client.act(BRANCH, number, "ask_info", note="which staircase?").status_code == 200
    case = resident.follow(code).json
    assert (case["state"], case["holder"], case["messages"][-1]["note"]) == ("needs_info", None, "which staircase?")
    assert "supply_info" in allowed(resident, code)
    assert resident.respond(code, "info").json["errors"].keys() == {"note"}
    answered = resident.respond(code, "info", note="the second; call 13900001111")
    assert answered.json["state"] == "reported"
    assert answered.json["messages"][-1]["note"] == "the second; call 139****1111"
    events = client.call(BRANCH, "GET", f"{CASES}/{number}/events").text
    assert "13900001111" not in events


def test_a_report_can_be_withdrawn_while_nobody_works_on_it(client: Client, resident: Resident) -> None:
    _, code = resident.reported()
    case = resident.respond(code, "withdraw", note="it is gone").json
    assert (case["state"], case["outcome"], case["stage"]) == ("withdrawn", "withdrawn", "close")
    assert resident.respond(code, "withdraw").status_code == 409
    number, code = resident.reported()
    handled(client, number)
    assert resident.respond(code, "withdraw").status_code == 409


def test_a_rejection_says_why_and_can_be_appealed_once(client: Client, resident: Resident) -> None:
    number, code = resident.reported()
    client.act(BRANCH, number, "reject", reason="not_ours", note="ask the water works")
    message = resident.follow(code).json["messages"][-1]
    assert (message["reason"], message["note"]) == ("Not ours; the note says where to go", "ask the water works")
    assert resident.respond(code, "appeal").json["errors"].keys() == {"note"}
    assert resident.respond(code, "appeal", note="it is in our yard").json["state"] == "disputed"
    assert client.act(COMMUNITY, number, "uphold", note="the yard is theirs").status_code == 200
    case = resident.follow(code).json
    assert case["outcome"] == "rejection_upheld"
    assert "reopen" not in allowed(resident, code)
    assert resident.respond(code, "reopen", note="again").status_code == 409


def test_an_appeal_comes_within_seven_days(client: Client, resident: Resident) -> None:
    number, code = resident.reported()
    client.act(BRANCH, number, "reject", reason="spam", note="x")
    set_back(client.engine, 7 * DAY + 60)
    late = resident.respond(code, "appeal", note="no")
    assert (late.status_code, late.json["detail"]) == (409, "The 7 days are over.")


def test_a_closed_case_is_looked_at_again_at_most_twice_and_within_thirty_days(
    client: Client, resident: Resident
) -> None:
    number, code = closed(client, resident)
    for judge in (COMMUNITY, SUBDISTRICT):
        assert resident.respond(code, "reopen", note="it is back").json["state"] == "disputed"
        assert client.act(judge, number, "uphold", note="not the same").status_code == 200
    third = resident.respond(code, "reopen", note="it is back")
    assert (third.status_code, third.json["code"]) == (409, "bound_reached")
    _, other = closed(client, resident)
    set_back(client.engine, 30 * DAY + 60)
    assert resident.respond(other, "reopen", note="late").status_code == 409


def test_a_case_closed_by_force_says_so_and_why(client: Client, resident: Resident) -> None:
    number, code = resident.reported()
    assert client.act(CITY, number, "force_close", note="the building is gone").status_code == 200
    case = resident.follow(code).json
    assert (case["outcome"], case["messages"][-1]["note"]) == ("forced", "the building is gone")
    assert resident.respond(code, "reopen", note="no").status_code == 409


def test_a_remark_is_for_the_office_and_never_public_by_itself(client: Client, resident: Resident) -> None:
    number, code = resident.reported()
    assert resident.respond(code, "comment", note="still smells").status_code == 200
    assert resident.respond(code, "comment", note="x", public=True).status_code == 422
    event = client.call(BRANCH, "GET", f"{CASES}/{number}/events").json["items"][-1]
    assert (event["note"], event["public"]) == ("still smells", False)


def test_an_action_with_the_same_key_is_done_once(client: Client, resident: Resident) -> None:
    number, code = resident.reported()
    path, body = f"/cases/{code}/comment", {"note": "x"}
    first = resident.call("POST", path, body, Idempotency_Key="k")
    again = resident.call("POST", path, body, Idempotency_Key="k")
    assert (first.status_code, again.status_code, again.headers["Idempotent-Replayed"]) == (200, 200, "true")
    assert len(client.call(BRANCH, "GET", f"{CASES}/{number}/events").json["items"]) == 2
    _, other = resident.reported()
    assert (
        "Idempotent-Replayed" not in resident.call("POST", f"/cases/{other}/comment", body, Idempotency_Key="k").headers
    )


def test_a_link_opens_its_own_case_only_and_no_door_of_the_staff(client: Client, resident: Resident) -> None:
    number, _ = resident.reported()
    _, code = resident.reported()
    assert resident.follow(code).json["number"] != number
    assert client.call(None, "GET", f"{CASES}/{number}", Authorization=f"Bearer {code}").status_code == 401
    for wrong in (number, code[:-1], code + "2", "x" * 200):
        assert resident.follow(wrong).status_code == 404
        assert resident.respond(wrong, "comment", note="x").status_code == 404


def test_the_wish_to_hear_is_withdrawn_at_once(client: Client, resident: Resident) -> None:
    number, code = resident.reported(contact=CONTACT)
    assert client.call(BRANCH, "GET", f"{CASES}/{number}").json["reporter_contact"]["wants_updates"] is True
    assert resident.call("DELETE", f"/cases/{code}/contact").status_code == 204
    assert resident.call("DELETE", f"/cases/{code}/contact").status_code == 204
    with Transactions(client.engine)() as session:
        assert session.execute(select(CaseContact)).all() == []
    assert resident.follow(code).status_code == 200


def test_the_link_of_a_merged_case_opens_its_master_and_may_dispute_it(client: Client, resident: Resident) -> None:
    master, _ = resident.reported()
    number, code = resident.reported(description="the same bin, seen by the neighbour")
    merged = client.act(BRANCH, number, "merge", into=master, note="the same bin")
    assert merged.status_code == 200, merged.text
    assert resident.follow(code).json["number"] == master
    handled(client, master)
    assert "withdraw" not in allowed(resident, code)
    assert resident.respond(code, "rating", solved=False).json["state"] == "disputed"
    assert client.call(COMMUNITY, "GET", f"{CASES}/{master}").json["state"] == "disputed"
