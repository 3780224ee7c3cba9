"""A house that takes orders to import over HTTP and works them off. No test."""

import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from gridgov.adapters.job_files import JobFiles
from gridgov.db.session import Transactions
from gridgov.domain.model_city import CITY
from gridgov.services.imports.kinds import Desk
from gridgov.services.imports.running import Workshop, work_off
from gridgov.services.world import World
from gridgov.settings import Settings
from tests.factories import ZONE
from tests.http_client import Client, make_client

IMPORTS = "/api/v1/imports"
UNITS = "code,kind,name_zh,parent_code\n"
ADMIN = 900


@dataclass
class House:
    """The application, and the workers' side of it."""

    client: Client
    shop: Workshop
    folder: Path

    def order(self, kind: str, content: str | bytes, name: str = "file.csv", **said: Any) -> TestResponse:
        """What the administrator gets for a file; `key` is the Idempotency-Key, `who` somebody else."""
        raw = content.encode() if isinstance(content, str) else content
        headers = {"Authorization": f"Bearer {self.client.token_of(said.pop('who', ADMIN))}", "Accept-Language": "en"}
        if "key" in said:
            headers["Idempotency-Key"] = said.pop("key")
        form = {"kind": kind, "file": (io.BytesIO(raw), name), **said}
        return self.client.app.test_client().post(IMPORTS, data=form, headers=headers)

    def done(self, kind: str, content: str | bytes, name: str = "file.csv", **said: Any) -> dict[str, Any]:
        """The import as it stands when nothing is left to do."""
        answer = self.order(kind, content, name, **said)
        assert answer.status_code == 202, answer.text
        while work_off(self.shop):
            pass
        return self.get(answer.json["links"]["self"]).json

    def get(self, path: str) -> TestResponse:
        return self.client.call(ADMIN, "GET", path)

    def sql(self, statement: str, **values: Any) -> Any:
        with self.client.engine.begin() as connection:
            result = connection.execute(text(statement), values)
            return result.scalars().all() if result.returns_rows else None


def house_of(own_engine: Engine, settings: Settings, folder: Path) -> House:
    """A city of its own with an administrator, and a folder for its files."""
    client = make_client(own_engine, replace(settings, files=folder))
    with own_engine.begin() as connection:
        person = text("INSERT INTO people (id, username, name) VALUES (900, 'admin', '管理员')")
        connection.execute(person)
        post = text("INSERT INTO posts (person_id, role, unit_id) VALUES (900, 'admin', :city)")
        connection.execute(post, {"city": CITY})
        connection.execute(text("UPDATE org_version SET version = version + 1"))
        connection.execute(text("INSERT INTO units (code, kind, name_zh, name_en, parent_id, public_area, invented)"
                                " VALUES ('m.s.c.public', 'compound', '公共', 'Public', 3, true, false)"))  # fmt: skip
    client.city.tree.acting[ADMIN] = (ADMIN,)  # type: ignore[index]
    shop = Workshop(Desk(Transactions(own_engine), World(ZONE)), JobFiles(folder))
    return House(client, shop, folder)
