"""What happens when a clock's stage is due: the only way in which silence changes a case."""

from dataclasses import replace
from datetime import datetime

from gridgov.domain.actors import SYSTEM, Signature
from gridgov.domain.case import Facts
from gridgov.domain.clock import Clock, ClockKind, Stage, after_stage, before_limit, next_rung, stage_reached
from gridgov.domain.clock_rules import top_level
from gridgov.domain.deed import raise_floor
from gridgov.domain.org import Level, Tree
from gridgov.domain.permissions import permit
from gridgov.domain.request_clocks import number_of
from gridgov.domain.rules import Rules
from gridgov.domain.steps import Situation, Step, follow_up, record, step
from gridgov.domain.working_time import add_span


def fire(rules: Rules, tree: Tree, situation: Situation, clock: Clock, now: datetime) -> tuple[Step, ...]:
    """The steps that the due stage of `clock` makes; none when it is not due any more (a duplicate, an old hint).

    Stages that were missed together are one event that names those it skipped.
    """
    present = next((each for each in situation.clocks if each.key == clock.key), None)
    if present is None or present.next_at is None or present.next_at > now:
        return ()
    now = max(now, situation.last_at)
    stage = stage_reached(present, now, rules.calendar)
    marked = _replaced(situation, replace(present, stage=stage))
    if present.kind is ClockKind.REQUEST:
        return _unanswered(rules, tree, marked, present, stage, now)
    if present.kind is ClockKind.STATE and stage >= Stage.LIMIT:
        return _at_limit(rules, tree, marked, present, stage, now)
    done = _reminded(rules, tree, marked, present, stage, now)
    return (_with_next(rules, done, present.key, stage, now),)


def _at_limit(
    rules: Rules, tree: Tree, situation: Situation, clock: Clock, stage: Stage, now: datetime
) -> tuple[Step, ...]:
    """The limit of a state clock: lapse, or escalate, or at the city supervise again."""
    code = rules.definition.states[situation.facts.state].at_limit or ""
    if code == "escalate" and top_level(situation.facts):
        code = "supervise"
    action = rules.definition.action(code)
    allowed = permit(rules, action, situation.facts, SYSTEM, tree, now, situation.since)
    first = step(rules, tree, situation, action, allowed, _facts_of_firing(clock, stage), now)
    if code == "lapse":
        return (first, *follow_up(rules, tree, first, now))
    return (_with_next(rules, first, clock.key, stage, now),)


def _unanswered(
    rules: Rules, tree: Tree, situation: Situation, clock: Clock, stage: Stage, now: datetime
) -> tuple[Step, ...]:
    """Nobody has answered a request: it moves up, lapses, or becomes an escalation."""
    action = rules.definition.action("unanswered")
    allowed = permit(rules, action, situation.facts, SYSTEM, tree, now, situation.since)
    given = {**_facts_of_firing(clock, stage), "request": number_of(clock)}
    first = step(rules, tree, situation, action, allowed, given, now)
    return (first, *follow_up(rules, tree, first, now))


def _reminded(rules: Rules, tree: Tree, situation: Situation, clock: Clock, stage: Stage, now: datetime) -> Step:
    rule = rules.definition.clocks[clock.kind]
    action = rules.definition.action("remind")
    after = _floor_raised(situation.facts, rule.floor, clock)
    told = told_by_clock(rules, situation.facts, clock.kind, stage)
    given = _facts_of_firing(clock, stage)
    signature = Signature("system")
    whose, whom = clock.holder_id, clock.orderer_id
    return record(
        rules, tree, situation, action, after, signature, given, now, extra=told, orderer_id=whom, silent_id=whose
    )


def told_by_clock(rules: Rules, facts: Facts, kind: ClockKind, stage: Stage) -> tuple[str, ...]:
    """The words of `tell` that a clock adds at a stage: before the limit only the holder is reminded.

    It rings where half of the rating's time is over: the caller's task is to ring the resident up.
    """
    if stage >= Stage.LIMIT:
        return rules.definition.clocks[kind].tell
    return ("holder!",) if facts.state == "awaiting_rating" else ("holder",)


def _floor_raised(facts: Facts, floor: str | None, clock: Clock) -> Facts:
    if floor == "plus_1":
        return raise_floor(facts, min(facts.floor + 1, int(Level.CITY)))
    if floor == "orderer":
        return raise_floor(facts, clock.order_level or 0)
    return facts


def _with_next(rules: Rules, done: Step, key: str, stage: Stage, now: datetime) -> Step:
    """The step with the fired clock set to its next stage, or done."""
    clock = next(each for each in done.situation.clocks if each.key == key)
    if not clock.running:
        return done
    moment = _next_moment(rules, done.situation.facts, clock, stage, now)
    return replace(done, situation=_replaced(done.situation, after_stage(clock, stage, moment)))


def _next_moment(rules: Rules, facts: Facts, clock: Clock, stage: Stage, now: datetime) -> datetime | None:
    if stage < Stage.LIMIT:
        return before_limit(replace(clock, stage=stage), rules.calendar)
    if clock.kind is ClockKind.STATE:
        return next_rung(clock.due_at, facts.level, rules.ladder(facts.priority), now, rules.calendar)
    if clock.kind is ClockKind.PROGRESS:
        return add_span(now, clock.limit, rules.calendar)
    again = rules.definition.clocks[clock.kind].again
    span = rules.definition.limit(again, facts.priority) if again else None
    return add_span(now, span, rules.calendar) if span is not None else None


def _facts_of_firing(clock: Clock, stage: Stage) -> dict[str, object]:
    skipped = [Stage(number).name.lower() for number in range(clock.stage + 1, min(stage, Stage.LIMIT))]
    fired: dict[str, object] = {"clock": clock.kind.value, "key": clock.key, "stage": stage.name.lower()}
    return {**fired, "due_at": clock.due_at, **({"skipped": skipped} if skipped else {})}


def _replaced(situation: Situation, clock: Clock) -> Situation:
    return replace(situation, clocks=tuple(clock if each.key == clock.key else each for each in situation.clocks))
