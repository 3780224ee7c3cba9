"""The only writer of cases, events, clocks and notices: what steps say, for one case or five hundred, set-wise.

Everything of a step goes into the caller's one transaction (reliability.md R1); nothing is decided here.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import TextClause
from sqlalchemy.orm import Session

from gridgov.db.session import hint
from gridgov.domain.case import as_plain
from gridgov.domain.clock import Clock, ClockKind, ClockState, Stage, stage_at
from gridgov.domain.errors import StaleCase
from gridgov.domain.notices import rings_at
from gridgov.domain.rules import Rules
from gridgov.domain.steps import Event, Situation, Step
from gridgov.services import statements
from gridgov.services.call_rows import DUE, rows_of
from gridgov.services.history import SALT_BYTES, body_of, digest_of, hash_of
from gridgov.services.request_rows import WRITE_REQUESTS, changed_requests
from gridgov.services.situations import Present, pauses_as_json

MOVING = ("state", "category", "priority", "level", "handler_id", "holder_id")
PLACED = ("reporter_id", "owner_id", "compound_id", "building_id", "grid_id", "community_id", "subdistrict_id")
RING_GAP = timedelta(hours=1)
SOON = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened to one case in this transaction: where it stood, and the steps that it made."""

    present: Present
    rules: Rules
    steps: tuple[Step, ...]


def write(session: Session, entries: Sequence[Entry], email_on: bool) -> None:
    """Write the steps of existing cases. Raises StaleCase when a case has moved on since it was read."""
    events, last = _event_rows(entries)
    cases = [_case_row(entry, own) for entry, own in zip(entries, last, strict=True)]
    moved = _write_whole(session, statements.WRITE_STEPS, entries, cases, events, email_on)
    if moved != len(cases):
        raise StaleCase("Somebody was quicker.", "他人已先行办理。")
    _write_calls(session, entries)


def write_moved(session: Session, entries: Sequence[Entry], email_on: bool) -> None:
    """Write the steps of cases that go on by other rules, and pin each case to those of its entry.

    Raises StaleCase as `write` does.
    """
    write(session, entries, email_on)
    pins = [{"id": entry.present.case_id, "name": entry.rules.definition.name,
             "version": entry.rules.definition.version} for entry in entries]  # fmt: skip
    session.connection().execute(statements.PIN_CASES, {"pins": _json(pins)})


def write_new(
    session: Session, entry: Entry, written: dict[str, Any], contact: Mapping[str, Any] | None, email_on: bool
) -> Mapping[str, Any]:
    """Write a case that was just opened: `written` are the columns with the reporter's words, `contact` is sealed.

    The columns of its row come back.
    """
    events, last = _event_rows([entry])
    case = {**written, **_columns(entry, last[0])}
    contacts = _json([contact] if contact else [])
    _write_whole(session, statements.WRITE_NEW, [entry], [case], events, email_on, contacts=contacts)
    return case


def _write_whole(
    session: Session,
    statement: TextClause,
    entries: Sequence[Entry],
    cases: Sequence[Mapping[str, Any]],
    events: Sequence[tuple[Any, ...]],
    email_on: bool,
    **more: str,
) -> int:
    """Everything that the entries say, in one statement; the number of cases that it touched comes back."""
    now, notices = entries[0].steps[-1].event.at, _notice_rows(entries)
    rows = {
        "cases": _json(cases),
        "events": _json(_named(statements.EVENT_FIELDS, events)),
        "clocks": _json(_named(statements.CLOCK_FIELDS, _clock_rows(entries))),
        "notices": _json(_named(statements.NOTICE_FIELDS, notices)),
    }
    values = {**rows, **more, "email_on": email_on, "now": now, "hour_ago": now - RING_GAP}
    touched = int(session.connection().execute(statement, values).scalar_one())
    _write_requests(session, entries, now)
    for entry in entries:
        _hint_if_soon(session, entry)
    if email_on and notices:
        hint(session, entries[0].present.case_id)
    return touched


