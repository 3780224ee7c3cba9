"""Proofs 3, 4 and 7: nothing waits without a holder, a limit and what happens then; silence gets somewhere."""

from collections.abc import Iterator

from gridgov.domain.actors import Signature
from gridgov.domain.catalogue import URGENT, Check
from gridgov.domain.clock import ClockKind
from gridgov.domain.deed import Deed
from gridgov.domain.effects import EFFECTS
from gridgov.domain.errors import GridgovError, Text
from gridgov.domain.life import MONDAY_NINE, facts_for
from gridgov.domain.limits import LEFTOVER, rows_of
from gridgov.domain.model_city import COMPOUND, model_city
from gridgov.domain.org import Level
from gridgov.domain.rules import Rules
from gridgov.domain.verifier.graph import Edge, edges_of, shortest_cycle
from gridgov.domain.verifier.report import Answer, Finding
from gridgov.domain.workflow import START, Definition, State, Way

BELOW_CITY = "below_city"
LEVEL_UP = "level_up"
NOT_URGENT, NOT_P1, CAN_ANSWER = "not_urgent", "not_p1", "reporter_can_answer"
REMIND, AT_THE_TOP = "remind", "supervise"
REPORTER = ("reporter",)


def priorities_of(definition: Definition, state: State) -> tuple[str, ...]:
    """The priorities that a case in `state` may have."""
    return state.priorities or definition.priorities


def system_ways(definition: Definition, action: str | None, state: str) -> tuple[Way, ...]:
    """The ways of `action` that the system may take out of `state`."""
    found = definition.actions.get(action or "")
    return tuple(way for way in found.ways_from(state) if "system" in way.by) if found else ()


def waits_safely(rules: Rules) -> Iterator[Answer]:
    """Proof 3: holder rule, limit for each priority, and an action at the limit that nothing can refuse the system."""
    definition = rules.definition
    for code in definition.waiting:
        state = definition.states[code]
        row = rows_of(definition, state.limit or "")
        for priority in priorities_of(definition, state):
            yield None if priority in row else _refused(code, f"has no limit for {priority}", f"没有 {priority} 的时限")
        yield (
            None
            if _acts_at_limit(definition, state)
            else _refused(
                code, "has no action at its limit that the system may always do", "到期时系统没有必定可行的操作"
            )
        )
        yield (
            None
            if _unguarded(definition, REMIND, code)
            else _refused(code, "cannot be reminded by the system", "系统无法提醒")
        )
        yield from _entries(definition, state)
    yield from _ladder(definition)
    yield from _system_steps(rules)


def _refused(code: str, en: str, zh: str, proof: int = 3) -> Finding:
    return Finding(proof, Text(f"{code} {en}.", f"“{code}”{zh}。"), (code,))


def _unguarded(definition: Definition, action: str, state: str) -> bool:
    return any(not way.when and not way.counts for way in system_ways(definition, action, state))


def _acts_at_limit(definition: Definition, state: State) -> bool:
    """Up to the city one way has no other guard than `below_city`; at the city the system can supervise."""
    ways = system_ways(definition, state.at_limit, state.code)
    below = any(set(way.when) <= {BELOW_CITY} and not way.counts for way in ways)
    at_the_top = _unguarded(definition, state.at_limit or "", state.code)
    return below and (at_the_top or _unguarded(definition, AT_THE_TOP, state.code))


def _entries(definition: Definition, state: State) -> Iterator[Answer]:
    """A state for some priorities only is not entered at another."""
    for edge in edges_of(definition):
        if edge.target != state.code or not edge.moves:
            continue
        before = definition.states.get(edge.origin)
        allowed = set(priorities_of(definition, before) if before else definition.priorities)
        allowed -= URGENT if NOT_URGENT in edge.way.when else {"P1"} if NOT_P1 in edge.way.when else set()
        extra = sorted(allowed - set(priorities_of(definition, state)))
        names = ", ".join(extra)
        sentence = Text(f"{state.code} admits no {names}.", f"“{state.title.zh}”不适用于 {names}。")
        yield Finding(3, sentence, (edge.origin, edge.action, edge.target)) if extra else None


def _ladder(definition: Definition) -> Iterator[Answer]:
    """After the limit each level above the community has its step, the top its repetition."""
    rungs = [level.name.lower() for level in Level if level > Level.COMMUNITY]
    for rung in (*rungs, "again"):
        row = definition.ladder.get(rung, {})
        for priority in definition.priorities:
            held = priority in row
            yield (
                None
                if held
                else _refused(f"ladder.{rung}", f"has no step for {priority}", f"没有 {priority} 的升级时限")
            )


def _system_steps(rules: Rules) -> Iterator[Answer]:
    """What the system does at once (steps.follow_up): it accepts a P1 and confirms what needs no check."""
    definition = rules.definition
    yield (
        None
        if "P1" not in definition.priorities or _unguarded(definition, "accept", definition.initial)
        else _refused(definition.initial, "must let the system accept a P1 at once", "须允许系统立即立案特急件")
    )
    unchecked = any(category.check is Check.NONE for category in rules.catalogue)
    if unchecked and "resolved" in definition.states:
        held = _unguarded(definition, "confirm", "resolved")
        yield (
            None
            if held
            else _refused("resolved", "must let the system confirm what needs no check", "须允许系统通过免核查件")
        )


