"""吹哨报到 over HTTP: the subdistrict blows; departments see the case while they are called, answer and come."""

from typing import Any

import pytest
from sqlalchemy import Engine

from gridgov.domain.model_city import BRANCH, CITY, COMMUNITY, PROPERTY, SUBDISTRICT
from gridgov.settings import Settings
from tests.http_client import CASES, Client, make_client, set_back

WHISTLES, INBOX = "/api/v1/whistles", "/api/v1/inbox"
FIRE, POLICE, URBAN = 100, 101, 102


@pytest.fixture
def client(own_engine: Engine, settings: Settings) -> Client:
    """The model city."""
    return make_client(own_engine, settings)


def blown(client: Client, helpers: tuple[int, ...] = (POLICE,), kind: str = "enforcement") -> dict[str, Any]:
    """A case for which fire is called to lead, as the subdistrict sees it."""
    number = client.report(PROPERTY)["number"]
    assert client.act(BRANCH, number, "accept").status_code == 200
    assert client.act(PROPERTY, number, "acknowledge").status_code == 200
    whistle = {"kind": kind, "lead_id": FIRE, "helper_ids": list(helpers), "place": "the east gate"}
    response = client.act(SUBDISTRICT, number, "whistle", whistle=whistle)
    assert response.status_code == 200, response.text
    case: dict[str, Any] = response.json
    return case


def do(client: Client, unit: int, call: dict[str, Any], action: str, **body: Any) -> dict[str, Any]:
    """What somebody of the unit gets for an action on a call."""
    response = client.call(unit, "POST", f"{WHISTLES}/{call['id']}/actions/{action}", body)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json
    return answer


def status(client: Client, unit: int, method: str, path: str, body: Any = None) -> int:
    return client.call(unit, method, path, body).status_code


def test_the_case_shows_who_was_called_and_a_lamp_for_each(client: Client) -> None:
    case = blown(client)
    lead, helper = case["whistles"]
    assert (case["state"], case["holder"]["id"], case["handler"]["id"]) == ("whistled", FIRE, PROPERTY)
    assert (lead["unit"]["id"], lead["lead"], lead["state"], lead["lamp"]) == (FIRE, True, "called", "green")
    assert (helper["number"], helper["blown_by"]["id"], helper["place"]) == (2, SUBDISTRICT, "the east gate")
    assert lead["kind_title"] == "Joint enforcement whistle"
    assert lead["answer_due_at"] < lead["arrive_due_at"]


def test_whoever_is_called_sees_the_case_and_finds_the_call_in_the_inbox(client: Client) -> None:
    case = blown(client)
    number = case["number"]
    assert status(client, URBAN, "GET", f"{CASES}/{number}") == 404
    for unit in (FIRE, POLICE):
        assert status(client, unit, "GET", f"{CASES}/{number}") == 200
        assert [each["number"] for each in client.call(unit, "GET", CASES).json["items"]] == [number]
        found = client.call(unit, "GET", f"{INBOX}?bucket=to_answer").json["items"]
        assert [each["number"] for each in found] == [number]
        assert client.call(unit, "GET", f"{INBOX}/counts").json["counts"]["to_answer"] == 1
    do(client, FIRE, case["whistles"][0], "answer")
    assert client.call(FIRE, "GET", f"{INBOX}?bucket=to_answer").json["items"] == []


def test_the_calls_of_a_unit_are_listed_by_side_state_and_kind(client: Client) -> None:
    case = blown(client)
    blown(client, helpers=(), kind="emergency")
    do(client, FIRE, case["whistles"][0], "answer")

    def listed(unit: int, query: str = "") -> list[tuple[str, str]]:
        return [(each["kind"], each["state"]) for each in client.call(unit, "GET", WHISTLES + query).json["items"]]

    assert listed(FIRE) == [("emergency", "called"), ("enforcement", "answered")]
    assert listed(FIRE, "?state=called") == [("emergency", "called")]
    assert listed(FIRE, "?kind=enforcement") == [("enforcement", "answered")]
    assert listed(POLICE) == [("enforcement", "called")]
    assert len(listed(SUBDISTRICT, "?side=blown")) == 3
    assert listed(SUBDISTRICT, "?side=called") == listed(BRANCH) == listed(COMMUNITY, "?side=blown") == []
    assert len(listed(COMMUNITY)) == len(listed(CITY, "?side=within")) == 3
    first = client.call(FIRE, "GET", f"{WHISTLES}?limit=1").json
    rest = client.call(FIRE, "GET", f"{WHISTLES}?limit=1&cursor={first['next_cursor']}").json
    assert [each["kind"] for each in rest["items"]] == ["enforcement"]
    assert client.call(FIRE, "GET", f"{WHISTLES}?state=lost").status_code == 422