def _write_requests(session: Session, entries: Sequence[Entry], now: datetime) -> None:
    """Few steps ask or answer anything: those that do cost a statement more."""
    changed = [
        row
        for entry in entries
        for row in changed_requests(entry.present.case_id, entry.present.situation, entry.steps[-1].situation, now)
    ]
    if changed:
        session.connection().execute(WRITE_REQUESTS, {"requests": _json(changed)})


def write_imported(session: Session, entries: Sequence[Entry], written: Sequence[Mapping[str, Any]]) -> set[int]:
    """Write whole cases of another system with their events and clocks, and tell nobody; the ids written come back.

    `written` are each case's columns beside its facts; they win over what the clocks say. A case whose external
    number is here already is left out.
    """
    rows, last = _event_rows(entries)
    cases = [
        _columns(entry, own) | dict(own_words) for entry, own, own_words in zip(entries, last, written, strict=True)
    ]
    connection = session.connection()
    added = set(connection.execute(statements.IMPORT_CASES, {"cases": _json(cases)}).scalars())
    fresh = [entry for entry in entries if entry.present.case_id in added]
    events = _named(statements.EVENT_FIELDS, [row for row in rows if row[0] in added])
    clocks = _named(statements.CLOCK_FIELDS, _clock_rows(fresh))
    connection.execute(statements.IMPORT_LIVES, {"events": _json(events), "clocks": _json(clocks)})
    for entry in fresh:
        _hint_if_soon(session, entry)
    return added


def _columns(entry: Entry, own: bytes) -> dict[str, Any]:
    """The columns of a new case that repeat its facts, its clocks and its chain."""
    present, facts = entry.present, entry.steps[-1].situation.facts
    return {
        **{name: getattr(facts, name) for name in PLACED},
        **moved_columns(entry),
        "id": present.case_id,
        "number": present.number,
        "definition_name": present.definition[0],
        "definition_version": present.definition[1],
        "facts": as_plain(facts),
        "last_hash": own,
        "reported_at": entry.steps[0].event.at,
    }


def moved_columns(entry: Entry) -> dict[str, Any]:
    """The columns of a case that may change with any step, as they stand after the last: facts, clocks, progress.

    `promised_at` is None where no promise runs any more: a promise that was given stays in the row.
    """
    situation = entry.steps[-1].situation
    facts, calendar = situation.facts, entry.rules.calendar
    state, promise = running_clock(situation, ClockKind.STATE), running_clock(situation, ClockKind.PROMISE)
    final = entry.rules.definition.states[facts.state].final
    return {
        **{name: getattr(facts, name) for name in MOVING},
        "version": situation.seq,
        "state_since": situation.since,
        "last_event_at": situation.last_at,
        "due_at": state.due_at if state else None,
        "warn_at": stage_at(state, Stage.WARN, calendar) if state else None,
        "paused": state is not None and state.state is ClockState.PAUSED,
        "promised_at": promise.due_at if promise else None,
        "closed_at": situation.since if final else None,
    }


def _event_rows(entries: Sequence[Entry]) -> tuple[list[tuple[Any, ...]], list[bytes]]:
    rows: list[tuple[Any, ...]] = []
    last: list[bytes] = []
    for entry in entries:
        head = entry.present.last_hash
        for step in entry.steps:
            row, head = _event_row(entry.present, step.event, head)
            rows.append(row)
        last.append(head)
    return rows, last


def _event_row(present: Present, event: Event, prev: bytes) -> tuple[tuple[Any, ...], bytes]:
    signature, salt = event.signature, os.urandom(SALT_BYTES)
    digest = digest_of(salt, body_of(event))
    own = hash_of(present.number, event.seq, event.at, signature, event.action, digest, prev)
    who = (signature.kind, signature.person_id, signature.role, signature.unit_id)
    what = (event.note, event.data, event.changes, event.wall_s, event.working_s, event.charged_id)
    place = (present.case_id, event.seq, event.at, event.action, event.origin, event.target)
    return (*place, *who, *what, event.public, salt, digest, prev, own), own


