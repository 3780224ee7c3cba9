"""The ledger's SQL: one statement writes all that steps say, its rows as JSON texts: one round trip, one row or 500.

JSON is printed and read in C on both sides; an array per column costs psycopg three times as much in Python.
"""

from sqlalchemy import text

EVENT_TYPES = {
    "case_id": "bigint",
    "seq": "int",
    "at": "timestamptz",
    "action": "text",
    "origin": "text",
    "target": "text",
    "actor_kind": "text",
    "person_id": "bigint",
    "role": "text",
    "unit_id": "bigint",
    "note": "text",
    "data": "jsonb",
    "changes": "jsonb",
    "wall_s": "float8",
    "working_s": "float8",
    "charged_id": "bigint",
    "public": "bool",
    "salt": "bytea",
    "digest": "bytea",
    "prev_hash": "bytea",
    "hash": "bytea",
}

CASE_TYPES = {
    "id": "bigint",
    "expected": "int",
    "changes": "jsonb",
    "state": "text",
    "category": "text",
    "priority": "text",
    "level": "smallint",
    "handler_id": "bigint",
    "holder_id": "bigint",
    "version": "int",
    "last_hash": "bytea",
    "state_since": "timestamptz",
    "last_event_at": "timestamptz",
    "due_at": "timestamptz",
    "warn_at": "timestamptz",
    "paused": "bool",
    "promised_at": "timestamptz",
    "closed_at": "timestamptz",
}

NEW_CASE_TYPES = {
    "id": "bigint",
    "number": "text",
    "kind": "text",
    "definition_name": "text",
    "definition_version": "int",
    "title": "text",
    "description": "text",
    "address": "text",
    "lat": "float8",
    "lon": "float8",
    "source": "text",
    "external_source": "text",
    "external_number": "text",
    "client_ref": "text",
    "sensitive": "bool",
    "occurred_at": "timestamptz",
    "captured_at": "timestamptz",
    "compound_id": "bigint",
    "building_id": "bigint",
    "grid_id": "bigint",
    "community_id": "bigint",
    "subdistrict_id": "bigint",
    "reporter_id": "bigint",
    "owner_id": "bigint",
    "handler_id": "bigint",
    "holder_id": "bigint",
    "state": "text",
    "category": "text",
    "priority": "text",
    "level": "smallint",
    "facts": "jsonb",
    "version": "int",
    "last_hash": "bytea",
    "reported_at": "timestamptz",
    "state_since": "timestamptz",
    "last_event_at": "timestamptz",
    "due_at": "timestamptz",
    "warn_at": "timestamptz",
    "paused": "bool",
    "promised_at": "timestamptz",
    "closed_at": "timestamptz",
}

CLOCK_TYPES = {
    "case_id": "bigint",
    "kind": "text",
    "key": "text",
    "holder_id": "bigint",
    "started_at": "timestamptz",
    "span": "text",
    "due_at": "timestamptz",
    "next_at": "timestamptz",
    "stage": "smallint",
    "state": "smallint",
    "pauses": "jsonb",
    "paused_at": "timestamptz",
    "order_level": "smallint",
    "orderer_id": "bigint",
}

CONTACT_TYPES = {
    "case_id": "bigint",
    "sealed": "bytea",
    "wants_updates": "bool",
    "created_at": "timestamptz",
}

NOTICE_TYPES = {
    "case_id": "bigint",
    "event_seq": "bigint",
    "person_id": "bigint",
    "rule": "text",
    "rings": "bool",
    "ring_at": "timestamptz",
}


WHISTLE_TYPES = {
    "case_id": "bigint",
    "number": "int",
    "whistle": "int",
    "unit_id": "bigint",
    "kind": "text",
    "lead": "bool",
    "state": "text",
    "blown_by": "bigint",
    "place": "text",
    "score": "smallint",
    "blower_score": "smallint",
    "called_at": "timestamptz",
    "answered_at": "timestamptz",
    "arrived_at": "timestamptz",
    "ended_at": "timestamptz",
    "answer_due_at": "timestamptz",
    "arrive_due_at": "timestamptz",
}


def _rows(name: str, types: dict[str, str]) -> str:
    columns = ", ".join(f'"{column}" {kind}' for column, kind in types.items())
    return f"json_to_recordset(CAST(:{name} AS json)) AS t({columns})"


EVENT_FIELDS, CASE_FIELDS = tuple(EVENT_TYPES), tuple(CASE_TYPES)
CLOCK_FIELDS, NOTICE_FIELDS = tuple(CLOCK_TYPES), tuple(NOTICE_TYPES)

_COPIED = tuple(name for name in CASE_FIELDS if name not in {"id", "expected", "changes", "promised_at"})
_RESET = tuple(name for name in CLOCK_FIELDS if name not in {"case_id", "kind", "key"})

_EVENTS = f"""
INSERT INTO case_events ({", ".join(EVENT_FIELDS)})
SELECT t.* FROM {_rows("events", EVENT_TYPES)}
"""

# `search` is sent as its words with spaces between them; they are letters, digits and Chinese, as bigrams.py cuts them.
_NEW_CASES = f"""
INSERT INTO cases ({", ".join(NEW_CASE_TYPES)}, search)
SELECT t.* FROM {_rows("cases", {**NEW_CASE_TYPES, "search": "tsvector"})}
"""

