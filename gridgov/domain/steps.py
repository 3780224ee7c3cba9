"""One step of a case's life: who acts, what changes, which clocks run then, who hears of it. All of it values.

The services write what a step says, the sweeper asks `firing.py`, and the tests live whole lives with nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from gridgov.domain.actors import SYSTEM, Actor, Signature
from gridgov.domain.asking import ended
from gridgov.domain.case import Facts, as_plain, changed
from gridgov.domain.catalogue import Check
from gridgov.domain.clock import Clock, ClockKind
from gridgov.domain.clock_change import Change
from gridgov.domain.clock_rules import changed_clocks
from gridgov.domain.deed import Deed
from gridgov.domain.durations import CountedIn
from gridgov.domain.effects import EFFECTS
from gridgov.domain.errors import Invalid, Text
from gridgov.domain.evidence import require_evidence
from gridgov.domain.holders import holder_of
from gridgov.domain.inputs import Inputs, require_inputs
from gridgov.domain.notices import News, Notice, people_told
from gridgov.domain.org import Level, Tree
from gridgov.domain.permissions import Permit, permit
from gridgov.domain.rules import Rules
from gridgov.domain.whistles import lead_of
from gridgov.domain.whistling import tidied
from gridgov.domain.workflow import Action, State, Way
from gridgov.domain.working_time import elapsed

PAIRED = frozenset({"merge", "unmerge"})
"""What changes two cases: domain.merging makes the steps of both."""


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, once and for ever. `changes` rebuild the facts; `data` is what was given or fired.

    `wall_s` and `working_s` are the seconds since the event before, charged to `charged_id`
    (None: the reporter, or nobody). Times are aware UTC.
    """

    seq: int
    at: datetime
    action: str
    origin: str | None
    target: str
    signature: Signature
    note: str | None
    data: Mapping[str, Any]
    changes: Mapping[str, Any]
    wall_s: float
    working_s: float
    charged_id: int | None
    public: bool = False


@dataclass(frozen=True, slots=True)
class Situation:
    """A case's present: facts, clocks, the number and time of its last event, and since when its state stands."""

    facts: Facts
    clocks: tuple[Clock, ...]
    seq: int
    last_at: datetime
    since: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """An event, who is to hear of it, and the present that it leads to."""

    event: Event
    notices: tuple[Notice, ...]
    situation: Situation


@dataclass(frozen=True, slots=True)
class Command:
    """An action that somebody asks for, with what they gave (already of the right types)."""

    action: str
    actor: Actor
    inputs: Inputs


def perform(rules: Rules, tree: Tree, situation: Situation, command: Command, now: datetime) -> tuple[Step, ...]:
    """The step that the command makes, and those that the system makes at once because of it.

    Raises Forbidden, TransitionNotAllowed, BoundReached or Invalid, and then nothing has changed.
    """
    if command.action in PAIRED:
        raise Invalid({"into": [Text("Two cases change here, not one.", "该操作涉及两个案件。")]})
    now = max(now, situation.last_at)
    action = rules.definition.action(command.action)
    due_at = next((each.due_at for each in situation.clocks if each.kind is ClockKind.STATE and each.pending), None)
    allowed = permit(rules, action, situation.facts, command.actor, tree, now, situation.since, due_at)
    if not command.actor.system:
        require_inputs(action, command.inputs, rules, tree, now)
        require_evidence(action, command.inputs, rules, situation.facts)
    first = step(rules, tree, situation, action, allowed, command.inputs, now)
    return (first, *follow_up(rules, tree, first, now))


def follow_up(rules: Rules, tree: Tree, done: Step, now: datetime) -> tuple[Step, ...]:
    """What the system does in the same transaction: accept a reported P1, confirm what needs no check, carry out
    what was granted, escalate where a call for help stayed unanswered."""
    facts = done.situation.facts
    reported = facts.state == rules.definition.initial and done.event.action == rules.definition.start
    if reported and facts.priority == "P1":
        return perform(rules, tree, done.situation, Command("accept", SYSTEM, {}), now)
    entered = done.event.origin != done.event.target
    if facts.state == "resolved" and entered and rules.category(facts).check is Check.NONE:
        return perform(rules, tree, done.situation, Command("confirm", SYSTEM, {}), now)
    command = after_request(rules, facts, done.event.action, done.event.data)
    return perform(rules, tree, done.situation, command, now) if command is not None else ()


def after_request(rules: Rules, facts: Facts, action: str, data: Mapping[str, Any]) -> Command | None:
    """What follows from an answer to a request, or from none: the granted action, or an escalation."""
    request = next((each for each in facts.requests if each.number == data.get("request")), None)
    if request is None or request.open:
        return None
    rule = rules.definition.requests[request.kind]
    if action == "grant" and rule.grants:
        wanted = {} if request.wanted is None else {"whistle": request.wanted, "blown_by": request.decider_id}
        return Command(rule.grants, SYSTEM, {"until": request.until_moment(), **wanted})
    silent = action == "unanswered" and rule.unanswered == "escalate"
    return Command("escalate", SYSTEM, {}) if silent and facts.level < Level.CITY else None


