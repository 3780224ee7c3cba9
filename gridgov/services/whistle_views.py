"""A call as somebody sees it: whose it is, where it stands, by when, and a lamp while it is awaited."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from gridgov.db.models import WhistleRow
from gridgov.db.queries.whistles import calls
from gridgov.domain.calls import AWAITED, UNANSWERED, CallState
from gridgov.domain.clock import WARN
from gridgov.domain.rules import Rules
from gridgov.domain.whistles import kind_at
from gridgov.domain.working_time import add_span
from gridgov.services.views import View

SHOWN = ("id", "number", "whistle", "kind", "lead", "state", "place", "score", "blower_score")
TIMES = ("called_at", "answered_at", "arrived_at", "ended_at", "answer_due_at", "arrive_due_at")


def whistles_of(case_id: int, view: View) -> list[dict[str, Any]]:
    """The calls of one case, by number."""
    rows = view.session.execute(calls().where(WhistleRow.case_id == case_id).order_by(WhistleRow.number))
    return [call_shape(row, view) for row in rows]


def call_shapes(rows: Iterable[Row[Any]], view: View) -> list[dict[str, Any]]:
    """The lines of a list."""
    return [call_shape(row, view) for row in rows]


def call_shape(row: Row[Any], view: View) -> dict[str, Any]:
    """One call with its case in short."""
    rules = view.snapshot.rules(view.session, row.definition_name, row.definition_version)
    kind = rules.definition.whistles.get(row.kind)
    return {
        **{name: getattr(row, name) for name in (*SHOWN, *TIMES)},
        "kind_title": view.word(kind.title) if kind is not None else row.kind,
        "unit": view.unit(row.unit_id),
        "blown_by": view.unit(row.blown_by),
        "lamp": call_lamp(row, rules, view.now),
        "case": {
            "number": row.case_number,
            "version": row.version,
            "state": row.case_state,
            "priority": row.priority,
            "category": row.category,
            "title": row.title,
        },
    }


def call_lamp(row: Row[Any], rules: Rules, now: datetime) -> str | None:
    """The call's light: of the answer until there is one, then of the arrival; None once the unit is there, or over."""
    state = CallState(row.state)
    due = row.answer_due_at if state in UNANSWERED else row.arrive_due_at
    if state not in AWAITED or due is None:
        return None
    if now > due:
        return "red"
    kind = kind_at(rules.definition, row.kind, row.priority)
    span = kind.answer if state in UNANSWERED else kind.arrive
    warn = add_span(row.called_at, span.scaled(WARN), rules.calendar)
    return "yellow" if now >= warn else "green"