_MOVED_CASES = f"""
UPDATE cases AS c
SET {", ".join(f"{name} = t.{name}" for name in _COPIED)},
    promised_at = COALESCE(t.promised_at, c.promised_at),
    facts = c.facts || t.changes
FROM {_rows("cases", CASE_TYPES)}
WHERE c.id = t.id AND c.version = t.expected
"""

_CLOCKS = f"""
INSERT INTO clocks ({", ".join(CLOCK_FIELDS)})
SELECT t.* FROM {_rows("clocks", CLOCK_TYPES)}
ON CONFLICT (case_id, key) DO UPDATE
SET {", ".join(f"{name} = excluded.{name}" for name in _RESET)}, attempts = 0
"""

# Two ledger rows per person: in the application, and by e-mail, also when that one is not sent.
# Nobody is rung up about the same case twice within an hour; LIMIT keeps the question to the few notices of the case.
_NOTICES = f"""
told AS (
  SELECT t.*, (
    SELECT 'rang_within_the_hour' FROM notices n
    WHERE n.case_id = t.case_id AND n.person_id = t.person_id AND n.rings AND n.ring_at > :hour_ago LIMIT 1) AS quiet
  FROM {_rows("notices", NOTICE_TYPES)}
),
added AS (
  INSERT INTO notices (case_id, event_seq, person_id, channel, rule, rings, ring_at, state, reason, created_at)
  SELECT t.case_id, t.event_seq, t.person_id, c.channel, t.rule,
    t.rings AND t.quiet IS NULL, CASE WHEN t.rings AND t.quiet IS NULL THEN t.ring_at END,
    CASE WHEN c.channel = 'in_app' THEN 'delivered'
         WHEN NOT CAST(:email_on AS bool) OR p.email IS NULL THEN 'not_sent' ELSE 'pending' END,
    CASE WHEN c.channel = 'in_app' THEN CASE WHEN t.rings THEN t.quiet END
         WHEN NOT CAST(:email_on AS bool) THEN 'email_off'
         WHEN p.email IS NULL THEN 'no_address' END,
    CAST(:now AS timestamptz)
  FROM told t
  JOIN people p ON p.id = t.person_id
  CROSS JOIN (VALUES ('in_app'), ('email')) AS c(channel)
  ON CONFLICT (case_id, event_seq, person_id, channel) DO NOTHING
  RETURNING id, case_id, event_seq, person_id, channel, rule, state
),
posted AS (
  INSERT INTO outbox (notice_id, channel, recipient, dedupe_key, state, attempts, next_at)
  SELECT a.id, a.channel, p.email, concat_ws(':', a.case_id, a.event_seq, a.rule, a.person_id, a.channel), 0, 0,
    CAST(:now AS timestamptz)
  FROM added a JOIN people p ON p.id = a.person_id
  WHERE a.state = 'pending'
)
"""


_CONTACTS = f"""
INSERT INTO case_contacts ({", ".join(CONTACT_TYPES)})
SELECT t.* FROM {_rows("contacts", CONTACT_TYPES)}
"""


def _whole(cases: str, more: str = "") -> str:
    """The statement that writes cases with their events, clocks and notices; the number of cases comes back.

    psycopg remembers how to send a statement of up to 4,096 characters: without needless space the one for steps,
    which runs most, stays below; the one for new cases does not.
    """
    statement = f"""
WITH written AS ({cases} RETURNING 1), {more} happened AS ({_EVENTS}), ticking AS ({_CLOCKS}), {_NOTICES}
SELECT count(*) FROM written
"""
    return " ".join(statement.split())


WRITE_STEPS = text(_whole(_MOVED_CASES))
PIN_CASES = text(f"""
UPDATE cases AS c SET definition_name = t.name, definition_version = t.version
FROM {_rows("pins", {"id": "bigint", "name": "text", "version": "int"})} WHERE c.id = t.id
""")
WRITE_NEW = text(_whole(_NEW_CASES, f"reachable AS ({_CONTACTS}),"))

# A number of another system is imported once; its events and clocks follow for the cases that were new.
IMPORT_CASES = text(f"""{_NEW_CASES}
ON CONFLICT (external_source, external_number) WHERE external_source IS NOT NULL DO NOTHING
RETURNING id
""")
IMPORT_LIVES = text(f"WITH happened AS ({_EVENTS}) {_CLOCKS}")

# The calls of a case repeat its facts. A moment stays as it was first written, a due time as its clock last said.
_CALLED = tuple(name for name in WHISTLE_TYPES if name not in {"case_id", "number"})
_TIMED = frozenset(name for name in _CALLED if name.endswith("_at"))


def _kept_time(name: str) -> str:
    """Of a moment the first that was written, of a due time the last; None writes nothing over it."""
    first, then = ("excluded", "w") if name.endswith("_due_at") else ("w", "excluded")
    return f"COALESCE({first}.{name}, {then}.{name})"


_SET_CALLS = ", ".join(f"{name} = {_kept_time(name) if name in _TIMED else f'excluded.{name}'}" for name in _CALLED)
# NOT NULL is asked before the conflict is found, so a call that was made earlier comes with the moment of now.
WRITE_WHISTLES = text(f"""
INSERT INTO whistles AS w ({", ".join(WHISTLE_TYPES)})
SELECT {", ".join("COALESCE(t.called_at, :now)" if name == "called_at" else f"t.{name}" for name in WHISTLE_TYPES)}
FROM {_rows("whistles", WHISTLE_TYPES)}
ON CONFLICT (case_id, number) DO UPDATE SET {_SET_CALLS}
""")
