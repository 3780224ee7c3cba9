"""An edit of the catalogue touches no running case until somebody asks; then exactly the listed ones change."""

import hashlib
import json
import os
from datetime import datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from gridgov.cli.recalculate import recalculate as command
from gridgov.db.models import CatalogueRow
from gridgov.db.session import Transactions
from gridgov.domain.actors import Signature
from gridgov.domain.errors import NotFound
from gridgov.domain.model_city import BRANCH, GRID, GROUP, PROPERTY
from gridgov.services.doctor import run_doctor
from gridgov.services.escalation import sweep_due
from gridgov.services.recalculation import Order, Outcome, recalculate
from gridgov.services.rulebook import touch_city
from gridgov.settings import Settings
from gridgov.workflows import read_text
from tests.factories import MONDAY_NINE, City, make_city
from tests.governed_city import by_admin, complete, renewed
from tests.http_client import Client, make_client

FOUR_PM = MONDAY_NINE + timedelta(hours=7)
SHORTER, LONGER = "2 h w", "2 wd"


@pytest.fixture
def city(session: Session) -> City:
    """Garbage reported, handled and sent back, and a dog that is handled; all on Monday at nine."""
    city = make_city(session)
    city.report()
    for category in ("0401", "0401", "0801"):
        case = city.report(category)
        city.act(case, "accept", city.person(BRANCH), handler_id=PROPERTY)
        city.act(case, "acknowledge", city.person(PROPERTY))
        city.act(case, "contact", city.person(PROPERTY), contact={"kind": "call", "made_safe": True})
    sent_back = ids(city)[2]
    city.act(sent_back, "resolve", city.person(PROPERTY), note="cleared")
    city.act(sent_back, "send_back", city.person(GROUP), note="not clean")
    return city


def ids(city: City) -> list[int]:
    return list(city.session.execute(text("SELECT id FROM cases ORDER BY id")).scalars())


def edit(session: Session, handle: str) -> None:
    """Another version of the catalogue, in which garbage has another limit."""
    head, garbage = read_text("catalogue.toml").split('code = "0401"')
    body = f'{head}code = "0401"{garbage.replace("4 h w", handle, 1)}'.replace("version = 1\n", "version = 2\n", 1)
    session.execute(text("UPDATE catalogues SET active = false"))
    digest = hashlib.sha256(body.encode()).hexdigest()
    session.add(CatalogueRow(version=2, digest=digest, body=body, active=True))
    session.flush()
    touch_city(session)


def edited(city: City, handle: str) -> City:
    edit(city.session, handle)
    return renewed(city, MONDAY_NINE)


def run(city: City, now: datetime = MONDAY_NINE, dry_run: bool = False, category: str | None = None) -> Outcome:
    return recalculate(city.session, city.snapshot, Order(category, Signature("system"), dry_run), now)


def dues(city: City) -> list[tuple[Any, ...]]:
    """Each case's frozen handling limit, the span of its present clock, and when that ends."""
    query = """SELECT c.facts->'limits'->>'handle', k.span, k.due_at, c.due_at = k.due_at, c.promised_at FROM cases c
    JOIN clocks k ON k.case_id = c.id AND k.kind = 'state' AND k.state = 0 ORDER BY c.id"""
    return [tuple(row) for row in city.session.execute(text(query))]


def test_nothing_changes_by_itself_and_nothing_to_do_writes_nothing(city: City) -> None:
    assert (run(city).lines, run(city).looked_at) == ([], 3)
    before = dues(city)
    city = edited(city, LONGER)
    assert dues(city) == before
    assert city.session.execute(text("SELECT count(*) FROM rule_changes")).scalar_one() == 0


def test_a_dry_run_lists_what_a_run_then_changes_and_nothing_else(city: City) -> None:
    city, before = edited(city, LONGER), dues(city)
    listed = run(city, dry_run=True)
    assert dues(city) == before
    assert [line.category for line in listed.lines] == ["0401", "0401"]
    assert [line.limits for line in listed.lines] == [(("handle", "4 h w", "2 wd"),)] * 2
    done = run(city)
    assert done.lines == listed.lines
    after = dues(city)
    assert (after[0], after[3]) == (before[0], before[3])
    assert [row[:2] for row in after[1:3]] == [("2 wd", "2 wd"), ("2 wd", "1 wd")]
    assert all(row[3] for row in after)
    assert [row[4] for row in after] == [row[4] for row in before]
    moved = {line.number: line.moved[0] for line in done.lines}
    assert sorted(each.due for each in moved.values()) == sorted(row[2] for row in after[1:3])
    assert run(city).lines == []
    assert run_doctor(city.session, city.world, MONDAY_NINE) == []