def test_a_call_goes_from_answer_to_the_ratings_of_both_sides(client: Client) -> None:
    case = blown(client)
    lead, helper = case["whistles"]
    assert do(client, FIRE, lead, "answer")["state"] == "answered"
    assert do(client, FIRE, lead, "arrive", place="at the pump")["case"]["state"] == "handling"
    assert do(client, POLICE, helper, "arrive")["state"] == "arrived"
    assert do(client, POLICE, helper, "finish")["lamp"] is None
    former = client.call(SUBDISTRICT, "GET", f"{CASES}/{case['number']}").json["whistles"][2]
    assert (former["unit"]["id"], former["state"]) == (PROPERTY, "arrived")
    refused = client.act(FIRE, case["number"], "resolve", note="put out", attachments=[client.photo(FIRE)])
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["despite"])
    told = {"note": "put out", "despite": "all safe", "attachments": [client.photo(FIRE)]}
    assert client.act(FIRE, case["number"], "resolve", **told).status_code == 200
    path = f"{WHISTLES}/{helper['id']}/ratings"
    assert client.call(SUBDISTRICT, "POST", path, {"score": 5}).json["score"] == 5
    assert client.call(POLICE, "POST", path, {"score": 4, "note": "well led"}).json["blower_score"] == 4
    assert status(client, POLICE, "POST", path, {"score": 4}) == 409
    assert status(client, POLICE, "POST", path, {"score": 6}) == 422


def test_a_refusal_needs_a_reason_and_the_subdistrict_changes_the_lead_or_calls_off(client: Client) -> None:
    case = blown(client)
    lead, helper = case["whistles"]
    assert status(client, FIRE, "POST", f"{WHISTLES}/{lead['id']}/actions/refuse", {}) == 422
    assert do(client, FIRE, lead, "refuse", note="no engine free")["state"] == "refused"
    assert status(client, FIRE, "POST", f"{WHISTLES}/{lead['id']}/actions/call_off", {"note": "no"}) == 403
    changed = do(client, SUBDISTRICT, lead, "change_lead", lead_id=URBAN, note="fire is out")
    assert (changed["state"], changed["case"]["state"]) == ("replaced", "whistled")
    assert status(client, FIRE, "GET", f"{CASES}/{case['number']}") == 404
    assert status(client, URBAN, "GET", f"{CASES}/{case['number']}") == 200
    assert do(client, SUBDISTRICT, helper, "call_off", note="not needed")["case"]["state"] == "whistled"
    fresh = client.call(URBAN, "GET", WHISTLES).json["items"][0]
    assert do(client, SUBDISTRICT, fresh, "call_off", note="the property can do it")["case"]["state"] == "dispatched"
    assert client.call(URBAN, "GET", WHISTLES).json["items"] == []


def test_an_act_of_a_call_is_done_once_and_only_on_the_version_that_was_seen(client: Client) -> None:
    lead = blown(client)["whistles"][0]
    path = f"{WHISTLES}/{lead['id']}/actions/answer"
    stale = client.call(FIRE, "POST", path, {}, If_Match='"v1"')
    assert (stale.status_code, stale.json["code"]) == (409, "stale_case")
    first = client.call(FIRE, "POST", path, {}, Idempotency_Key="a")
    again = client.call(FIRE, "POST", path, {}, Idempotency_Key="a")
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert first.headers["ETag"] == again.headers["ETag"]
    assert status(client, FIRE, "POST", path, {}) == 409


def test_nobody_else_sees_a_call_or_acts_on_it(client: Client) -> None:
    lead, helper = blown(client)["whistles"]
    assert status(client, URBAN, "GET", f"{WHISTLES}/{lead['id']}") == 404
    assert status(client, URBAN, "POST", f"{WHISTLES}/{lead['id']}/actions/answer", {}) == 404
    assert status(client, COMMUNITY, "POST", f"{WHISTLES}/{lead['id']}/actions/arrive", {}) == 403
    assert status(client, POLICE, "POST", f"{WHISTLES}/{lead['id']}/actions/answer", {}) == 422
    assert status(client, FIRE, "POST", f"{WHISTLES}/{lead['id']}/actions/dance", {}) == 404
    assert status(client, SUBDISTRICT, "POST", f"{WHISTLES}/{helper['id']}/actions/change_lead", {"lead_id": 1}) == 409


def test_the_lamp_of_a_call_turns_yellow_and_red_when_nobody_answers(client: Client) -> None:
    call = blown(client, kind="emergency")["whistles"][0]

    def lamp() -> str:
        return str(client.call(FIRE, "GET", f"{WHISTLES}/{call['id']}").json["lamp"])

    set_back(client.engine, 13 * 60)
    assert lamp() == "yellow"
    set_back(client.engine, 3 * 60)
    assert lamp() == "red"
    do(client, FIRE, call, "answer")
    assert lamp() == "green", "now the arrival is waited for"


@pytest.mark.parametrize(
    ("field", "whistle"),
    [
        ("whistle", {"kind": "loud", "lead_id": FIRE}),
        ("whistle.lead_id", {"kind": "enforcement", "lead_id": BRANCH}),
        ("whistle.helper_ids", {"kind": "enforcement", "lead_id": FIRE, "helper_ids": [FIRE]}),
        ("whistle.lead_id", {"kind": "enforcement"}),
    ],
)
def test_a_whistle_that_cannot_be_says_which_field_is_wrong(
    client: Client, field: str, whistle: dict[str, Any]
) -> None:
    number = client.report(PROPERTY)["number"]
    client.act(BRANCH, number, "accept")
    refused = client.act(SUBDISTRICT, number, "whistle", whistle=whistle)
    assert (refused.status_code, list(refused.json["errors"])) == (422, [field])
