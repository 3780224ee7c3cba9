"""The model city as every proof wants it: with a public area and its branch, and with somebody who administers."""

from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from gridgov.db.session import Transactions
from gridgov.domain.definition_file import load_definition
from gridgov.domain.model_city import CITY, COMMUNITY
from gridgov.services.rulebook import touch_city
from gridgov.services.tokens import create_token
from gridgov.workflows import read_text
from tests.factories import City
from tests.http_client import Client

NAME = "one_compound_one_branch"
SHIPPED = read_text(f"{NAME}.toml")
OURS = load_definition(SHIPPED).version
"""The version that is shipped, whatever its number is."""
NEXT, UNKNOWN = OURS + 1, OURS + 7
PUBLIC, PARTY = 500, 501
SECRETARY, ADMIN = 9001, 9002


def complete(session: Session) -> None:
    """Add the public area, its branch with a secretary, and an administrator."""
    unit = "INSERT INTO units (id, code, kind, name_zh, name_en, parent_id, public_area, invented) VALUES "
    session.execute(
        text(f"{unit} ({PUBLIC}, 'm.s.c.p', 'compound', '公共区域', 'Public area', {COMMUNITY}, true, true)")
    )
    session.execute(text(f"{unit} ({PARTY}, 'm.s.c.p.b', 'branch', '社区党委', 'Party', {COMMUNITY}, false, true)"))
    session.execute(text(f"INSERT INTO services (org_id, kind, territory_id) VALUES ({PARTY}, 'branch', {PUBLIC})"))
    for person, role, unit_id in ((SECRETARY, "branch_secretary", PARTY), (ADMIN, "admin", CITY)):
        values = {"id": person, "name": f"person{person}", "role": role, "unit": unit_id}
        session.execute(text("INSERT INTO people (id, username, name) VALUES (:id, :name, :name)"), values)
        session.execute(text("INSERT INTO posts (person_id, role, unit_id) VALUES (:id, :role, :unit)"), values)
    touch_city(session)


def renewed(city: City, now: datetime) -> City:
    """The same city as it is seen after a change of it."""
    return City(city.session, city.world, city.world.at(city.session, now))


def version(number: int, *changes: tuple[str, str]) -> str:
    """The shipped definition as another version, with these texts replaced: each has to be there."""
    body = SHIPPED
    for old, new in ((f"\nversion = {OURS}\n", f"\nversion = {number}\n"), *changes):
        assert old in body, old
        body = body.replace(old, new)
    return body


def by_admin(client: Client, method: str, path: str, body: object = None, **headers: str) -> TestResponse:
    """What the administrator gets for a request."""
    if ADMIN not in client.tokens:
        with Transactions(client.engine)() as session:
            client.tokens[ADMIN] = create_token(session, ADMIN, "test", ["*"], 1, datetime.now(UTC)).secret
    sent = {"Accept-Language": "en", "Authorization": f"Bearer {client.tokens[ADMIN]}"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    return client.app.test_client().open(path, method=method, json=body, headers=sent)
