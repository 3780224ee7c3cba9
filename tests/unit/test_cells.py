"""Every (state, action, who) of an ordinary case, against the tables of workflow.md §2 and §3 as a person reads them.

The expectation is written here by hand, not taken from the definition: a wrong line of the file is found."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import pytest

from gridgov.domain.actors import SYSTEM, Actor
from gridgov.domain.errors import Conflict, Forbidden
from gridgov.domain.life import MONDAY_NINE, RESIDENT, Life
from gridgov.domain.model_city import BRANCH, CITY, COMMUNITY, GROUP, PROPERTY, SUBDISTRICT
from gridgov.domain.org import Post, Role, Tree
from gridgov.domain.permissions import permit
from tests.unit.lives import NO_POST, RULES, TWO_POSTS, WIDE, anybody, do, do_as, live

FIRE, GAS = 100, 120
ACTORS: Mapping[str, Actor] = {
    "reporter": RESIDENT,
    "no post": anybody(NO_POST),
    "leader": anybody(1080, WIDE),
    "grid": anybody(1040, WIDE),
    "secretary": anybody(1070, WIDE),
    "community": anybody(1030, WIDE),
    "subdistrict": anybody(1020, WIDE),
    "city": anybody(1010, WIDE),
    "worker": anybody(1100, WIDE),
    "colleague": anybody(1101, WIDE),
    "committee": anybody(1090, WIDE),
    "fire": anybody(1000 + 10 * FIRE, WIDE),
    "gas": anybody(1000 + 10 * GAS, WIDE),
    "next grid": anybody(2004, WIDE),
    "next secretary": anybody(2001, WIDE),
    "emergency": anybody(2003, WIDE),
    "both sides": anybody(TWO_POSTS, WIDE),
    "auditor": anybody(2005, WIDE),
    "volunteer": Actor(3001, (Post(3001, Role.VOLUNTEER, BRANCH),)),
    "household lead": Actor(3002, (Post(3002, Role.HOUSEHOLD_LEAD, GROUP),)),
    "admin": Actor(3003, (Post(3003, Role.ADMIN, CITY),)),
    "system": SYSTEM,
}
"""`both sides` is staff of the property and officer of the community at once."""

UPPER = {"community", "subdistrict", "city", "both sides"}
OWNER = {"secretary"}
HANDLER = {"worker", "colleague", "both sides"}
EVERYBODY = set(ACTORS) - {"system"}

OPEN = (
    *("reported", "needs_info", "dispatched", "handling", "whistled", "suspended"),
    *("resolved", "awaiting_rating", "disputed"),
)
STATES = (*OPEN, "closed", "rejected", "withdrawn", "merged")
HANDLED = ("dispatched", "handling", "whistled", "suspended", "resolved", "awaiting_rating", "disputed", "closed")
"""The states in which the property is (or was) the handler; before, nobody is."""


def handler_of(state: str) -> set[str]:
    """The people of the handler's unit."""
    return HANDLER if state in HANDLED else set()


def free(people: set[str], state: str) -> set[str]:
    """Whoever of them has no post with the handler."""
    return people - handler_of(state)


VERIFIERS = {"leader", "grid"} | OWNER | UPPER


@dataclass(frozen=True)
class Row:
    """A line of workflow.md §3: from which states, and who, by name or depending on the state."""

    states: tuple[str, ...]
    who: set[str] | str


