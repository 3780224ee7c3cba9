"""A client of the real application on a real database: one call a line, with the token of whoever is meant."""

from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from flask import Flask
from sqlalchemy import Engine, text
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from gridgov.adapters.sealing import Sealer
from gridgov.app import create_app
from gridgov.bootstrap import Runtime
from gridgov.db.session import Transactions
from gridgov.services.tokens import create_token
from gridgov.settings import Settings
from tests.factories import City, make_city
from tests.photos import photo

CASES, UPLOADS = "/api/v1/cases", "/api/v1/uploads"


@dataclass
class Client:
    """The application and its city; `call` speaks English unless told otherwise."""

    app: Flask
    engine: Engine
    city: City
    tokens: dict[int, str]

    def call(self, unit: int | None, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """What somebody of the unit gets (None: nobody) for a request; header names are written with underscores."""
        sent = {"Accept-Language": "en", **{name.replace("_", "-"): value for name, value in headers.items()}}
        if unit is not None:
            sent["Authorization"] = f"Bearer {self.token_of(unit)}"
        return self.app.test_client().open(path, method=method, json=body, headers=sent)

    def token_of(self, unit: int) -> str:
        """A token of the first person who acts for the unit."""
        person = self.city.tree.acting[unit][0]
        if person not in self.tokens:
            with Transactions(self.engine)() as session:
                made = create_token(session, person, "test", ["*"], 1, datetime.now(UTC))
            self.tokens[person] = made.secret
        return self.tokens[person]

    def report(self, unit: int, **given: Any) -> dict[str, Any]:
        """A case reported by somebody of the unit."""
        body = {"category": "0401", "description": "garbage at the gate", "place": {"building_id": 6}, **given}
        response = self.call(unit, "POST", CASES, body)
        assert response.status_code == 201, response.text
        case: dict[str, Any] = response.json
        return case

    def upload(self, unit: int | None, data: bytes, name: str = "photo.jpg", **headers: str) -> TestResponse:
        """What somebody of the unit gets for a file sent as a form."""
        sent = {"Accept-Language": "en", **{name.replace("_", "-"): value for name, value in headers.items()}}
        if unit is not None:
            sent["Authorization"] = f"Bearer {self.token_of(unit)}"
        # The test client itself would put a large form into a temporary file and leave it open.
        boundary, body = encode_multipart({"file": FileStorage(BytesIO(data), name)})
        kind = f"multipart/form-data; boundary={boundary}"
        return self.app.test_client().post(UPLOADS, data=body, content_type=kind, headers=sent)

    def photo(self, unit: int, **given: Any) -> str:
        """The id of a photo that somebody of the unit has just uploaded."""
        response = self.upload(unit, photo(**given))
        assert response.status_code == 201, response.text
        return str(response.json["id"])

    def act(self, unit: int, number: str, action: str, **body: Any) -> TestResponse:
        """What somebody of the unit gets for an action."""
        return self.call(unit, "POST", f"{CASES}/{number}/actions/{action}", body)


def make_client(engine: Engine, settings: Settings) -> Client:
    """The application on a database of the test's own, with the model city in it."""
    transaction = Transactions(engine)
    with transaction() as session:
        city = make_city(session, datetime.now(UTC))
    app = create_app(Runtime(settings, engine, transaction, Sealer("for tests only")))
    return Client(app, engine, city, {})


def set_back(engine: Engine, seconds: float) -> None:
    """Let so many seconds pass in the city, at once."""
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE city_time SET city_base = city_base + make_interval(secs => :s)"), {"s": seconds}
        )