def silence_gets_somewhere(rules: Rules) -> Iterator[Answer]:
    """Proof 4: the action at each limit raises the level or the floor, or ends the case, and the system never circles.

    At the city nothing is higher: there it supervises again and again (proof 3).
    """
    definition = rules.definition
    for code in definition.waiting:
        for way in system_ways(definition, definition.states[code].at_limit, code):
            target = way.target_from(code)
            ends = target not in definition.waiting
            action = definition.states[code].at_limit or ""
            path = (code, action, target)
            sentence = Text(f"Silence in {code} changes nothing.", f"“{code}”中的沉默不会引起任何变化。")
            held = ends or _goes_on(definition, code, target) or any(_raises(word, rules) for word in way.effects)
            yield None if held else Finding(4, sentence, path)
    for edge in edges_of(definition):
        if LEVEL_UP in edge.way.effects:
            sentence = Text(f"{edge.action} climbs where nothing is higher.", f"“{edge.action}”在最高层仍可升级。")
            held = BELOW_CITY in edge.way.when
            yield None if held else Finding(4, sentence, (edge.origin, edge.action, edge.target))
    moves: list[Edge] = [edge for edge in edges_of(definition) if edge.moves and "system" in edge.way.by]
    cycle = shortest_cycle([edge for edge in moves if edge.origin != START and not _once(definition, edge)])
    sentence = Text("The system alone goes round for ever.", "系统动作会无限循环。")
    yield Finding(4, sentence, cycle) if cycle else None


def _goes_on(definition: Definition, code: str, target: str) -> bool:
    """True for a suspension that ends: the clock of the state that it paused goes on, and that one escalates.

    It is entered by a counted step only, so that it does not come again and again.
    """
    state = definition.states[code]
    entries = [edge for edge in edges_of(definition) if edge.target == code and edge.moves]
    return state.until and target == state.pauses and all(_once(definition, edge) for edge in entries)


def _once(definition: Definition, edge: Edge) -> bool:
    """True for a step that a case admits a few times in its whole life."""
    counter = definition.counters.get(edge.way.counts or "")
    return counter is not None and counter.per == "case"


def _raises(effect: str, rules: Rules) -> bool:
    """True for an effect that raises the level or the floor of a fresh case: found out by trying it."""
    tree = model_city()
    facts = facts_for(rules, tree, rules.catalogue.categories[0].code, COMPOUND)
    deed = Deed(rules, tree, {}, Signature("system"), MONDAY_NINE)
    try:
        after = EFFECTS[effect](facts, deed)
    except (GridgovError, LookupError):
        return False
    return (after.level, after.floor) > (facts.level, facts.floor)


def pauses_end(rules: Rules) -> Iterator[Answer]:
    """Proof 7: a pause has a limit for each priority, whose end leads back or to an end.

    It is entered from the state that it pauses only. A state that waits for the reporter alone is a pause:
    else asking would start the holder's clock anew.
    """
    definition = rules.definition
    for code in definition.waiting:
        state = definition.states[code]
        rule = definition.holders[state.holder or ""]
        paused = state.pauses
        if paused is None:
            held = rule.chain != REPORTER
            yield (
                None
                if held
                else _refused(code, "waits for the reporter and pauses nothing", "等待上报人却没有暂停计时", 7)
            )
            continue
        row = rows_of(definition, state.limit or "")
        bounded = all(priority in row for priority in priorities_of(definition, state))
        ways = system_ways(definition, state.at_limit, code)
        left = bool(ways) and all(way.target_from(code) != code for way in ways)
        yield None if bounded and left else _refused(code, "is a pause without a maximum", "的暂停没有上限", 7)
        entries = [edge for edge in edges_of(definition) if edge.target == code and edge.moves]
        for edge in entries if rule.chain == REPORTER else ():
            sentence = Text(f"{edge.action} waits for nobody.", f"“{edge.action}”可能等待无法回复的上报人。")
            yield None if CAN_ANSWER in edge.way.when else Finding(7, sentence, (edge.origin, edge.action, edge.target))
        origins = {edge.origin for edge in entries}
        yield (
            None
            if origins == {paused}
            else _refused(code, f"is not entered from {paused} alone", f"只能从“{paused}”进入", 7)
        )
        yield from _suspends(definition, state) if state.until else ()


def _suspends(definition: Definition, state: State) -> Iterator[Answer]:
    """A suspension sets the promise aside too, and leaves the work four hours at least."""
    promise = definition.clocks.get(ClockKind.PROMISE)
    held = promise is not None and state.code in promise.paused_in
    yield None if held else _refused(state.code, "does not set the promise aside", "没有暂停承诺期限", 7)
    for edge in edges_of(definition):
        if edge.origin == state.code and edge.target == state.pauses:
            sentence = Text(f"{edge.action} may leave no time for the work.", f"“{edge.action}”可能不给办理留时间。")
            path = (edge.origin, edge.action, edge.target)
            yield None if edge.way.limit == LEFTOVER else Finding(7, sentence, path)
