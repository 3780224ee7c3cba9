"""The codes on the walls: who looks after which, what rotating and revoking does, what is printed."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, Select, func, select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from gridgov.cli.qr import qr
from gridgov.db.models import PostRow, QrCode, UnitRow
from gridgov.db.session import Transactions, make_engine
from gridgov.domain.model_city import BRANCH, BUILDING, CITY, COMMUNITY, COMPOUND, GRID, PROPERTY, SUBDISTRICT
from gridgov.domain.secret_codes import ALPHABET, QR_LENGTH
from gridgov.services.qr_codes import make_missing
from gridgov.settings import Settings
from tests.factories import MONDAY_NINE, make_city
from tests.http_client import Client, make_client
from tests.residents import Resident

CODES = "/api/v1/qr-codes"


@pytest.fixture
def client(own_engine: Engine, settings: Settings) -> Client:
    """A client of its own city."""
    return make_client(own_engine, settings)


def make(client: Client, unit: int = BRANCH, place: int = BUILDING, **headers: str) -> TestResponse:
    return client.call(unit, "POST", CODES, {"unit_id": place}, **headers)


def count_of(session: Session, rows: Select[Any]) -> int:
    return int(session.execute(select(func.count()).select_from(rows.subquery())).scalar_one())


def scan(client: Client, code: str) -> int:
    return Resident(client, code).call("GET", f"/places/{code}").status_code


def test_a_code_is_made_once_for_a_place(client: Client) -> None:
    made = make(client)
    assert made.status_code == 201
    assert len(made.json["code"]) == QR_LENGTH >= 10
    assert set(made.json["code"]) <= set(ALPHABET)
    assert made.json["url"].endswith(f"/q/{made.json['code']}")
    assert made.json["unit"]["id"] == BUILDING
    assert scan(client, made.json["code"]) == 200
    again = make(client)
    assert (again.status_code, again.json["code"]) == (409, "conflict")
    assert "rotate" in again.json["detail"]


def test_a_rotated_code_opens_nothing_and_points_to_the_new_one(client: Client) -> None:
    old = make(client).json["code"]
    new = client.call(COMMUNITY, "POST", f"{CODES}/{old}/rotate", {}, Idempotency_Key="k")
    assert new.status_code == 201
    assert client.call(COMMUNITY, "POST", f"{CODES}/{old}/rotate", {}, Idempotency_Key="k").json == new.json
    assert (scan(client, old), scan(client, new.json["code"])) == (404, 200)
    listed = {each["code"]: each for each in client.call(BRANCH, "GET", CODES).json["items"]}
    assert listed[old]["replaced_by"] == new.json["code"]
    assert listed[old]["revoked_at"] is not None
    assert client.call(BRANCH, "POST", f"{CODES}/{old}/rotate", {}).status_code == 409
    assert new.json["code"] not in Resident(client, old).call("GET", f"/places/{old}").text


def test_a_revoked_code_answers_404_and_leaves_room_for_another(client: Client) -> None:
    code = make(client).json["code"]
    revoked = client.call(SUBDISTRICT, "POST", f"{CODES}/{code}/revoke", {})
    assert (revoked.status_code, revoked.json["replaced_by"]) == (200, None)
    assert scan(client, code) == 404
    assert client.call(SUBDISTRICT, "POST", f"{CODES}/{code}/revoke", {}).status_code == 409
    assert make(client).status_code == 201


def test_only_those_who_look_after_a_place_see_its_codes(client: Client) -> None:
    code = make(client).json["code"]
    for unit in (PROPERTY, GRID):
        assert client.call(unit, "GET", CODES).status_code == 403
        assert make(client, unit).status_code == 403
    with client.engine.begin() as connection:
        connection.execute(text("UPDATE services SET territory_id = 6 WHERE kind = 'branch'"))
        connection.execute(text("UPDATE org_version SET version = version + 1"))
    assert make(client, BRANCH, COMPOUND).json["errors"].keys() == {"unit_id"}
    with client.engine.begin() as connection:
        connection.execute(text("UPDATE services SET territory_id = 100 WHERE kind = 'branch'"))
        connection.execute(text("UPDATE org_version SET version = version + 1"))
    assert client.call(BRANCH, "GET", CODES).json["items"] == []
    for method, path in (("POST", "/rotate"), ("POST", "/revoke"), ("GET", ".svg")):
        body = {} if method == "POST" else None
        assert client.call(BRANCH, method, f"{CODES}/{code}{path}", body).status_code == 404


def test_an_administrator_looks_after_all_and_sees_no_case(client: Client) -> None:
    with Transactions(client.engine)() as session:
        session.execute(text("UPDATE posts SET role = 'admin' WHERE unit_id = :unit"), {"unit": CITY})
        session.execute(text("UPDATE org_version SET version = version + 1"))
        assert count_of(session, select(PostRow).where(PostRow.role == "admin")) > 0
    assert make(client, CITY, COMPOUND).status_code == 201
    assert client.call(CITY, "GET", "/api/v1/cases").status_code == 403


def test_a_code_hangs_on_buildings_and_compounds_only(client: Client) -> None:
    for place in (BRANCH, GRID, COMMUNITY, 999):
        assert make(client, COMMUNITY, place).status_code == 422


def test_the_list_is_cut_to_a_unit_and_to_what_hangs(client: Client) -> None:
    house, yard = make(client).json["code"], make(client, BRANCH, COMPOUND).json["code"]
    client.call(BRANCH, "POST", f"{CODES}/{house}/revoke", {})

    def codes(query: str) -> set[str]:
        return {each["code"] for each in client.call(COMMUNITY, "GET", f"{CODES}?{query}").json["items"]}

    assert codes(f"unit={BUILDING}") == {house}
    assert codes("unit=m.s.c.x") == {house, yard}
    assert codes("in_use=true") == {yard}
    assert codes(f"in_use=false&unit={COMPOUND}") == {house}
    assert client.call(COMMUNITY, "GET", f"{CODES}?unit=nowhere").status_code == 422


def test_a_code_is_drawn_as_svg(client: Client) -> None:
    code = make(client).json["code"]
    drawn = client.call(BRANCH, "GET", f"{CODES}/{code}.svg")
    assert (drawn.status_code, drawn.mimetype) == (200, "image/svg+xml")
    assert ElementTree.fromstring(drawn.text).tag.endswith("svg")


def test_two_at_the_same_wall_do_not_hang_two_codes(session: Session) -> None:
    make_city(session)
    make_missing(session, [BUILDING, COMPOUND], MONDAY_NINE)
    make_missing(session, [BUILDING, COMPOUND], MONDAY_NINE)
    assert count_of(session, select(QrCode)) == 2


def test_the_seeded_city_has_a_random_code_on_every_building(xuanwei_database: str) -> None:
    engine = make_engine(xuanwei_database, "xuanwei")
    with Session(engine) as session:
        buildings = count_of(session, select(UnitRow).where(UnitRow.kind == "building"))
        codes = session.execute(select(QrCode.code)).scalars().all()
    engine.dispose()
    assert buildings == len(set(codes)) == len(codes) > 500


def test_the_command_writes_a_sheet_for_each_building(
    client: Client, own_database: str, servers: object, folder: Path
) -> None:
    old = make(client).json["code"]
    environ = {
        "DATABASE_URL": own_database,
        "REDIS_URL": "redis://127.0.0.1:1",
        "GRIDGOV_HOME": str(folder),
        "GRIDGOV_PUBLIC_URL": "https://city.example",
    }
    out = folder / "sheets"
    run = CliRunner().invoke(qr, ["--compound", "m.s.c.x", "--out", str(out)], env=environ, catch_exceptions=False)
    assert run.exit_code == 0, run.output
    assert sorted(path.name for path in out.iterdir()) == ["m.s.c.x.b.svg", "m.s.c.x.svg"]
    sheet = (out / "m.s.c.x.b.svg").read_text(encoding="utf-8")
    ElementTree.fromstring(sheet.encode())
    assert f"https://city.example/q/{old}" in sheet
    assert "一号楼" in sheet
    with Transactions(client.engine)() as session:
        assert count_of(session, select(QrCode)) == 2