def test_each_case_has_its_event_and_the_change_is_written_down(city: City) -> None:
    city = edited(city, LONGER)
    run(city)
    query = "SELECT case_id, origin = target, actor_kind, data->'limits'->'handle'->>'to' FROM case_events"
    events = city.session.execute(text(f"{query} WHERE action = 'recalculate' ORDER BY case_id")).all()
    assert [tuple(event) for event in events] == [(each, True, "system", "2 wd") for each in ids(city)[1:3]]
    change = city.session.execute(text("SELECT kind, data FROM rule_changes")).one()
    assert tuple(change) == ("recalculate", {"category": None, "cases": 2, "catalogue": 2})


def test_only_the_category_that_was_asked_for_is_looked_at(city: City) -> None:
    city = edited(city, LONGER)
    assert (run(city, category="0801").looked_at, run(city, category="0801").lines) == (1, [])
    assert len(run(city, category="0401").lines) == 2
    with pytest.raises(NotFound):
        run(city, category="9876")


def test_a_shorter_limit_that_is_over_fires_at_once_and_its_holder_hears_of_it(city: City) -> None:
    city = edited(city, SHORTER)
    noon = MONDAY_NINE + timedelta(hours=3)
    sweep_due(city.session, city.world, noon)
    run(city, noon)
    told = text("SELECT DISTINCT rule, rings FROM notices n JOIN case_events e ON e.case_id = n.case_id "
                "AND e.seq = n.event_seq WHERE e.action = 'recalculate'")  # fmt: skip
    assert [tuple(row) for row in city.session.execute(told)] == [("holder", False)]
    while sweep_due(city.session, city.world, noon):
        pass
    assert run_doctor(city.session, city.world, noon) == []
    levels = city.session.execute(text("SELECT level FROM cases ORDER BY id")).scalars().all()
    assert levels[1] == 1


def test_a_missed_limit_that_lies_ahead_again_begins_anew_from_the_same_start(city: City) -> None:
    while sweep_due(city.session, city.world, FOUR_PM):
        pass
    city = edited(city, LONGER)
    late = ids(city)[1]
    assert city.case(late).due_at < FOUR_PM
    run(city, FOUR_PM)
    assert city.case(late).due_at == MONDAY_NINE + timedelta(days=2)
    clocks = text("SELECT state, stage, started_at FROM clocks WHERE case_id = :id AND kind = 'state' ORDER BY id DESC")
    fresh, old = city.session.execute(clocks, {"id": late}).all()[:2]
    assert (fresh.state, old.state, fresh.started_at == old.started_at) == (0, 3, True)
    for hours in (0, 24, 72):
        while sweep_due(city.session, city.world, FOUR_PM + timedelta(hours=hours)):
            pass
        assert run_doctor(city.session, city.world, FOUR_PM + timedelta(hours=hours)) == []


@pytest.fixture
def client(own_engine: Engine, settings: Settings) -> Client:
    """A city with an administrator, one case being handled, and an edited catalogue."""
    made = make_client(own_engine, settings)
    number = made.report(GRID)["number"]
    made.act(BRANCH, number, "accept")
    with Transactions(own_engine)() as session:
        complete(session)
        edit(session, LONGER)
    return made


def test_a_request_lists_first_and_then_does_it_once(client: Client) -> None:
    path = "/api/v1/workflows/recalculations"
    dry = by_admin(client, "POST", path, {"dry_run": True})
    assert (dry.status_code, dry.json["changed"], dry.json["dry_run"]) == (200, 1, True)
    assert dry.json["cases"][0]["limits"] == [{"limit": "handle", "from": "4 h w", "to": "2 wd"}]
    first = by_admin(client, "POST", path, {"category": "0401"}, Idempotency_Key="r")
    again = by_admin(client, "POST", path, {"category": "0401"}, Idempotency_Key="r")
    assert (first.json["changed"], again.json) == (1, first.json)
    assert by_admin(client, "POST", path, {}).json["changed"] == 0
    assert by_admin(client, "POST", path, {"category": "9876"}).status_code == 404
    assert by_admin(client, "POST", path, {"why": "not"}).status_code == 422


def test_the_command_says_the_same(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", client.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("GRIDGOV_HOME", os.environ["GRIDGOV_TEST_HOME"])
    monkeypatch.setenv("GRIDGOV_CITY", "xuanwei")
    dry = CliRunner().invoke(command, ["--dry-run"]).output
    assert "handle 4 h w → 2 wd" in dry
    assert "1 of 1 cases would change." in dry
    assert json.loads(CliRunner().invoke(command, ["--json"]).output)["changed"] == 1
    assert "0 of 1 cases have changed." in CliRunner().invoke(command).output