TABLE: Mapping[str, Row] = {
    "report": Row((), EVERYBODY),
    "self_handle": Row(("reported",), {"grid", "leader"}),
    "ask_info": Row(("reported",), OWNER | UPPER),
    "supply_info": Row(("needs_info",), {"reporter"} | OWNER),
    "accept": Row(("reported", "needs_info"), OWNER | UPPER | {"system"}),
    "reject": Row(("reported", "needs_info"), OWNER | UPPER),
    "appeal": Row(("rejected",), {"reporter"}),
    "acknowledge": Row(("dispatched",), "handler and committee"),
    "assign": Row(("dispatched", "handling"), "handler and committee"),
    "contact": Row(("dispatched", "handling", "whistled"), "handler and lead"),
    "decline": Row(("dispatched", "handling"), "handler"),
    "redispatch": Row(("dispatched", "handling"), OWNER | UPPER),
    "designate": Row(("reported", "dispatched", "handling"), {"subdistrict", "city"}),
    "whistle": Row(("dispatched", "handling"), {"community", "subdistrict", "both sides", "system"}),
    "answer": Row(OPEN, "called"),
    "refuse_call": Row(OPEN, "called"),
    "arrive": Row(("whistled",), "lead"),
    "join": Row(OPEN, "called"),
    "finish": Row(OPEN, "called"),
    "change_lead": Row(("whistled",), {"subdistrict", "city"}),
    "call_off": Row(("whistled",), {"subdistrict", "city"}),
    "dismiss": Row(OPEN, {"subdistrict", "city"}),
    "rate_call": Row(("handling", "resolved", "awaiting_rating", "disputed", "closed"), "called and subdistrict"),
    "resolve": Row(("handling",), "handler"),
    "ask_extension": Row(("handling",), "handler"),
    "ask_suspension": Row(("handling",), "handler"),
    "ask_help": Row(("dispatched", "handling"), "handler"),
    "ask_whistle": Row(("dispatched", "handling"), OWNER),
    "ask_timeout_appeal": Row(("closed",), "handler"),
    "grant": Row((), set()),
    "refuse": Row((), set()),
    "unanswered": Row(("dispatched", "handling", "closed"), {"system"}),
    "suspend": Row(("handling",), {"system"}),
    "resume": Row(("suspended",), UPPER | {"system"}),
    "confirm": Row(("resolved",), "free verifiers and system"),
    "send_back": Row(("resolved",), "free verifiers"),
    "rate": Row(("awaiting_rating",), "reporter and free callers"),
    "dispute": Row(("awaiting_rating",), "reporter and free verifiers"),
    "close": Row(("awaiting_rating",), "free owner and community"),
    "uphold": Row(("disputed",), "free judges"),
    "redo": Row(("disputed",), "free judges"),
    "reopen": Row(("closed",), {"reporter"} | UPPER),
    "escalate": Row(
        ("reported", "dispatched", "handling", "whistled", "resolved", "disputed"), OWNER | UPPER | {"system"}
    ),
    "supervise": Row(OPEN, OWNER | UPPER | {"system"}),
    "urge": Row(OPEN, {"reporter"} | OWNER | UPPER),
    "reprioritise": Row(OPEN, OWNER | UPPER | {"system"}),
    "recategorise": Row(OPEN, OWNER | UPPER),
    "comment": Row((*OPEN, "closed"), EVERYBODY),
    "attach": Row((*OPEN, "closed"), EVERYBODY),
    "withdraw": Row(("reported", "needs_info", "dispatched"), {"reporter"}),
    "force_close": Row(OPEN, {"city"}),
    "merge": Row(("reported", "needs_info", "dispatched", "handling"), OWNER | UPPER),
    "unmerge": Row(("merged",), OWNER | UPPER),
    "absorb": Row(("reported", "needs_info", "dispatched", "handling"), {"system"}),
    "release": Row(STATES, {"system"}),
    "lapse": Row(("needs_info", "awaiting_rating"), {"system"}),
    "remind": Row(OPEN, {"system"}),
    "hand_over": Row(OPEN, {"system"}),
    "take_over": Row(OPEN, {"system"}),
}


def people_for(who: set[str] | str, state: str) -> set[str]:
    """Who a line means in a state."""
    if isinstance(who, set):
        return who
    committee = {"committee"} if state in HANDLED else set()
    lead, called = ({"fire"}, {"fire", "gas"}) if state == "whistled" else (set(), set())
    return {
        "lead": lead,
        "called": called,
        "called and subdistrict": called | {"subdistrict"},
        "handler and lead": handler_of(state) | lead,
        "handler": handler_of(state),
        "handler and committee": handler_of(state) | committee,
        "free verifiers": free(VERIFIERS, state),
        "free verifiers and system": free(VERIFIERS, state) | {"system"},
        "reporter and free callers": free(UPPER, state) | {"reporter"},
        "reporter and free verifiers": free(VERIFIERS, state) | {"reporter"},
        "free owner and community": free(OWNER | {"community", "both sides"}, state),
        "free judges": free(UPPER, state),
    }[who]


