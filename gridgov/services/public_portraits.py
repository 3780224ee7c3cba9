"""A case as its reporter sees it by the link: stages in words, what was said to them, what they may do. No person.

The reporter's own text and contact do not come back either: a link may be lost. Notes inside the house stay there.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from gridgov.db.models import CaseEvent
from gridgov.domain.case import from_plain
from gridgov.domain.errors import Text
from gridgov.domain.inputs import REASONS
from gridgov.domain.org import Unit
from gridgov.domain.scrub import scrub
from gridgov.domain.workflow import Action, Definition
from gridgov.services.portraits import CaseRow
from gridgov.services.transitions import actions_for
from gridgov.services.views import View

ADDRESSED = frozenset({"ask_info", "force_close", "reject", "uphold"})
"""Actions whose written reason is meant for the reporter (workflow.md §3): what was asked, why it was not done."""

RESPONSES: Mapping[str, str] = {
    "rate": "rating",
    "dispute": "rating",
    "urge": "urge",
    "reopen": "reopen",
    "supply_info": "info",
    "withdraw": "withdraw",
    "appeal": "appeal",
    "comment": "comment",
}
"""What a resident may do by the link: the workflow's action and the last word of its address."""

OUTCOMES: Mapping[str, Text] = {
    "closed_with_explanation": Text("Closed with an explanation", "已说明并结案"),
    "forced": Text("Closed by order of the city", "由市级强制结案"),
    "rated": Text("Done and rated", "已办结并评价"),
    "rejection_upheld": Text("Not accepted, and upheld after the appeal", "维持不予受理"),
    "unvisited": Text("Closed; nobody could be asked", "已结案，未能回访"),
    "verified": Text("Done and checked", "已办结并核实"),
    "withdrawn": Text("Withdrawn by the reporter", "已由上报人撤回"),
}

_TOLD = (
    *(CaseEvent.at, CaseEvent.action, CaseEvent.target, CaseEvent.actor_kind),
    *(CaseEvent.note, CaseEvent.public, CaseEvent.data),
)


def public_case(case: CaseRow, view: View) -> dict[str, Any]:
    """What the link shows of the case; `view.actor` is whoever holds it."""
    rules = view.snapshot.rules(view.session, case.definition_name, case.definition_version)
    definition, events = rules.definition, _events(case, view)
    allowed, _ = actions_for(
        rules, view.snapshot.tree, from_plain(case.facts), view.actor, view.now, case.state_since, case.due_at
    )
    return {
        "number": case.number,
        "state": case.state,
        "state_title": view.word(definition.states[case.state].title),
        "stage": definition.states[case.state].stage,
        "stages": _stages(definition, case.state, events, view),
        "category": case.category,
        "category_title": view.word(rules.catalogue.get(case.category).title),
        "place": public_place(case.compound_id, case.building_id, view),
        "holder": _holder(case, view),
        "reported_at": case.reported_at,
        "promised_at": case.promised_at,
        "updated_at": events[-1].at,
        "closed_at": case.closed_at,
        "outcome": case.facts["outcome"],
        "outcome_title": view.word(OUTCOMES[case.facts["outcome"]]) if case.facts["outcome"] in OUTCOMES else None,
        # Where others report too, nobody can tell from an event whose words it holds.
        "messages": list(_messages(definition, events, view, alone=not case.facts["co_reporters"])),
        "allowed_actions": list(_allowed(allowed, view)),
    }


def public_place(compound_id: int, building_id: int | None, view: View) -> dict[str, Any]:
    """Compound and building by their names alone."""
    units = view.snapshot.tree.units
    building = units[building_id] if building_id is not None else None
    return {"compound": _named(units[compound_id], view), "building": _named(building, view) if building else None}


def public_categories(view: View) -> list[dict[str, Any]]:
    """The categories that residents choose from."""
    catalogue = view.snapshot.catalogue
    return [
        {
            "code": each.code,
            "title": view.word(each.title),
            "title_zh": each.title.zh,
            "title_en": str(each.title),
            "group": each.group,
            "group_title": view.word(catalogue.group_of(each)),
        }
        for each in catalogue
        if each.public
    ]


def _named(unit: Unit, view: View) -> dict[str, str]:
    name = unit.name_zh if view.language == "zh" else unit.name_en
    return {"name": name, "name_zh": unit.name_zh, "name_en": unit.name_en}


def _holder(case: CaseRow, view: View) -> dict[str, str] | None:
    """The unit that has to act now, by its name; None when it is the reporter or nobody."""
    unit = view.snapshot.tree.units.get(case.holder_id) if case.holder_id is not None else None
    return _named(unit, view) if unit else None


def _events(case: CaseRow, view: View) -> Sequence[Row[Any]]:
    rows = select(*_TOLD).where(CaseEvent.case_id == case.id).order_by(CaseEvent.seq)
    return view.session.execute(rows).all()


def _stages(definition: Definition, state: str, events: Iterable[Row[Any]], view: View) -> list[dict[str, Any]]:
    """The public stages in their order, each with the moment when the case first came there, if it did."""
    reached: dict[str, datetime] = {}
    for event in events:
        reached.setdefault(definition.states[event.target].stage, event.at)
    codes, standing = list(definition.stages), {each.stage for each in definition.states.values()}
    for place, code in enumerate(codes):
        # A stage that no state stands in (立案) is passed in the moment when a later one, save the last, is reached.
        later = [reached[each] for each in codes[place + 1 : -1] if each in reached]
        if code not in standing and later:
            reached[code] = min(later)
    current = definition.states[state].stage
    return [
        {
            "code": code,
            "title": view.word(title),
            "title_zh": title.zh,
            "title_en": str(title),
            "reached_at": reached.get(code),
            "current": code == current,
        }
        for code, title in definition.stages.items()
    ]


def _messages(definition: Definition, events: Iterable[Row[Any]], view: View, alone: bool) -> Iterable[dict[str, Any]]:
    """What was said to the reporter, and what they said themselves, with numbers of people masked."""
    for event in events:
        own = alone and event.actor_kind == "reporter"
        reason = REASONS.get(event.data.get("reason", "")) if event.action in ADDRESSED else None
        if (event.note and (own or event.public or event.action in ADDRESSED)) or reason:
            yield {
                "at": event.at,
                "from": "you" if own else "office",
                "action": event.action,
                "title": view.word(definition.actions[event.action].title),
                "reason": view.word(reason) if reason else None,
                "note": scrub(event.note).text if event.note else None,
            }


def _allowed(actions: Iterable[Action], view: View) -> Iterable[dict[str, Any]]:
    for action in actions:
        if action.code in RESPONSES:
            yield {
                "action": action.code,
                "title": view.word(action.title),
                "needs": [need for need in action.needs if need != "public?"],
                "address": RESPONSES[action.code],
            }
