"""A case as somebody sees it: plain values, units by name, people by post, never the reporter to the accused."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Row

from gridgov.db.models import CaseEvent
from gridgov.domain.case import as_plain, from_plain
from gridgov.domain.clock import Clock, ClockKind
from gridgov.domain.evidence import needs_of
from gridgov.domain.org import Level
from gridgov.domain.working_time import remaining
from gridgov.services.attachments import shown
from gridgov.services.ledger import Entry, moved_columns, running_clock
from gridgov.services.situations import clock_from_json
from gridgov.services.transitions import actions_for
from gridgov.services.views import View
from gridgov.services.whistle_views import whistles_of
from gridgov.services.wording import action_title

CaseRow = Row[Any] | SimpleNamespace
"""The columns of a case: as they were read, or as a step has just left them."""


def after(columns: Mapping[str, Any], entry: Entry) -> SimpleNamespace:
    """The case as the steps have just left it, without reading it again: `columns` as they were read or written."""
    situation, moved = entry.steps[-1].situation, moved_columns(entry)
    moved["promised_at"] = moved["promised_at"] or columns["promised_at"]
    state_clock = running_clock(situation, ClockKind.STATE)
    return SimpleNamespace(
        **{
            "attachments": None,
            "recheck": None,
            "duplicates": None,
            **columns,
            **moved,
            "facts": as_plain(situation.facts),
            "state_clock": state_clock,
        }
    )


def lamp(case: CaseRow, now: datetime) -> str | None:
    """The case's light at `now`: green, yellow from 80 % of the limit, red past it, grey while paused; else None."""
    if case.closed_at is not None or case.due_at is None:
        return None
    if case.paused:
        return "grey"
    if now > case.due_at:
        return "red"
    return "yellow" if case.warn_at is not None and now >= case.warn_at else "green"


def brief(case: CaseRow, view: View) -> dict[str, Any]:
    """A case as a line of a list."""
    rules = view.snapshot.rules(view.session, case.definition_name, case.definition_version)
    state = rules.definition.states[case.state]
    return {
        "number": case.number,
        "version": case.version,
        "kind": case.kind,
        "workflow": {"name": case.definition_name, "version": case.definition_version},
        "state": case.state,
        "state_title": view.word(state.title),
        "stage": state.stage,
        "level": case.level,
        "floor": case.facts["floor"],
        "peak_level": case.facts["peak_level"],
        "lamp": lamp(case, view.now),
        "priority": case.priority,
        "category": case.category,
        "category_title": view.word(rules.catalogue.get(case.category).title),
        "title": case.title,
        "place": place(case, view),
        "owner": view.unit(case.owner_id),
        "handler": view.unit(case.handler_id),
        "holder": view.unit(case.holder_id),
        "reported_at": case.reported_at,
        "due_at": case.due_at,
        "promised_at": case.promised_at,
        "closed_at": case.closed_at,
        "source": case.source,
        "outcome": case.facts["outcome"],
    }


def place(case: CaseRow, view: View) -> dict[str, Any]:
    """Where the case is, from the compound up, with the reporter's own words for it."""
    point = None if case.lat is None or case.lon is None else {"lat": case.lat, "lon": case.lon}
    return {
        "compound": view.unit(case.compound_id),
        "building": view.unit(case.building_id),
        "grid": view.unit(case.grid_id),
        "community": view.unit(case.community_id),
        "subdistrict": view.unit(case.subdistrict_id),
        "address": case.address,
        "point": point,
    }


def detail(case: CaseRow, view: View) -> dict[str, Any]:
    """The whole case: a list's line, the text, the clock, the counters, what this person may do and why not more."""
    facts, rules = case.facts, view.snapshot.rules(view.session, case.definition_name, case.definition_version)
    allowed, refused = actions_for(
        rules, view.snapshot.tree, from_plain(facts), view.actor, view.now, case.state_since, case.due_at
    )
    category = rules.catalogue.get(case.category)
    return {
        **brief(case, view),
        "description": case.description,
        "supervisor": view.unit(_supervisor(case)),
        "clock": clock_shape(case.state_clock, view),
        "round": facts["round"],
        "send_backs": facts["counters"].get("send_backs", 0),
        "hand_offs": facts["counters"].get("hand_offs", 0),
        "about": facts["about"],
        "reported_by": reported_by(case, view),
        "occurred_at": case.occurred_at,
        "captured_at": case.captured_at,
        "external_ref": _external(case),
        "attachments": shown(case.attachments or ()),
        "recheck": found_again(case.recheck, view),
        "whistles": whistles_of(case.id, view) if facts.get("calls") else [],
        "merged_into": facts.get("merged_into"),
        "duplicates": case.duplicates or [],
        "allowed_actions": [
            {"action": action.code, "title": view.word(action.title), "needs": list(needs_of(action, category))}
            for action in allowed
        ],
        "refused_actions": [
            {"action": action.code, "title": view.word(action.title), "why": view.word(refusal.sentence)}
            for action, refusal in refused
        ],
        "links": _links(case.number),
    }


