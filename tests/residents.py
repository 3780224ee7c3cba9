"""A resident before the real application: no credential, an address, a code on a wall and later one to follow by."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from werkzeug.test import TestResponse

from gridgov.db.session import Transactions
from gridgov.domain.model_city import BRANCH, BUILDING, COMMITTEE, GROUP, PROPERTY
from gridgov.services.identity import moment_of
from gridgov.services.qr_codes import make_code
from tests.http_client import Client

PUBLIC = "/api/v1/public"
CONTACT = {"name": "王小明", "phone": "13812345678", "email": "wang@people.example", "wants_updates": True}
WORDS = {"description": "garbage at the gate", "category": "0401", "address": "2单元301"}
GOOD = {"contacted": True, "solved": True, "satisfaction": "satisfied"}


@dataclass
class Resident:
    """Somebody at an address; `qr` hangs on the model building."""

    client: Client
    qr: str
    address: str = "203.0.113.7"

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """What this resident gets."""
        sent = {"Accept-Language": "en", **{name.replace("_", "-"): value for name, value in headers.items()}}
        here = {"REMOTE_ADDR": self.address}
        return self.client.app.test_client().open(
            f"{PUBLIC}{path}", method=method, json=body, headers=sent, environ_base=here
        )

    def report(self, key: str | None = None, **given: Any) -> TestResponse:
        """What a report gets."""
        headers = {"Idempotency_Key": key} if key else {}
        return self.call("POST", "/reports", {"qr": self.qr, **WORDS, **given}, **headers)

    def reported(self, **given: Any) -> tuple[str, str]:
        """Number and tracking code of a fresh case."""
        answer = self.report(**given)
        assert answer.status_code == 201, answer.text
        return answer.json["number"], answer.json["tracking_code"]

    def follow(self, code: str, **headers: str) -> TestResponse:
        """What the code shows."""
        return self.call("GET", f"/cases/{code}", **headers)

    def respond(self, code: str, action: str, **body: Any) -> TestResponse:
        """What doing something by the code gets."""
        return self.call("POST", f"/cases/{code}/{action}", body)


def make_resident(client: Client, unit_id: int = BUILDING) -> Resident:
    """A resident before a fresh code on that wall."""
    with Transactions(client.engine)() as session:
        return Resident(client, make_code(session, unit_id, None, moment_of(session).now).code)


def handled(client: Client, number: str) -> None:
    """Bring a reported case to the point where its reporter is asked how it was."""
    for unit, action, needs in (
        (BRANCH, "accept", {}),
        (COMMITTEE, "acknowledge", {}),
        (PROPERTY, "resolve", {"note": "cleared; rang at the door", "attachments": [client.photo(PROPERTY)]}),
        (GROUP, "confirm", {}),
    ):
        answer = client.act(unit, number, action, **needs)
        assert answer.status_code == 200, answer.text


def everything_in(client: Client, *tables: str) -> str:
    """All rows of those tables as one text."""
    with client.engine.connect() as connection:
        return str([connection.execute(text(f"SELECT * FROM {table}")).all() for table in tables])
