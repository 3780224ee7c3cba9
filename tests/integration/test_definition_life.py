"""A definition is stored once it is proved, compared, activated; what is stored is not edited, what is used stays."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from gridgov.cli import main
from gridgov.db.session import Transactions
from gridgov.domain.model_city import BRANCH, CITY, GRID
from gridgov.services.rulebook import Refreshed, refresh_rules
from gridgov.services.world import World
from gridgov.settings import Settings
from tests.factories import ZONE
from tests.governed_city import ADMIN, NAME, NEXT, OURS, SHIPPED, UNKNOWN, by_admin, complete, version
from tests.http_client import Client, make_client

Run = Callable[..., Result]
WORKFLOWS = "/api/v1/workflows"
FASTER = ('P3 = "7 wd"', 'P3 = "5 wd"')
BROKEN = ('from = ["dispatched"]\nto = "handling"', 'from = ["dispatched"]\nto = "reported"')


@pytest.fixture
def client(own_engine: Engine, settings: Settings) -> Client:
    """A complete city of its own with an administrator."""
    made = make_client(own_engine, settings)
    with Transactions(own_engine)() as session:
        complete(session)
    return made


def install(client: Client, number: int = NEXT, *changes: tuple[str, str]) -> None:
    answer = by_admin(client, "POST", WORKFLOWS, {"definition": version(number, *(changes or (FASTER,)))})
    assert answer.status_code == 201, answer.text


def pinned(client: Client, number: str) -> int:
    with client.engine.connect() as connection:
        row = connection.execute(text("SELECT definition_version FROM cases WHERE number = :n"), {"n": number})
        return int(row.scalar_one())


def test_a_mutant_is_refused_with_proof_sentence_and_path_and_nothing_is_stored(client: Client) -> None:
    answer = by_admin(client, "POST", WORKFLOWS, {"definition": version(NEXT, BROKEN)})
    assert (answer.status_code, answer.json["code"]) == (422, "definition_refused")
    findings = answer.json["findings"]
    assert all({"proof", "sentence", "path"} == set(finding) for finding in findings)
    assert all(finding["sentence"]["zh"] and finding["sentence"]["en"] for finding in findings)
    assert any(len(finding["path"]) > 2 for finding in findings)
    assert " → " in answer.json["detail"]
    assert len(by_admin(client, "GET", WORKFLOWS).json["items"]) == 1


def test_an_example_that_does_not_hold_refuses_the_file(client: Client) -> None:
    wrong = version(NEXT, ('expect = { state = "withdrawn" }', 'expect = { state = "closed" }'))
    answer = by_admin(client, "POST", WORKFLOWS, {"definition": wrong})
    assert {finding["proof"] for finding in answer.json["findings"]} == {11}


def test_a_definition_that_holds_on_paper_is_refused_where_nobody_is_in_office(client: Client) -> None:
    with client.engine.begin() as connection:
        connection.execute(text("UPDATE posts SET valid_to = '2020-01-01' WHERE role = 'city_supervisor'"))
        connection.execute(text("UPDATE org_version SET version = version + 1"))
    answer = by_admin(client, "POST", WORKFLOWS, {"definition": version(NEXT, FASTER)})
    assert answer.status_code == 422
    assert {8, 13} <= {finding["proof"] for finding in answer.json["findings"]}


def test_a_new_version_waits_is_compared_and_activated_and_running_cases_keep_theirs(client: Client) -> None:
    running = client.report(GRID)["number"]
    install(client)
    listed = by_admin(client, "GET", WORKFLOWS).json["items"]
    assert [(each["version"], each["active"]) for each in listed] == [(NEXT, False), (OURS, True)]
    assert pinned(client, client.report(GRID)["number"]) == OURS

    diff = by_admin(client, "GET", f"{WORKFLOWS}/{NAME}/{OURS}/diff?with={NEXT}").json
    assert (diff["from"], diff["to"]) == (OURS, NEXT)
    assert [each["sentence"]["en"] for each in diff["differences"]] == ["handle P3: 7 wd → 5 wd"]
    assert by_admin(client, "GET", f"{WORKFLOWS}/{NAME}/{OURS}/diff?with={OURS}").json["differences"] == []
    assert by_admin(client, "GET", f"{WORKFLOWS}/{NAME}/{OURS}/diff?with={UNKNOWN}").status_code == 404

    active = by_admin(client, "POST", f"{WORKFLOWS}/{NAME}/{NEXT}/activate", {})
    assert (active.status_code, active.json["active"], active.json["version"]) == (200, True, NEXT)
    fresh = client.report(GRID)["number"]
    assert (pinned(client, fresh), pinned(client, running)) == (NEXT, OURS)
    assert client.act(BRANCH, running, "accept").status_code == 200
    assert pinned(client, running) == OURS


def test_every_process_sees_an_activation_at_its_next_transaction(client: Client) -> None:
    other, now = World(ZONE), datetime.now(UTC)
    with Transactions(client.engine)() as session:
        assert other.at(session, now).active == (NAME, OURS)
    install(client)
    by_admin(client, "POST", f"{WORKFLOWS}/{NAME}/{NEXT}/activate", {})
    with Transactions(client.engine)() as session:
        assert other.at(session, now).active == (NAME, NEXT)


def test_who_changed_the_rules_is_written_down_once_each(client: Client) -> None:
    install(client)
    for _ in range(2):
        by_admin(client, "POST", f"{WORKFLOWS}/{NAME}/{NEXT}/activate", {})
    changes = by_admin(client, "GET", f"{WORKFLOWS}/changes").json["items"]
    assert [(each["kind"], each["version"], each["person_id"]) for each in changes] == [
        ("activate", NEXT, ADMIN), ("install", NEXT, ADMIN),
    ]  # fmt: skip
    assert changes[0]["data"] == {"from": OURS}
    assert all(each["at"].endswith("Z") for each in changes)


def test_the_same_text_is_the_same_version_and_another_text_needs_a_new_one(client: Client) -> None:
    install(client)
    install(client)
    assert by_admin(client, "POST", WORKFLOWS, {"definition": SHIPPED}).json["version"] == OURS
    answer = by_admin(client, "POST", WORKFLOWS, {"definition": version(NEXT, ('P3 = "7 wd"', 'P3 = "6 wd"'))})
    assert (answer.status_code, answer.json["code"]) == (409, "conflict")
    assert len(by_admin(client, "GET", WORKFLOWS).json["items"]) == 2


def test_a_repeat_with_the_same_key_answers_again(client: Client) -> None:
    body = {"definition": version(NEXT, FASTER)}
    first = by_admin(client, "POST", WORKFLOWS, body, Idempotency_Key="k")
    again = by_admin(client, "POST", WORKFLOWS, body, Idempotency_Key="k")
    assert (first.json, again.status_code, again.headers["Idempotent-Replayed"]) == (again.json, 201, "true")
    for _ in range(2):
        answer = by_admin(client, "POST", f"{WORKFLOWS}/{NAME}/{NEXT}/activate", {}, Idempotency_Key="a")
        assert (answer.status_code, answer.json["active"]) == (200, True)


def test_only_an_administrator_changes_the_rules(client: Client) -> None:
    body, order = {"definition": version(NEXT, FASTER)}, {"from": OURS, "to": NEXT}
    for unit in (BRANCH, CITY):
        assert client.call(unit, "POST", WORKFLOWS, body).status_code == 403
        assert client.call(unit, "POST", f"{WORKFLOWS}/{NAME}/{OURS}/activate", {}).status_code == 403
        assert client.call(unit, "POST", f"{WORKFLOWS}/{NAME}/migrations", order).status_code == 403
        assert client.call(unit, "POST", f"{WORKFLOWS}/recalculations", {}).status_code == 403
    assert client.call(BRANCH, "GET", f"{WORKFLOWS}/changes").status_code == 403
    assert client.call(BRANCH, "GET", f"{WORKFLOWS}/{NAME}/{OURS}/diff?with={OURS}").status_code == 200


UNKEEPABLE = (
    (f'name = "{NAME}"', 'name = "With Space"'),
    (f"version = {NEXT}\n", "version = 0\n"),
    (f"version = {NEXT}\n", "version = true\n"),
    (f"version = {NEXT}\n", f'version = "{NEXT}"\n'),
    ("[actions.remind]", "[actions.migrate]"),
    ("[actions.remind]", "[actions.remind"),
)


def test_a_file_that_the_city_cannot_keep_is_a_definition_error(client: Client) -> None:
    for old, new in UNKEEPABLE:
        answer = by_admin(client, "POST", WORKFLOWS, {"definition": version(NEXT).replace(old, new)})
        assert (answer.status_code, answer.json["code"]) == (422, "definition_error"), new


FORBIDDEN = (
    "UPDATE definitions SET body = body || ' '",
    f"UPDATE definitions SET version = {UNKNOWN} WHERE version = {OURS}",
    "UPDATE definitions SET digest = 'x'",
    "DELETE FROM definitions WHERE active",
    f"DELETE FROM definitions WHERE version = {OURS}",
)


def test_the_database_refuses_to_edit_a_version_and_to_lose_one_that_is_used(client: Client) -> None:
    client.report(GRID)
    install(client)
    by_admin(client, "POST", f"{WORKFLOWS}/{NAME}/{NEXT}/activate", {})
    for statement in FORBIDDEN:
        with pytest.raises(IntegrityError, match=r"never edited|in use"), client.engine.begin() as connection:
            connection.execute(text(statement))


def test_a_version_that_nobody_ever_used_may_go(client: Client) -> None:
    install(client)
    with client.engine.begin() as connection:
        assert connection.execute(text(f"DELETE FROM definitions WHERE version = {NEXT}")).rowcount == 1


def test_an_upgrade_adds_what_is_shipped_anew_and_it_waits(client: Client) -> None:
    install(client)
    by_admin(client, "POST", f"{WORKFLOWS}/{NAME}/{NEXT}/activate", {})
    with client.engine.begin() as connection:
        # A city that was made before this version was shipped.
        connection.execute(text(f"DELETE FROM definitions WHERE version = {OURS}"))
    with Transactions(client.engine)() as session:
        assert refresh_rules(session, datetime.now(UTC).date()) == Refreshed((f"{NAME} {OURS}",))
    with Transactions(client.engine)() as session:
        assert refresh_rules(session, datetime.now(UTC).date()) == Refreshed()
    listed = by_admin(client, "GET", WORKFLOWS).json["items"]
    assert [(each["version"], each["active"]) for each in listed] == [(NEXT, True), (OURS, False)]


def test_a_text_that_was_shipped_otherwise_is_said_and_left_alone(client: Client) -> None:
    with client.engine.begin() as connection:
        connection.execute(text("ALTER TABLE definitions DISABLE TRIGGER keep_definition"))
        connection.execute(text("UPDATE definitions SET digest = 'of another text'"))
    with Transactions(client.engine)() as session:
        assert refresh_rules(session, datetime.now(UTC).date()) == Refreshed(another_text=(f"{NAME} {OURS}",))


def test_a_city_without_rules_gets_none_from_an_upgrade(own_engine: Engine) -> None:
    with Transactions(own_engine)() as session:
        assert refresh_rules(session, datetime.now(UTC).date()) == Refreshed()


@pytest.fixture
def run(client: Client, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A function that runs `gridgov` on the city."""
    monkeypatch.setenv("DATABASE_URL", client.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("GRIDGOV_HOME", os.environ["GRIDGOV_TEST_HOME"])
    monkeypatch.setenv("GRIDGOV_CITY", "xuanwei")
    return lambda *arguments: CliRunner().invoke(main, list(arguments))


def test_the_commands_compare_install_and_activate(client: Client, run: Run, folder: Path) -> None:
    file = folder / "next.toml"
    file.write_text(version(NEXT, FASTER), encoding="utf-8")
    assert run("workflow", "diff", NAME, str(file), "--lang", "en").output == "handle P3: 7 wd → 5 wd\n"
    assert run("workflow", "install", str(file)).exit_code == 0
    assert "there already" in run("workflow", "install", str(file)).output
    assert run("workflow", "diff", f"{NAME}@{OURS}", f"{NAME}@{NEXT}").output == "handle P3：7个工作日 → 5个工作日\n"
    assert "Both mean the same." in run("workflow", "diff", f"{NAME}@{NEXT}", str(file), "--lang", "en").output
    assert run("workflow", "activate", NAME, str(NEXT)).exit_code == 0
    assert pinned(client, client.report(GRID)["number"]) == NEXT
    assert run("workflow", "activate", NAME, str(UNKNOWN)).exit_code == 1
    file.write_text(version(NEXT + 1, BROKEN), encoding="utf-8")
    refused = run("workflow", "install", str(file))
    assert refused.exit_code == 1
    assert " → " in refused.stderr
    assert run("migrate").exit_code == 0
