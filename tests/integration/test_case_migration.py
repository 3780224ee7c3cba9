"""Running cases follow their workflow to another version: shown first, all or none, and doctor finds nothing amiss."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from gridgov.cli import main
from gridgov.db.session import Transactions
from gridgov.domain.actors import Signature
from gridgov.domain.errors import Conflict, Invalid
from gridgov.domain.model_city import BRANCH, GRID, GROUP, PROPERTY
from gridgov.services import case_migration
from gridgov.services.case_migration import Order, Outcome, migrate_cases
from gridgov.services.definitions import activate, install
from gridgov.services.doctor import run_doctor
from gridgov.services.escalation import sweep_due
from gridgov.settings import Settings
from tests.factories import MONDAY_NINE, City, make_city
from tests.governed_city import NAME, NEXT, OURS, UNKNOWN, by_admin, complete, renewed, version
from tests.http_client import make_client

# A question has another name, and work is done sooner and sent back less often.
CHANGES = (
    ('"needs_info"', '"asked"'),
    ("[states.needs_info]", "[states.asked]"),
    ('P3 = "7 wd"', 'P3 = "5 wd"'),
    ('most = 3, per = "round", then = "dispute"', 'most = 1, per = "round", then = "dispute"'),
)
WHOLE = {"needs_info": "asked"}
LATER = MONDAY_NINE + timedelta(hours=2)
BY_SYSTEM = Signature("system")


@pytest.fixture
def city(session: Session) -> Iterator[City]:
    """The model city with the next version installed, and a case in each of four states."""
    city = make_city(session)
    complete(session)
    city = renewed(city, MONDAY_NINE)
    city.report()
    asked = city.report(contact={"phone": "13800001234"})
    city.act(asked, "ask_info", city.person(BRANCH), note="which gate?")
    handled = city.report()
    city.act(handled, "accept", city.person(BRANCH))
    city.act(handled, "acknowledge", city.person(PROPERTY))
    done = city.report()
    city.act(done, "self_handle", city.person(GROUP), note="swept")
    for _ in range(2):
        city.act(done, "send_back", city.person(GRID), note="not yet")
        city.act(done, "resolve", city.person(GROUP), note="swept again")
    body = version(NEXT, *CHANGES).replace('"send_back verifier", "resolve handler", "send_back verifier", '
                                        '"resolve handler", "send_back verifier"', '"send_back verifier"')  # fmt: skip
    install(session, city.snapshot, body, None)
    sweep_due(session, city.world, LATER)
    yield city


def move(city: City, dry_run: bool = False, **mapping: str) -> Outcome:
    order = Order(NAME, OURS, NEXT, mapping or WHOLE, BY_SYSTEM, dry_run)
    return migrate_cases(city.session, city.snapshot, order, LATER)


def rows(city: City, statement: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in city.session.execute(text(statement))]


STATE_CLOCKS = """SELECT c.state, k.key, k.span, k.due_at, k.state FROM clocks k JOIN cases c ON c.id = k.case_id
WHERE k.kind = 'state' AND k.state < 2 ORDER BY c.id, k.id"""


def test_a_dry_run_says_what_would_become_of_each_state_and_changes_nothing(city: City) -> None:
    before = rows(city, "SELECT id, version, state, definition_version FROM cases ORDER BY id")
    outcome = case_migration.as_dict(move(city, dry_run=True))
    assert [(line["state"], line["to"], line["cases"], line["clock"]) for line in outcome["states"]] == [
        ("handling", "handling", 1, "goes_on"),
        ("needs_info", "asked", 1, "begins_anew"),
        ("reported", "reported", 1, "goes_on"),
        ("resolved", "resolved", 1, "goes_on"),
    ]
    limits = {line["state"]: line["limits"] for line in outcome["states"]}
    assert [(each["priority"], each["cases"]) for each in limits["handling"]] == [("P3", 1)]
    assert limits["needs_info"] == [{"priority": "P3", "limit": "3 wd", "cases": 1}]
    assert (outcome["dry_run"], outcome["cases"], outcome["stuck"]) == (True, 4, [])
    assert rows(city, "SELECT id, version, state, definition_version FROM cases ORDER BY id") == before
    assert rows(city, "SELECT * FROM rule_changes WHERE kind = 'migrate'") == []


def test_a_migration_moves_every_case_with_an_event_and_keeps_what_was_frozen(city: City) -> None:
    before = {row[0]: row for row in rows(city, STATE_CLOCKS)}
    frozen = rows(city, "SELECT id, facts->'limits' FROM cases ORDER BY id")
    assert move(city).moved == 4
    assert rows(city, "SELECT state, definition_version FROM cases ORDER BY id") == [
        ("reported", NEXT), ("asked", NEXT), ("handling", NEXT), ("resolved", NEXT),
    ]  # fmt: skip
    after = {(row[0], row[4]): row for row in rows(city, STATE_CLOCKS)}
    for state in ("reported", "handling", "resolved"):
        assert after[state, 0][1:4] == before[state][1:4]
    assert after["asked", 0][1] != before["needs_info"][1]
    assert ("asked", 1) in after
    assert rows(city, "SELECT id, facts->'limits' FROM cases ORDER BY id") == frozen
    events = rows(
        city, "SELECT origin, target, data, actor_kind FROM case_events WHERE action = 'migrate' ORDER BY case_id"
    )
    said = {"name": NAME, "from": OURS, "to": NEXT}
    assert events == [
        ("reported", "reported", said, "system"), ("needs_info", "asked", said, "system"),
        ("handling", "handling", said, "system"), ("resolved", "resolved", said, "system"),
    ]  # fmt: skip
    assert rows(city, "SELECT version, data->'cases' FROM rule_changes WHERE kind = 'migrate'") == [(NEXT, 4)]


def test_whoever_has_to_act_anew_is_rung_and_a_counter_bounded_lower_counts_as_used_up(city: City) -> None:
    move(city, needs_info="reported")
    held = rows(city, "SELECT state, holder_id, facts->'counters' FROM cases ORDER BY id")
    assert held[1] == ("reported", BRANCH, {"infos": 1})
    assert held[3][2] == {"send_backs": 1}
    told = rows(city, "SELECT n.case_id - c.first, n.person_id, n.rule, n.rings FROM notices n JOIN case_events e "
                      "ON e.case_id = n.case_id AND e.seq = n.event_seq, (SELECT min(id) AS first FROM cases) c "
                      "WHERE e.action = 'migrate' AND n.channel = 'in_app'")  # fmt: skip
    assert told == [(1, city.person(BRANCH).person_id, "holder", True)]
    assert run_doctor(city.session, city.world, LATER) == []


def test_doctor_judges_what_was_before_by_the_old_version_and_what_comes_by_the_new(city: City) -> None:
    assert run_doctor(city.session, city.world, LATER) == []
    move(city)
    assert run_doctor(city.session, city.world, LATER) == []
    activate(city.session, city.snapshot, NAME, NEXT, None)
    city = renewed(city, LATER)
    first, asked, handled, done = (row[0] for row in rows(city, "SELECT id FROM cases ORDER BY id"))
    city.act(asked, "supply_info", city.person(BRANCH), LATER, note="the north gate")
    city.act(first, "accept", city.person(BRANCH), LATER)
    city.act(handled, "resolve", city.person(PROPERTY), LATER, note="cleared")
    city.act(done, "confirm", city.person(GRID), LATER)
    evening = LATER + timedelta(hours=6)
    while sweep_due(city.session, city.world, evening):
        pass
    assert run_doctor(city.session, city.world, evening) == []


@pytest.mark.parametrize(
    "damage",
    [
        f"UPDATE cases SET definition_version = {OURS}",
        f"UPDATE case_events SET data = data || '{{\"to\": {OURS}}}' WHERE action = 'migrate'",
        f"UPDATE case_events SET data = data || '{{\"from\": {UNKNOWN}}}' WHERE action = 'migrate'",
        "UPDATE case_events SET changes = changes || '{\"round\": 2}' WHERE action = 'migrate'",
        "UPDATE case_events SET action = 'recalculate' WHERE action = 'migrate' AND origin <> target",
        "UPDATE case_events SET actor_kind = 'reporter' WHERE action = 'migrate'",
    ],
)
def test_doctor_names_a_migration_that_was_tampered_with(city: City, damage: str) -> None:
    move(city)
    city.session.execute(text(damage))
    assert "I2" in {problem.invariant for problem in run_doctor(city.session, city.world, LATER)}


def test_an_incomplete_mapping_is_refused_with_the_state_and_the_number_of_its_cases(city: City) -> None:
    city.act(city.report(contact={"phone": "13800001234"}), "ask_info", city.person(BRANCH), note="where?")
    for dry_run in (True, False):
        with pytest.raises(Invalid) as refused:
            move(city, dry_run, handling="handling")
        assert list(refused.value.fields) == ["mapping.needs_info"]
        assert str(refused.value.fields["mapping.needs_info"][0]).startswith("2 open cases stand in needs_info")


@pytest.mark.parametrize(
    ("state", "target"), [("nowhere", "reported"), ("needs_info", "nowhere"), ("needs_info", "closed")]
)
def test_a_mapping_from_or_to_what_is_not_there_or_to_an_end_is_refused(city: City, state: str, target: str) -> None:
    with pytest.raises(Invalid) as refused:
        move(city, **{**WHOLE, state: target})
    assert list(refused.value.fields) == [f"mapping.{state}"]


def test_one_case_that_cannot_be_moved_stops_all_of_them(city: City) -> None:
    mapping = {**WHOLE, "needs_info": "handling"}
    outcome = move(city, dry_run=True, **mapping)
    assert [(each.state, "Nobody" in str(each.sentence)) for each in outcome.stuck] == [("needs_info", True)]
    assert outcome.moved == 3
    with pytest.raises(Conflict, match="1 cases cannot be moved") as refused, city.session.begin_nested():
        move(city, **mapping)
    assert refused.value.facts["stuck"][0]["state"] == "needs_info"
    assert rows(city, "SELECT DISTINCT definition_version FROM cases") == [(OURS,)]


def test_cases_may_go_back_as_they_came(city: City) -> None:
    move(city)
    order = Order(NAME, NEXT, OURS, {"asked": "needs_info", "resolved": "resolved"}, BY_SYSTEM, False)
    assert migrate_cases(city.session, city.snapshot, order, LATER).moved == 4
    assert run_doctor(city.session, city.world, LATER) == []
    assert rows(city, "SELECT DISTINCT definition_version FROM cases") == [(OURS,)]


def test_a_version_that_cases_came_from_stays(city: City) -> None:
    move(city)
    activate(city.session, city.snapshot, NAME, NEXT, None)
    with pytest.raises(Exception, match="in use"), city.session.begin_nested():
        city.session.execute(text(f"DELETE FROM definitions WHERE version = {OURS}"))


def test_a_migration_by_request_is_dry_first_then_done_once_and_words_of_before_are_still_said(
    own_engine: Engine, settings: Settings
) -> None:
    client = make_client(own_engine, settings)
    with Transactions(own_engine)() as session:
        complete(session)
    number = client.report(GRID)["number"]
    assert client.act(BRANCH, number, "ask_info", note="where?").status_code == 200
    by_admin(client, "POST", "/api/v1/workflows", {"definition": version(NEXT, *CHANGES[:2])})
    path, body = f"/api/v1/workflows/{NAME}/migrations", {"from": OURS, "to": NEXT, "mapping": {"needs_info": "asked"}}
    missing = by_admin(client, "POST", path, {**body, "mapping": {}})
    assert (missing.status_code, list(missing.json["errors"])) == (422, ["mapping.needs_info"])
    dry = by_admin(client, "POST", path, {**body, "dry_run": True})
    assert (dry.status_code, dry.json["cases"], dry.json["dry_run"]) == (200, 1, True)
    first = by_admin(client, "POST", path, body, Idempotency_Key="m")
    again = by_admin(client, "POST", path, body, Idempotency_Key="m")
    assert (first.status_code, first.json["cases"], again.json) == (200, 1, first.json)
    assert by_admin(client, "POST", path, body).json["cases"] == 0
    case = client.call(BRANCH, "GET", f"/api/v1/cases/{number}").json
    assert (case["state"], case["workflow"]["version"]) == ("asked", NEXT)
    events = client.call(BRANCH, "GET", f"/api/v1/cases/{number}/events").json["items"]
    assert [event["title"] for event in events] == [
        "Report", "Ask for more", "Moved to another version of the workflow",
    ]  # fmt: skip
    told = client.call(GRID, "GET", "/api/v1/notifications")
    assert told.status_code == 200
    assert any("Now: More information needed" in each["sentence"] for each in told.json["items"])


def test_the_command_reads_a_plan(
    own_engine: Engine, settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client(own_engine, settings)
    with Transactions(own_engine)() as session:
        complete(session)
    number = client.report(GRID)["number"]
    client.act(BRANCH, number, "ask_info", note="where?")
    by_admin(client, "POST", "/api/v1/workflows", {"definition": version(NEXT, *CHANGES[:2])})
    for name, value in {
        "DATABASE_URL": own_engine.url.render_as_string(hide_password=False),
        "GRIDGOV_HOME": os.environ["GRIDGOV_TEST_HOME"],
        "GRIDGOV_CITY": "xuanwei",
    }.items():
        monkeypatch.setenv(name, value)
    plan = folder / "plan.toml"
    plan.write_text('[states]\nneeds_info = "asked"\n', encoding="utf-8")
    arguments = ["workflow", "migrate", NAME, str(OURS), str(NEXT)]
    refused = CliRunner().invoke(main, arguments)
    assert (refused.exit_code, "1 open cases stand in needs_info" in refused.stderr) == (1, True)
    dry = CliRunner().invoke(main, [*arguments, "--plan", str(plan), "--dry-run"])
    assert "needs_info → asked: 1, clocks begin anew" in dry.output
    assert "1 cases would move, 0 cannot." in dry.output
    assert "1 cases have moved." in CliRunner().invoke(main, [*arguments, "--plan", str(plan)]).output
    assert CliRunner().invoke(main, ["doctor"]).exit_code == 0
    plan.write_text('needs_info = "asked"\n', encoding="utf-8")
    assert "This is no plan" in CliRunner().invoke(main, [*arguments, "--plan", str(plan)]).stderr