NOT_NOW: Mapping[tuple[str, str], set[str]] = {
    ("reported", "designate"): {"subdistrict"},
    ("dispatched", "designate"): {"subdistrict"},
    ("handling", "designate"): {"subdistrict"},
    ("awaiting_rating", "dispute"): {"leader", "grid", "secretary"},
    ("whistled", "supervise"): OWNER | {"community", "both sides"},
    ("whistled", "join"): {"fire"},
    ("whistled", "finish"): {"fire", "gas"},
    **{(state, "dismiss"): {"subdistrict", "city"} for state in OPEN if state != "whistled"},
    **{
        (state, "rate_call"): {"subdistrict"}
        for state in ("handling", "resolved", "awaiting_rating", "disputed", "closed")
    },
    ("awaiting_rating", "supervise"): OWNER,
    ("disputed", "supervise"): OWNER,
    ("suspended", "supervise"): OWNER,
    **{(state, action): {"both sides"} for state in HANDLED for action in ("reprioritise", "recategorise", "escalate")},
}
"""In the right state, and yet not now: three hand-offs first; from there only the caller; the handler never;
the branch not while the community holds, calls or judges, and nobody below the subdistrict after a whistle: they lie
below the present level; a lead is no helper, and whoever has not come has not finished."""


def expected(state: str, action: str, who: str) -> str:
    """What workflow.md says."""
    row = TABLE[action]
    if who not in people_for(row.who, state):
        return "forbidden"
    if state not in row.states or who in NOT_NOW.get((state, action), set()):
        return "conflict"
    return "allowed"


def found(life: Life, action: str, actor: Actor) -> str:
    """What the core says."""
    facts, since = life.situation.facts, life.situation.since
    try:
        permit(RULES, RULES.definition.action(action), facts, actor, life.tree, MONDAY_NINE, since)
    except Forbidden:
        return "forbidden"
    except Conflict:
        return "conflict"
    return "allowed"


def _city() -> Tree:
    extra = tuple(post for actor in ACTORS.values() for post in actor.posts if post.person_id in {3001, 3002, 3003})
    return Tree(WIDE.units, WIDE.serving, (*WIDE.posts, *extra))


TREE = _city()
LIVES: Mapping[str, tuple[tuple[str, int | Actor], ...]] = {
    "reported": (),
    "needs_info": (("ask_info", BRANCH),),
    "dispatched": (("accept", BRANCH),),
    "handling": (("accept", BRANCH), ("acknowledge", PROPERTY)),
    "whistled": (("accept", BRANCH), ("acknowledge", PROPERTY), ("whistle", SUBDISTRICT)),
    "resolved": (("accept", BRANCH), ("acknowledge", PROPERTY), ("resolve", PROPERTY)),
    "awaiting_rating": (("accept", BRANCH), ("acknowledge", PROPERTY), ("resolve", PROPERTY), ("confirm", GROUP)),
    "suspended": (
        *(("accept", BRANCH), ("acknowledge", PROPERTY)),
        *(("ask_suspension", PROPERTY), ("grant", COMMUNITY)),
    ),
    "rejected": (("reject", BRANCH),),
    "withdrawn": (("withdraw", RESIDENT),),
    "merged": (("merge", BRANCH),),
}
LAST: Mapping[str, tuple[str, int | Actor]] = {"disputed": ("dispute", RESIDENT), "closed": ("rate", RESIDENT)}


@cache
def life_in(state: str) -> Life:
    """An ordinary case (P3, by a resident, handled by the property) that has come to the state."""
    life = live(tree=TREE)
    way = LIVES[state] if state in LIVES else (*LIVES["awaiting_rating"], LAST[state])
    for action, who in way:
        if isinstance(who, Actor):
            do_as(life, action, who)
        else:
            do(life, action, who)
    assert life.situation.facts.state == state
    return life


@pytest.mark.parametrize("action", RULES.definition.actions)
def test_who_may_do_it_is_what_the_tables_say_in_every_state(action: str) -> None:
    cells = [(state, who) for state in STATES for who in ACTORS]
    said = {(state, who): found(life_in(state), action, ACTORS[who]) for state, who in cells}
    assert said == {(state, who): expected(state, action, who) for state, who in cells}


def test_the_tables_know_every_action_and_every_state() -> None:
    assert set(TABLE) == set(RULES.definition.actions)
    assert set(STATES) == set(RULES.definition.states)