def _case_row(entry: Entry, own: bytes) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for step in entry.steps:
        changes.update(step.event.changes)
    before = {"id": entry.present.case_id, "expected": entry.present.situation.seq}
    return {**before, "changes": changes, "last_hash": own, **moved_columns(entry)}


def running_clock(situation: Situation, kind: ClockKind) -> Clock | None:
    """The clock of that kind that runs; a pending one wins over one set aside."""
    found = [clock for clock in situation.clocks if clock.kind is kind and clock.running]
    return min(found, key=lambda clock: clock.state, default=None)


def _clock_rows(entries: Sequence[Entry]) -> list[tuple[Any, ...]]:
    """The clocks that are new or changed; what stayed as it was is not touched."""
    return [
        _clock_row(entry.present.case_id, clock)
        for entry in entries
        for clock in _changed(entry.present.situation.clocks, entry.steps[-1].situation.clocks)
    ]


def _changed(before: Sequence[Clock], after: Sequence[Clock]) -> list[Clock]:
    known = {clock.key: clock for clock in before}
    return [clock for clock in after if known.get(clock.key) != clock]


def _write_calls(session: Session, entries: Sequence[Entry]) -> None:
    """The rows of `whistles` that the steps have changed; few cases have any, so it is a statement of its own."""
    rows = [{"case_id": entry.present.case_id, **row} for entry in entries for row in _call_rows(entry)]
    if rows:
        values = {"whistles": _json(rows), "now": entries[0].steps[-1].event.at}
        session.connection().execute(statements.WRITE_WHISTLES, values)


def _call_rows(entry: Entry) -> list[dict[str, Any]]:
    """The calls that the steps have made or changed, and those whose clocks they have moved."""
    before, last = entry.present.situation, entry.steps[-1].situation
    if not last.facts.calls:
        return []
    facts = (before.facts, *(step.situation.facts for step in entry.steps))
    events = [(old.calls, step.situation.facts, step.event.at) for old, step in zip(facts, entry.steps, strict=False)]
    moved = [clock for clock in _changed(before.clocks, last.clocks) if clock.kind in DUE.values()]
    return list(rows_of(events, moved).values())


def _hint_if_soon(session: Session, entry: Entry) -> None:
    now = entry.steps[-1].event.at
    if any(clock.next_at is not None and clock.next_at <= now + SOON for clock in entry.steps[-1].situation.clocks):
        hint(session, entry.present.case_id)


def _clock_row(case_id: int, clock: Clock) -> tuple[Any, ...]:
    times = (clock.started_at, str(clock.limit), clock.due_at, clock.next_at, int(clock.stage), int(clock.state))
    rest = (pauses_as_json(clock.pauses), clock.paused_at, clock.order_level, clock.orderer_id)
    return (case_id, clock.kind.value, clock.key, clock.holder_id, *times, *rest)


def _notice_rows(entries: Sequence[Entry]) -> list[tuple[Any, ...]]:
    """One row per event and person; the statement makes a ledger row per channel of it, and an outbox row."""
    return [
        (entry.present.case_id, step.event.seq, notice.person_id, notice.rule, notice.rings, _ring(step, entry.rules))
        for entry in entries
        for step in entry.steps
        for notice in step.notices
    ]


def _ring(step: Step, rules: Rules) -> datetime:
    zone: ZoneInfo = rules.calendar.zone
    return rings_at(step.event.at, step.situation.facts.priority, zone)


def _named(fields: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [dict(zip(fields, row, strict=True)) for row in rows]


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(rows, ensure_ascii=False, default=_as_json)


def _as_json(value: Any) -> str:
    """A moment or bytes in the text form that PostgreSQL reads."""
    return "\\x" + value.hex() if isinstance(value, bytes) else str(value.isoformat())