def step(
    rules: Rules, tree: Tree, situation: Situation, action: Action, allowed: Permit, inputs: Inputs, now: datetime
) -> Step:
    """The step of an action that is allowed: effects, counters, state, holder, level, clocks, notices."""
    before, way = situation.facts, allowed.way
    deed = Deed(rules, tree, inputs, allowed.signature, now)
    after = _counted(before, way)
    for word in way.effects:
        after = EFFECTS[word](after, deed)
    after = replace(after, state=way.target_from(before.state))
    after = tidied(before, after, rules.definition.states[after.state].final)
    after = ended(before, after, at_limit=inputs.get("clock") == ClockKind.STATE)
    after = settled(before, after, rules, tree)
    return record(rules, tree, situation, action, after, allowed.signature, inputs, now, limit=way.limit)


def record(
    rules: Rules,
    tree: Tree,
    situation: Situation,
    action: Action,
    after: Facts,
    signature: Signature,
    inputs: Inputs,
    now: datetime,
    limit: str | None = None,
    extra: tuple[str, ...] = (),
    orderer_id: int | None = None,
    silent_id: int | None = None,
) -> Step:
    """The event that leads from the situation to `after`, with its clocks and notices."""
    before, seq = situation.facts, situation.seq + 1
    by_holder = signature.unit_id is not None and signature.unit_id == before.holder_id
    order = order_of(action.code, signature, inputs, tree)
    until = inputs.get("until") if rules.definition.states[after.state].until else None
    public = bool(inputs.get("public"))
    change = Change(rules, before, after, action.code, seq, now, limit, by_holder, order, until, public)
    clocks = changed_clocks(situation.clocks, change)
    event = Event(
        seq=seq,
        at=now,
        action=action.code,
        origin=before.state,
        target=after.state,
        signature=signature,
        note=inputs.get("note"),
        data=remembered(inputs),
        changes=changed(before, after),
        wall_s=(now - situation.last_at).total_seconds(),
        working_s=elapsed(CountedIn.WORK_HOUR, situation.last_at, now, rules.calendar),
        charged_id=before.holder_id,
        public=public,
    )
    news = News(action.code, before, after, signature, extra, orderer_id, at=now, silent_id=silent_id)
    since = now if change.entered else situation.since
    return Step(event, people_told(news, rules, tree), Situation(after, clocks, seq, now, since))


def opened(rules: Rules, tree: Tree, facts: Facts, signature: Signature, inputs: Inputs, now: datetime) -> Step:
    """The first step of a case: `facts` know place, category, owner and reporter; the rest is settled here."""
    definition = rules.definition
    after = settled(None, replace(facts, state=definition.initial), rules, tree)
    clocks = changed_clocks((), Change(rules, None, after, definition.start, 1, now))
    event = Event(
        1,
        now,
        definition.start,
        None,
        after.state,
        signature,
        None,
        remembered(inputs),
        as_plain(after),
        0.0,
        0.0,
        None,
    )
    news = News(definition.start, None, after, signature, at=now)
    return Step(event, people_told(news, rules, tree), Situation(after, clocks, 1, now, now))


def settled(before: Facts | None, after: Facts, rules: Rules, tree: Tree) -> Facts:
    """The facts with the holder and the level of their present clock (workflow.md §2, Levels).

    A new state clock starts at the floor, or at the holder's own level where that is higher;
    a question and its answer leave the level of the clock that waits.
    """
    state = rules.definition.states[after.state]
    if after.limits and not after.promised:
        after = replace(after, promised=True)
    if state.final:
        return replace(after, holder_id=None)
    moved = before is None or (before.state, before.handler_id) != (after.state, after.handler_id)
    if not moved and before is not None and (before.about, lead_of(before)) == (after.about, lead_of(after)):
        return after
    holder = holder_of(rules.holder_rule(after), after, tree)
    after = replace(after, holder_id=holder)
    return _levelled(before, after, rules, tree) if moved else after


def _levelled(before: Facts | None, after: Facts, rules: Rules, tree: Tree) -> Facts:
    states = rules.definition.states
    own = tree.level_of(after.holder_id) if after.holder_id is not None else Level.OWNER
    level = max(after.floor, own)
    if before is not None and (_is_answer(states, before.state, after.state) or _asks(states, before, after)):
        level = max(level, before.level)
    return replace(after, level=int(level), peak_level=max(after.peak_level, int(level)))


def _is_answer(states: Mapping[str, State], before: str, after: str) -> bool:
    return bool(states[before].pauses) and not states[before].until and after in {states[before].pauses, before}


def _asks(states: Mapping[str, State], before: Facts, after: Facts) -> bool:
    return states[after.state].pauses == before.state and not states[after.state].until


def _counted(facts: Facts, way: Way) -> Facts:
    if way.counts is None:
        return facts
    return replace(facts, counters={**facts.counters, way.counts: facts.count(way.counts) + 1})


def order_of(
    action: str, signature: Signature, inputs: Inputs, tree: Tree
) -> tuple[datetime | None, int, int | None] | None:
    """A supervision order as the clocks need it: due moment or None, the orderer's level and unit."""
    if action != "supervise" or signature.unit_id is None:
        return None
    return inputs.get("until"), int(tree.level_of(signature.unit_id)), signature.unit_id


def remembered(inputs: Inputs) -> dict[str, Any]:
    """What the event keeps of the inputs, as JSON values; the note has its own place."""
    kept = {name: value for name, value in inputs.items() if name not in {"note", "public"} and value is not None}
    return {name: _plain(value) for name, value in kept.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value