def _supervisor(case: CaseRow) -> int:
    ladder = (case.owner_id, case.community_id, case.subdistrict_id, case.facts["city_id"])
    return int(ladder[min(case.level, int(Level.CITY))])


def clock_shape(kept: Mapping[str, Any] | Clock | None, view: View) -> dict[str, Any] | None:
    """The present clock: its limit in words, and in seconds of its own count what is used and what is left."""
    if kept is None:
        return None
    clock, calendar = kept if isinstance(kept, Clock) else clock_from_json(kept), view.snapshot.calendar
    pauses = (*clock.pauses, (clock.paused_at, view.now)) if clock.paused_at is not None else clock.pauses
    left = remaining(clock.started_at, clock.limit, pauses, view.now, calendar)
    total = clock.limit.seconds(calendar)
    return {
        "kind": clock.kind.value,
        "limit": str(clock.limit),
        "limit_title": view.word(clock.limit.text),
        "started_at": clock.started_at,
        "used_s": round(total - left),
        "remaining_s": round(left),
        "paused": clock.paused_at is not None,
        "stage": clock.stage.name.lower(),
    }


def reported_by(case: CaseRow, view: View) -> dict[str, Any] | None:
    """The reporter by kind only; None for whoever the case is about (workflow.md §2)."""
    if is_hidden_from(case, view):
        return None
    own = case.reporter_id is not None and case.reporter_id == view.actor.person_id
    return {"kind": "resident" if case.reporter_id is None else "staff", "you": own}


def is_hidden_from(case: CaseRow, view: View) -> bool:
    """True when this person has a post in a unit that the case is about: the reporter stays hidden from them."""
    units = view.snapshot.tree.units
    return any(units[post.unit_id].kind.value in case.facts["about"] for post in view.actor.posts)


def found_again(kept: Mapping[str, Any] | None, view: View) -> dict[str, Any] | None:
    """What a second look at the closed case found; None before there was one."""
    if kept is None:
        return None
    done_at = datetime.fromisoformat(kept["done_at"])
    return {"verdict": kept["verdict"], "note": kept["note"], "unit": view.unit(kept["unit_id"]), "done_at": done_at}


def _external(case: CaseRow) -> dict[str, str | None] | None:
    if case.external_source is None:
        return None
    return {"source": case.external_source, "number": case.external_number}


def _links(number: str) -> dict[str, str]:
    base = f"/api/v1/cases/{number}"
    return {"self": base, "events": f"{base}/events", "deadline": f"{base}/deadline"}


def history(case: CaseRow, events: Iterable[CaseEvent], view: View) -> list[dict[str, Any]]:
    """Events as an answer shows them: by post and unit, never by name; the accused do not see who reported."""
    hidden = is_hidden_from(case, view)
    pinned = (case.definition_name, case.definition_version)
    return [_event(event, view, pinned, hidden and event.action == "report") for event in events]


def _event(event: CaseEvent, view: View, pinned: tuple[str, int], hidden: bool) -> dict[str, Any]:
    title = action_title(view.session, view.snapshot, pinned, event.action)
    actor = {"kind": event.actor_kind, "post": event.role, "unit": view.unit(event.unit_id)}
    return {
        "seq": event.seq,
        "at": event.at,
        "action": event.action,
        "title": view.word(title),
        "from": event.origin,
        "to": event.target,
        "actor": None if hidden else actor,
        "note": event.note,
        "data": event.data,
        "wall_s": event.wall_s,
        "working_s": event.working_s,
        "charged": view.unit(event.charged_id),
        "public": event.public,
        "hash": event.hash.hex(),
    }
