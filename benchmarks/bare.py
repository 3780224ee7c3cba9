"""The bare limit: the least that a Flask view can do with the same database. No access, no rules, no history.

Started by gunicorn as `benchmarks.bare:make_app()`, with the URL and the city in the environment.
"""

import json
import os
from typing import Any

from flask import Flask, Response, jsonify, request
from sqlalchemy import Engine, create_engine, text

# Rows of the size of ours, primary keys only.
TABLES = (
    "CREATE TABLE bare_cases (LIKE cases, PRIMARY KEY (id))",
    "CREATE TABLE bare_events (LIKE case_events, PRIMARY KEY (case_id, seq))",
    "CREATE SEQUENCE bare_ids",
)
INSERT_CASE = text("""
INSERT INTO bare_cases (id, number, kind, definition_name, definition_version, title, description, address, source,
  sensitive, compound_id, building_id, grid_id, community_id, subdistrict_id, owner_id, state, category, priority,
  level, facts, version, last_hash, reported_at, state_since, last_event_at, due_at, warn_at, paused, promised_at)
VALUES (nextval('bare_ids'), '261123-0001-1', 'incident', 'one_compound_one_branch', 1, :title, :description, :address,
  'staff', false, 1, :building, 1, 1, 1, 1, 'reported', :category, 'P3', 0, CAST(:facts AS jsonb), 1, :hash, now(),
  now(), now(), now(), now(), false, now())
RETURNING id
""")
INSERT_EVENT = text("""
INSERT INTO bare_events (case_id, seq, at, action, target, actor_kind, person_id, role, unit_id, data, changes, wall_s,
  working_s, public, salt, digest, prev_hash, hash)
VALUES (:case_id, 1, now(), 'report', 'reported', 'person', 1, 'grid_worker', 1, '{}', CAST(:facts AS jsonb), 0, 0,
  false, :salt, :hash, :hash, :hash)
""")
COLUMNS = """number, version, kind, definition_name, definition_version, state, level, facts, paused, priority,
  category, title, compound_id, building_id, grid_id, community_id, subdistrict_id, address, lat, lon, owner_id,
  handler_id, holder_id, reported_at, due_at, warn_at, promised_at, closed_at, source"""
LIST = text(f"SELECT {COLUMNS} FROM cases ORDER BY id DESC LIMIT 25")
DETAIL = text(f"SELECT {COLUMNS}, description, reporter_id, occurred_at, captured_at FROM cases WHERE number = :number")
FACTS = json.dumps({f"fact_{n}": [n, "a short text"] for n in range(37)})
HASH, SALT = bytes(32), bytes(16)


def make_app() -> Flask:
    """A report, a list and a detail, each a few lines."""
    app = Flask(__name__)
    city = {"options": f"-c search_path={os.environ.get('GRIDGOV_CITY', 'xuanwei')}"}
    engine = create_engine(os.environ["DATABASE_URL"], connect_args=city, pool_size=4)

    @app.post("/api/v1/cases")
    def report() -> tuple[Response, int]:
        return jsonify({"id": insert(engine, request.get_json())}), 201

    @app.get("/api/v1/cases")
    def list_() -> Response:
        with engine.connect() as connection:
            return jsonify([dict(row._mapping) for row in connection.execute(LIST)])

    @app.get("/api/v1/cases/<number>")
    def detail(number: str) -> Response:
        with engine.connect() as connection:
            return jsonify(dict(connection.execute(DETAIL, {"number": number}).one()._mapping))

    return app


def insert(engine: Engine, body: dict[str, Any]) -> int:
    """INSERT case and INSERT event in one transaction; the id of the case comes back."""
    place = body["place"]
    values = {"title": body.get("title", ""), "description": body["description"], "category": body["category"]}
    values |= {"address": place.get("address"), "building": place["building_id"], "facts": FACTS, "hash": HASH}
    with engine.begin() as connection:
        case_id = int(connection.execute(INSERT_CASE, values).scalar_one())
        connection.execute(INSERT_EVENT, {"case_id": case_id, "facts": FACTS, "salt": SALT, "hash": HASH})
    return case_id
