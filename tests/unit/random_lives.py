"""What random lives draw from: people, places, actions, and inputs that are mostly plausible."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from gridgov.domain.actors import Actor
from gridgov.domain.evidence import OPTIONAL
from gridgov.domain.inputs import REASONS, SATISFACTION
from gridgov.domain.life import PHOTO, RESIDENT
from gridgov.domain.model_city import BUILDING, COMPOUND, GRID
from tests.unit.lives import BARE, NO_POST, RULES, STREET, WIDE, anybody

CATEGORIES = ("0105", "0301", "0401", "0205", "0402", "0801", "0902", "0903", "1002", "1101", "9999")
SYSTEMS = frozenset({"report", "lapse", "remind", "unanswered", "suspend", "absorb", "release"})
ACTIONS = tuple(code for code in RULES.definition.actions if code not in SYSTEMS)
FORWARD = (
    *("accept", "acknowledge", "resolve", "confirm", "send_back", "dispute", "redo", "decline", "redispatch"),
    *("ask_extension", "ask_suspension", "ask_help", "grant", "refuse", "resume"),
    *("whistle", "whistle", "arrive", "join", "finish", "answer"),
)
PLACES: tuple[tuple[int, dict[str, int]], ...] = (
    (COMPOUND, {"building_id": BUILDING, "grid_id": GRID}),
    (COMPOUND, {"grid_id": GRID}),
    (BARE, {}),
    (STREET, {"grid_id": GRID}),
)
PEOPLE: tuple[Actor, ...] = (RESIDENT, *(anybody(each, WIDE) for each in sorted(WIDE.posts_of)), anybody(NO_POST, WIDE))
UNITS = tuple(sorted(WIDE.units))
PATIENCE = {"P1": timedelta(days=12), "P2": timedelta(days=12), "P3": timedelta(days=75), "P4": timedelta(days=100)}
ABOUT = ((), ("branch",), ("community",), ("property",), ("committee",))

CONTACT = st.fixed_dictionaries({"kind": st.sampled_from(["call", "visit", "on_site", "pigeon"])})
RATING = st.fixed_dictionaries({"satisfaction": st.sampled_from([*SATISFACTION, "who knows"])})
OUTSIDE = tuple(unit.id for unit in WIDE.units.values() if unit.trade is not None)[:4]
CALLED = st.sampled_from([*OUTSIDE, *OUTSIDE, *UNITS])
WHISTLE = st.fixed_dictionaries({
    "kind": st.sampled_from([*RULES.definition.whistles, "emergency", "referee"]),
    "lead_id": CALLED,
    "helper_ids": st.lists(CALLED, max_size=2),
})  # fmt: skip
GIVEN: dict[str, st.SearchStrategy[Any]] = {
    "attachments": st.just([PHOTO]),
    "call": st.integers(0, 5),
    "category": st.sampled_from([*CATEGORIES, "0000"]),
    "contact": CONTACT,
    "despite": st.sampled_from(["they are late", " "]),
    "handler_id": st.sampled_from([*UNITS, 424242]),
    "into": st.sampled_from(["older", "younger", "elsewhere"]),
    "lead_id": CALLED,
    "no_resident": st.booleans(),
    "note": st.sampled_from(["because", "because", "because", " "]),
    "person_id": st.sampled_from([*sorted(WIDE.posts_of), NO_POST]),
    "place": st.just("the gate"),
    "priority": st.sampled_from(["P1", "P2", "P3", "P4", "P5"]),
    "public": st.booleans(),
    "rating": RATING,
    "reason": st.sampled_from([*REASONS, "mood"]),
    "request": st.integers(1, 3),
    "score": st.integers(0, 6),
    "until": st.timedeltas(timedelta(hours=-1), timedelta(days=3)) | st.sampled_from([timedelta(days=60)]),
    "visit": st.just({"by": "somebody", "said": "fine"}),
    "whistle": WHISTLE,
}


@st.composite
def inputs(draw: st.DrawFn, action: str) -> dict[str, Any]:
    """Mostly what the action needs, sometimes without a part of it."""
    # A photo is asked for wherever it is taken: without one most work cannot be done.
    rare = {need for need in RULES.definition.action(action).needs if need.endswith("?") and need != OPTIONAL}
    names = [(name, need in rare) for need in RULES.definition.action(action).needs for name in _names(need)]
    return {name: draw(GIVEN[name]) for name, optional in names if draw(st.integers(0, 9)) > (6 if optional else 0)}


def _names(need: str) -> list[str]:
    return need.removesuffix("?").split("|")
