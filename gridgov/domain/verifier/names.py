"""Proof 6: every name that the file uses exists, in the file or in the code, and every name it declares is used."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from gridgov.domain.asking import LADDER
from gridgov.domain.clock import ClockKind
from gridgov.domain.effects import EFFECTS
from gridgov.domain.errors import Text
from gridgov.domain.guards import GUARDS
from gridgov.domain.holders import CANDIDATES
from gridgov.domain.limits import FROZEN, LEFTOVER, REWORK
from gridgov.domain.notices import AUDIENCES, PEOPLE
from gridgov.domain.org import Level
from gridgov.domain.requests import CHOOSING, UNANSWERED, WHISTLE, RequestRule
from gridgov.domain.rules import Rules
from gridgov.domain.verifier.clocks import ENTRY, EXIT, FLOORS
from gridgov.domain.verifier.report import Answer, Finding
from gridgov.domain.whistles import ARRIVE
from gridgov.domain.workflow import SAME, START, Action, ClockRule, Definition, State, Way

Uses = Iterator[tuple[str, str, str]]

PERSONS = ("anyone", "reporter", "system")
RUNGS = (*(level.name.lower() for level in Level if level > Level.COMMUNITY), "again")
COUNTING_GUARDS = ("_left", "_spent")
READ: Mapping[str, frozenset[str]] = {
    "call": frozenset(
        {"call_answered", "call_dismissed", "call_finished", "call_joined", "call_rated", "call_refused"}
    ),
    "category": frozenset({"classify", "recategorise"}),
    "contact": frozenset({"contacted"}),
    "despite": frozenset({"helpers_done"}),
    "handler_id": frozenset({"dispatch"}),
    "into": frozenset({"merged"}),
    "lead_id": frozenset({"lead_changed"}),
    "person_id": frozenset({"assign"}),
    "priority": frozenset({"classify", "reprioritise"}),
    "request": frozenset({"grant", "refuse"}),
    "score": frozenset({"call_rated"}),
    "until": frozenset({"ordered", "ask_suspension", "grant", "suspended"}),
    "whistle": frozenset({"blow", "ask_whistle"}),
}
"""Which effects read an input: what an action asks for is used, and what its effects cannot do without is asked for."""
REQUIRED = frozenset(
    {"assign", "blow", "call_dismissed", "lead_changed", "merged", "recategorise", "reprioritise"}
)  # fmt: skip


def names_exist(rules: Rules) -> Iterator[Answer]:
    """Proof 6, first half: (place, sort of name, name) of every use, looked up."""
    known = _known(rules.definition)
    for place, sort, name in _uses(rules.definition):
        sentence = Text(
            f"{place} names the {sort} {name!r}, and there is none.", f"{place} 引用了不存在的 {sort}“{name}”。"
        )
        yield None if name in known[sort] else Finding(6, sentence, (place, name))
    for action in rules.definition.actions.values():
        yield from _inputs(action)


def _inputs(action: Action) -> Iterator[Answer]:
    asked = {name for need in action.needs for name in need.removesuffix("?").split("|")}
    sure = {need for need in action.needs if not need.endswith("?")}
    for way in action.ways:
        for name, effects in READ.items():
            used = effects & set(way.effects)
            unread, unasked = name in asked and not used, bool(used & REQUIRED) and name not in sure
            sentence = Text(f"{action.code} asks for {name} in vain.", f"“{action.code}”要求填写 {name} 却未使用。")
            yield Finding(6, sentence, (action.code,)) if unread else None
            sentence = Text(f"{action.code} does not ask for {name}.", f"“{action.code}”没有要求填写 {name}。")
            yield Finding(6, sentence, (action.code,)) if unasked else None


def names_are_used(rules: Rules) -> Iterator[Answer]:
    """Proof 6, second half: nothing is declared that nobody uses.

    The stages are left out: they are the public's six words, and one of them (立案) is passed within a moment.
    """
    definition = rules.definition
    used: dict[str, set[str]] = {}
    for _, sort, name in _uses(definition):
        used.setdefault(sort, set()).add(name)
    for sort, declared in _declared(definition).items():
        for name in declared:
            sentence = Text(f"Nothing uses the {sort} {name}.", f"没有任何地方使用 {sort}“{name}”。")
            yield None if name in used.get(sort, ()) else Finding(6, sentence, (sort, name))


def _declared(definition: Definition) -> Mapping[str, Collection[str]]:
    return {
        "word of who": definition.who,
        "holder rule": definition.holders,
        "limit": definition.limits,
        "rung": definition.ladder,
        "counter": definition.counters,
        "priority": definition.priorities,
    }


def _known(definition: Definition) -> Mapping[str, Collection[str]]:
    return {
        **_declared(definition),
        "limit": {*definition.limits, REWORK, LEFTOVER, *([ARRIVE] if definition.whistles else ())},
        "limit of a clock": {*definition.limits, *definition.ladder},
        "stage": definition.stages,
        "action": definition.actions,
        "arming": {*definition.actions, ENTRY},
        "ending": {*definition.actions, EXIT},
        "state": definition.states,
        "origin": {*definition.states, START},
        "target": {*definition.states, SAME},
        "unit": {*CANDIDATES},
        "rung of deciders": LADDER,
        "party": {*CANDIDATES, *PERSONS},
        "guard": GUARDS,
        "effect": EFFECTS,
        "audience": {*AUDIENCES, *PEOPLE},
        "kind of clock": {kind.value for kind in ClockKind},
        "floor": set(FLOORS.values()),
        "period": {"case", "round"},
        "way of choosing": CHOOSING,
        "answer to silence": UNANSWERED,
    }


def _uses(definition: Definition) -> Uses:
    yield "start", "action", definition.start
    yield from (("ladder", "rung", rung) for rung in RUNGS)
    if any("freeze_limits" in way.effects for action in definition.actions.values() for way in action.ways):
        yield from (("freeze_limits", "limit", name) for name in FROZEN)
    for state in definition.states.values():
        yield from _of_state(f"states.{state.code}", state)
    for name, rule in definition.holders.items():
        sort = "party" if rule.chain == ("reporter",) else "unit"
        yield from _each(f"holders.{name}", sort, rule.chain or ("",))
    for kind, request in definition.requests.items():
        yield from _of_request(f"requests.{kind}", request)
    for name, counter in definition.counters.items():
        yield from _each(f"counters.{name}", "action", (counter.then,))
        yield f"counters.{name}", "period", counter.per
    for name, clock in definition.clocks.items():
        yield from _of_clock(f"clocks.{name}", clock)
    for name, row in (*definition.limits.items(), *definition.ladder.items()):
        yield from _each(name, "priority", row)
    for code, whistle in definition.whistles.items():
        yield from _each(f"whistles.{code}", "priority", whistle.priorities)
    for code, action in definition.actions.items():
        yield from _each(f"actions.{code}", "audience", (word.removesuffix("!") for word in action.tell))
        for way in action.ways:
            yield from _of_way(f"actions.{code}", way)


def _of_state(place: str, state: State) -> Uses:
    yield place, "stage", state.stage
    yield from _each(place, "holder rule", (state.holder,))
    yield from _each(place, "limit", (state.limit,))
    yield from _each(place, "action", (state.at_limit, state.forward, state.spent))
    yield from _each(place, "state", (state.pauses,))
    yield from _each(place, "priority", state.priorities)


def _of_request(place: str, rule: RequestRule) -> Uses:
    yield from _each(place, "limit", (rule.answer if rule.answer != WHISTLE else None,))
    yield place, "effect", f"ask_{rule.kind}"
    yield place, "way of choosing", rule.chosen
    yield place, "answer to silence", rule.unanswered
    yield from _each(place, "rung of deciders", rule.deciders or ("",))
    yield from _each(place, "action", (rule.grants, "unanswered"))


def _of_clock(place: str, clock: ClockRule) -> Uses:
    yield place, "kind of clock", clock.kind
    yield from _each(place, "state", clock.within)
    yield from _each(place, "arming", clock.armed_by)
    yield from _each(place, "ending", clock.ended_by)
    yield from _each(place, "limit of a clock", (clock.limit,))
    yield from _each(place, "floor", (clock.floor,))
    yield from _each(place, "audience", (word.removesuffix("!") for word in clock.tell))
    # Supervision counts by the ladder, every other clock by the limits.
    yield from _each(place, "limit", (clock.again, clock.limit if clock.kind != ClockKind.SUPERVISION else None))


def _of_way(place: str, way: Way) -> Uses:
    yield from _each(place, "origin", way.origins or ("",))
    yield place, "target", way.target
    yield from _each(place, "party", way.by or ("",))
    yield from _each(place, "word of who", way.by)
    yield from _each(place, "guard", way.when)
    yield from _each(place, "effect", way.effects)
    yield from _each(place, "limit", (way.limit,))
    yield from _each(place, "counter", (way.counts, *map(_counter_of, way.when)))


def _counter_of(guard: str) -> str | None:
    """The counter that a guard like `rounds_left` or `hand_offs_spent` looks at."""
    return next((guard.removesuffix(end) for end in COUNTING_GUARDS if guard.endswith(end)), None)


def _each(place: str, sort: str, names: Iterable[str | None]) -> Uses:
    yield from ((place, sort, name) for name in names if name is not None)
