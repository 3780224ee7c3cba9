"""The HTTP contract of cases (api.md), on the real application and a real database."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from gridgov.domain.model_city import BRANCH, BUILDING, COMMITTEE, COMMUNITY, COMPOUND, GRID, GROUP, PROPERTY
from gridgov.settings import Settings
from tests.http_client import CASES, Client, make_client


@pytest.fixture
def client(own_engine: Engine, settings: Settings) -> Iterator[Client]:
    """A client of its own city."""
    return make_client(own_engine, settings)


def test_the_main_line_runs_over_http(client: Client) -> None:
    case = client.report(GRID)
    number = case["number"]
    assert case["state"] == "reported"
    assert case["promised_at"].endswith("Z")
    assert client.act(BRANCH, number, "accept").json["state"] == "dispatched"
    assert client.act(COMMITTEE, number, "acknowledge").json["state"] == "handling"
    client.act(PROPERTY, number, "contact", contact={"kind": "call", "made_safe": True})
    done = {"note": "cleared", "attachments": [client.photo(PROPERTY)]}
    assert client.act(PROPERTY, number, "resolve", **done).json["state"] == "resolved"
    assert client.act(GROUP, number, "confirm").json["state"] == "awaiting_rating"
    rating = {"contacted": True, "solved": True, "satisfaction": "satisfied"}
    closed = client.act(GRID, number, "rate", rating=rating).json
    assert (closed["state"], closed["outcome"], closed["lamp"]) == ("closed", "rated", None)
    events = client.call(BRANCH, "GET", f"{CASES}/{number}/events").json["items"]
    assert [event["seq"] for event in events] == list(range(1, 8))
    assert events[1]["actor"]["post"] == "branch_secretary"


def test_a_report_of_danger_is_accepted_by_the_system_at_once(client: Client) -> None:
    case = client.report(GRID, category="0105")
    assert (case["state"], case["priority"], case["version"]) == ("dispatched", "P1", 2)


def test_a_stale_version_is_a_conflict_that_shows_what_stands_now(client: Client) -> None:
    number = client.report(GRID)["number"]
    client.act(BRANCH, number, "accept")
    stale = client.call(BRANCH, "POST", f"{CASES}/{number}/actions/escalate", {"note": "slow"}, If_Match='"v1"')
    assert (stale.status_code, stale.json["code"]) == (409, "stale_case")
    assert (stale.json["current"]["state"], stale.json["current"]["version"]) == ("dispatched", 2)
    again = client.call(BRANCH, "POST", f"{CASES}/{number}/actions/accept", {}, If_Match='"v1"')
    assert again.json["code"] == "already_done"


def test_the_same_key_reports_once_and_another_body_is_refused(client: Client) -> None:
    body = {"description": "lamp is out", "category": "0203", "place": {"compound_id": COMPOUND}}
    first = client.call(GRID, "POST", CASES, body, Idempotency_Key="k1")
    second = client.call(GRID, "POST", CASES, body, Idempotency_Key="k1")
    assert (second.status_code, second.json["number"]) == (201, first.json["number"])
    assert second.headers["Idempotent-Replayed"] == "true"
    other = client.call(GRID, "POST", CASES, {**body, "description": "another"}, Idempotency_Key="k1")
    assert (other.status_code, other.json["code"]) == (409, "idempotency_mismatch")


def test_a_decline_with_a_key_is_answered_again_although_the_case_is_out_of_sight(client: Client) -> None:
    number = client.report(GRID)["number"]
    client.act(BRANCH, number, "accept")
    path = f"{CASES}/{number}/actions/decline"
    first = client.call(PROPERTY, "POST", path, {"note": "not ours"}, Idempotency_Key="d1")
    again = client.call(PROPERTY, "POST", path, {"note": "not ours"}, Idempotency_Key="d1")
    assert (first.status_code, again.status_code) == (200, 200)
    assert client.call(PROPERTY, "GET", f"{CASES}/{number}").status_code == 404


def test_the_detail_says_what_one_may_do_and_why_not_more(client: Client) -> None:
    number = client.report(GRID)["number"]
    case = client.call(BRANCH, "GET", f"{CASES}/{number}").json
    allowed = {action["action"] for action in case["allowed_actions"]}
    assert {"accept", "reject", "ask_info"} <= allowed
    refused = {action["action"]: action["why"] for action in case["refused_actions"]}
    assert "handler" in refused["acknowledge"]


def test_bad_input_is_one_clear_problem_and_changes_nothing(client: Client) -> None:
    place = {"building_id": BUILDING}
    bad = [
        ({"description": "x", "place": place, "color": "red"}, 422, "color"),
        ({"description": 7, "place": place}, 422, "description"),
        ({"place": place}, 422, "description"),
        ({"description": "x", "place": {}}, 422, "place"),
        ({"description": "x", "place": {"building_id": 999999}}, 422, "place.building_id"),
        ({"description": "x", "place": {"point": {"lat": 1.0, "lon": 1.0}}}, 422, "place.point"),
        ({"description": "x", "place": place, "category": "0000"}, 422, "category"),
        ({"description": "x\x00y", "place": place}, 422, "description"),
        ({"description": "x", "place": place, "occurred_at": "2026-11-23T08:00:00"}, 422, "occurred_at"),
    ]
    for body, status, field in bad:
        response = client.call(GRID, "POST", CASES, body)
        assert (response.status_code, response.content_type) == (status, "application/problem+json"), body
        assert any(name.startswith(field) for name in response.json["errors"]), response.json
    with client.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM cases")).scalar() == 0


def test_an_action_that_is_not_now_names_state_action_and_who_may(client: Client) -> None:
    number = client.report(GRID)["number"]
    refused = client.act(BRANCH, number, "close", no_resident=True)
    assert (refused.status_code, refused.json["code"]) == (409, "transition_not_allowed")
    assert (refused.json["state"], refused.json["action"]) == ("reported", "close")
    missing = client.act(BRANCH, number, "reject")
    assert (missing.status_code, set(missing.json["errors"])) == (422, {"reason", "note"})
    foreign = client.act(BRANCH, number, "accept", handler_id=100)
    assert (foreign.status_code, set(foreign.json["errors"])) == (422, {"handler_id"})
    assert client.act(BRANCH, number, "dance").status_code == 404


def test_lists_filter_sort_page_and_count(client: Client) -> None:
    numbers = [client.report(GRID, description=f"garbage {i}")["number"] for i in range(5)]
    first = client.call(COMMUNITY, "GET", f"{CASES}?limit=2&count=true").json
    assert ([case["number"] for case in first["items"]], first["count"]) == (numbers[:2:-1], 5)
    second = client.call(COMMUNITY, "GET", f"{CASES}?limit=2&cursor={first['next_cursor']}").json
    assert [case["number"] for case in second["items"]] == [numbers[2], numbers[1]]
    found = client.call(COMMUNITY, "GET", f"{CASES}?q=garbage&state=reported&lamp=green&unit={COMPOUND}&sort=due_at")
    assert len(found.json["items"]) == 5
    assert client.call(COMMUNITY, "GET", f"{CASES}?state=closed").json["items"] == []
    assert client.call(COMMUNITY, "GET", f"{CASES}?nonsense=1").status_code == 422


def test_units_of_a_filter_are_named_by_id_or_by_code(client: Client) -> None:
    number = client.report(GRID)["number"]
    for word in (COMPOUND, "m.s.c.x", "m"):
        found = client.call(COMMUNITY, "GET", f"{CASES}?unit={word}").json["items"]
        assert [case["number"] for case in found] == [number]
    assert client.call(COMMUNITY, "GET", f"{CASES}?holder=m.s.c.x.property").json["items"] == []
    unknown = client.call(COMMUNITY, "GET", f"{CASES}?handler=nowhere")
    assert (unknown.status_code, set(unknown.json["errors"])) == (422, {"handler"})


def test_chinese_text_is_found_by_its_bigrams(client: Client) -> None:
    number = client.report(GRID, description="三号楼门口垃圾满溢")["number"]
    found = client.call(BRANCH, "GET", f"{CASES}?q=垃圾满").json["items"]
    assert [case["number"] for case in found] == [number]
    assert client.call(BRANCH, "GET", f"{CASES}?q=电梯").json["items"] == []


def test_the_inbox_follows_the_case(client: Client) -> None:
    number = client.report(GRID)["number"]
    counts = client.call(BRANCH, "GET", "/api/v1/inbox/counts").json["counts"]
    assert counts["to_accept"] == 1
    client.act(BRANCH, number, "accept")
    waiting = client.call(COMMITTEE, "GET", "/api/v1/inbox?bucket=to_acknowledge").json["items"]
    assert [case["number"] for case in waiting] == [number]
    assert client.call(BRANCH, "GET", "/api/v1/inbox/counts").json["counts"]["to_accept"] == 0


def test_the_deadline_is_explained_segment_by_segment(client: Client) -> None:
    number = client.report(GRID)["number"]
    deadline = client.call(BRANCH, "GET", f"{CASES}/{number}/deadline").json
    assert deadline["clock"]["limit"] == "2 h w"
    assert sum(segment["counted_seconds"] for segment in deadline["clock"]["segments"]) == 7200
    assert deadline["promise"]["due_at"].endswith("Z")


def test_contact_is_sealed_and_never_comes_back(client: Client) -> None:
    case = client.report(GRID, on_behalf=True, reporter={"name": "王某", "phone": "13800001234"})
    with client.engine.connect() as connection:
        sealed = bytes(connection.execute(text("SELECT sealed FROM case_contacts")).scalar_one())
    assert b"13800001234" not in sealed
    assert "13800001234" not in client.call(BRANCH, "GET", f"{CASES}/{case['number']}").text


def test_phone_numbers_in_free_text_are_masked_on_save(client: Client) -> None:
    case = client.report(GRID, description="call me at 13800001234")
    assert "13800001234" not in case["description"]


def test_an_unsolved_rating_is_a_dispute(client: Client) -> None:
    number = client.report(GRID)["number"]
    client.act(BRANCH, number, "accept")
    client.act(PROPERTY, number, "acknowledge")
    client.act(PROPERTY, number, "resolve", note="done", attachments=[client.photo(PROPERTY)])
    client.act(GROUP, number, "confirm")
    disputed = client.act(GRID, number, "rate", rating={"solved": False, "satisfaction": "fair"}).json
    assert (disputed["state"], disputed["holder"]["id"], disputed["floor"]) == ("disputed", COMMUNITY, 1)


def test_a_repeat_of_the_same_client_reference_is_the_same_case(client: Client) -> None:
    first = client.report(GRID, client_ref="phone-1")
    assert client.report(GRID, client_ref="phone-1")["number"] == first["number"]


def test_a_known_external_number_is_refused_with_the_case_that_has_it(client: Client) -> None:
    ref = {"source": "12345", "number": "A1"}
    first = client.report(GRID, external_ref=ref)
    body = {"description": "again", "place": {"building_id": BUILDING}, "external_ref": ref}
    again = client.call(COMMUNITY, "POST", CASES, body)
    assert (again.status_code, again.json["number"]) == (409, first["number"])
