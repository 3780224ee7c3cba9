"""Somebody who imports files of any kind into a city, and what came of it. No test."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from gridgov.db.session import Transactions, city_now
from gridgov.domain.coordinates import Crs
from gridgov.domain.jobs import ImportKind
from gridgov.services.imports.kinds import Desk, Options, open_import
from gridgov.services.imports.outcome import Outcome
from gridgov.services.imports.running import look
from gridgov.services.world import World
from tests.factories import ZONE, make_city

CITY_CODE = "530381"
PUBLIC = (
    "INSERT INTO units (code, kind, name_zh, name_en, parent_id, public_area, invented)"
    " VALUES ('m.s.c.public', 'compound', '公共', 'Public', 3, true, false)"
)


@dataclass
class Ran:
    """What all chunks of a file came to."""

    outcome: Outcome
    remarks: list[str]

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Added, changed, unchanged, refused."""
        counts = self.outcome.counts
        return counts["added"], counts["changed"], counts["unchanged"], len(self.outcome.refused)

    @property
    def refusals(self) -> list[tuple[int, str | None, str]]:
        return [(row.row_number, row.column, row.reason_en) for row in self.outcome.refused]


@dataclass
class Hand:
    """Somebody who imports files into a city."""

    engine: Engine
    desk: Desk
    folder: Path

    def run(self, kind: ImportKind, content: str, dry_run: bool = False, **options: Any) -> Ran:
        name = {"boundaries": "b.geojson", "catalogue": "c.toml"}.get(kind, "sheet.csv")
        path = self.folder / name
        path.write_text(content, encoding="utf-8")
        whole = Outcome()
        with open_import(self.desk, kind, path, Options(**options)) as importer:
            taken = 0
            for chunk in importer.chunks():
                if dry_run:
                    outcome = look(self.desk, importer, chunk)
                else:
                    with self.desk.transaction() as session:
                        outcome = importer.write(session, chunk, city_now(session))
                taken += len(chunk)
                whole.changes += outcome.changes
                whole.refused += outcome.refused
                whole.counts.update(outcome.counts)
            assert taken == importer.count()
            return Ran(whole, [str(each) for each in importer.remarks()])

    def units(self, *rows: str, headers: str = "code,kind,name_zh,parent_code", **said: Any) -> Ran:
        return self.run(ImportKind.UNITS, "\n".join((headers, *rows)), **said)

    def people(self, *rows: str, headers: str = "username,name,role,unit_code,from,until", **said: Any) -> Ran:
        return self.run(ImportKind.PEOPLE, "\n".join((headers, *rows)), **said)

    def boundaries(self, rings: dict[str, Any], crs: Crs = Crs.WGS84, **said: Any) -> Ran:
        return self.run(ImportKind.BOUNDARIES, geojson(rings), crs=crs, **said)

    def sql(self, statement: str) -> list[Any]:
        with self.engine.begin() as connection:
            result = connection.execute(text(statement))
            return [tuple(row) for row in result] if result.returns_rows else []


def geojson(rings: dict[str, Any]) -> str:
    features = [
        {
            "type": "Feature",
            "properties": {"code": code},
            "geometry": ring if isinstance(ring, dict) else {"type": "Polygon", "coordinates": [ring]},
        }
        for code, ring in rings.items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def square(lon: float, lat: float, size: float = 0.01) -> list[list[float]]:
    return [[lon, lat], [lon + size, lat], [lon + size, lat + size], [lon, lat + size], [lon, lat]]


def hand_of(engine: Engine, folder: Path) -> Hand:
    return Hand(engine, Desk(Transactions(engine), World(ZONE)), folder)


def model_hand(own_engine: Engine, folder: Path) -> Hand:
    """An import into the model city."""
    with Transactions(own_engine)() as session:
        make_city(session)
        session.execute(text(PUBLIC))
        session.execute(text("UPDATE org_version SET version = version + 1"))
    return hand_of(own_engine, folder)
