"""A running case goes on by another version of its workflow: its state mapped, its past and its frozen limits kept.

What was decided stays decided; only where the case stands, who holds it and which clocks run is asked of the new rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from gridgov.domain.actors import Signature
from gridgov.domain.bookkeeping import MIGRATE, entry, held_by
from gridgov.domain.case import Facts
from gridgov.domain.clock import Clock, ClockKind, ClockState, arm, pause
from gridgov.domain.clock_change import Change
from gridgov.domain.clock_rules import changed_clocks
from gridgov.domain.errors import GridgovError, Text
from gridgov.domain.holders import holder_of
from gridgov.domain.limits import span_of
from gridgov.domain.org import Tree
from gridgov.domain.rules import Rules
from gridgov.domain.steps import Situation, Step, settled
from gridgov.domain.workflow import Definition


class Unmovable(GridgovError):
    """A case that the plan cannot move: nobody would hold it, or the state is not for it."""

    code = "unmovable"


@dataclass(frozen=True)
class Plan:
    """From which rules to which, and where each state leads; a state that is not named keeps its name."""

    old: Rules
    new: Rules
    mapping: Mapping[str, str]

    def target(self, state: str) -> str:
        """The state that a case standing in `state` goes on in."""
        return self.mapping.get(state, state)

    def missing(self) -> frozenset[str]:
        """The waiting states that the plan has to name and does not: those that are gone or mean something else."""
        old = self.old.definition
        return frozenset(state for state in old.waiting if state not in self.mapping and self._differs(state))

    def faults(self) -> Mapping[str, Text]:
        """What is wrong in the mapping, by the state that it maps."""
        old, new = self.old.definition, self.new.definition
        found = {}
        for state, target in self.mapping.items():
            if state not in old.waiting:
                found[state] = Text(f"No case waits in {state}.", f"没有案件会停留在“{state}”。")
            elif target not in new.states:
                found[state] = Text(f"The new version has no state {target}.", f"新版本没有状态“{target}”。")
            elif new.states[target].final:
                found[state] = Text(
                    f"A migration closes no case: {target} is an end.", f"迁移不能结案：“{target}”为终结状态。"
                )
        return found

    def _differs(self, state: str) -> bool:
        old, new = self.old.definition, self.new.definition
        if state not in new.waiting:
            return True
        before, after = old.states[state], new.states[state]
        # Another wording is no other state.
        if before != replace(after, title=before.title):
            return True
        return old.holders[before.holder or ""] != new.holders[after.holder or ""]


def migrated(plan: Plan, tree: Tree, situation: Situation, signature: Signature, now: datetime) -> Step:
    """The step that moves the case. Limits stay frozen; clocks go on where the state keeps its name.

    Else the new state's clock begins now. Counters that the new version bounds lower count as used up.
    Raises Unmovable when nobody would hold the case, or the state has no limit for its priority.
    """
    before, now = situation.facts, max(now, situation.last_at)
    after = _placed(plan, tree, before)
    clocks = _clocks(plan, situation, after, now)
    old, new = plan.old.definition, plan.new.definition
    data = {"name": new.name, "from": old.version, "to": new.version}
    return entry(plan.new, tree, situation, after, clocks, MIGRATE, signature, data, now)


def _placed(plan: Plan, tree: Tree, before: Facts) -> Facts:
    definition = plan.new.definition
    target = plan.target(before.state)
    state = definition.states[target]
    if before.priority not in (state.priorities or definition.priorities):
        raise Unmovable(f"{target} is not for {before.priority}.", f"“{state.title.zh}”不适用于 {before.priority}。")
    if definition.limit(state.limit or "", before.priority) is None:
        raise Unmovable(
            f"{target} has no limit for {before.priority}.", f"“{state.title.zh}”没有 {before.priority} 的时限。"
        )
    after = replace(before, state=target, counters=_bounded(before, definition))
    try:
        return _held(plan, tree, before, after)
    except GridgovError as error:
        raise Unmovable(str(error.sentence), error.sentence.zh) from None


def _held(plan: Plan, tree: Tree, before: Facts, after: Facts) -> Facts:
    """Holder and level as at an entry; where the clock goes on, the holder changes only with its rule."""
    if not goes_on(plan, before.state):
        return settled(None, after, plan.new, tree)
    rule = plan.new.holder_rule(after)
    if rule == plan.old.holder_rule(before):
        return after
    holder = holder_of(rule, after, tree)
    # Else the next escalation would tell nobody but the silent holder.
    level = max(after.level, int(tree.level_of(holder)) if holder is not None else 0)
    return replace(after, holder_id=holder, level=level, peak_level=max(after.peak_level, level))


def _bounded(facts: Facts, definition: Definition) -> dict[str, int]:
    known = definition.counters
    return {name: min(used, known[name].most) for name, used in facts.counters.items() if name in known}


def goes_on(plan: Plan, state: str) -> bool:
    """True where the present clock goes on: the state keeps its name, and what it sets aside."""
    target = plan.target(state)
    return target == state and plan.old.definition.states[state].pauses == plan.new.definition.states[state].pauses


def _clocks(plan: Plan, situation: Situation, after: Facts, now: datetime) -> tuple[Clock, ...]:
    """Every clock of the case after the move; a kind that the new version does not run there ends."""
    if goes_on(plan, situation.facts.state):
        return tuple(_kept(clock, plan, after) for clock in situation.clocks)
    seq = situation.seq + 1
    known = [clock for clock in situation.clocks if clock.kind in plan.new.definition.clocks]
    gone = [_ended(clock) for clock in situation.clocks if clock.kind not in plan.new.definition.clocks]
    fresh = changed_clocks(known, Change(plan.new, None, after, MIGRATE, seq, now))
    return (*gone, *fresh, *_set_aside(plan, after, seq, now))


def _kept(clock: Clock, plan: Plan, after: Facts) -> Clock:
    rule = plan.new.definition.clocks.get(clock.kind)
    if clock.running and (rule is None or after.state not in rule.within):
        return _ended(clock)
    held = clock.kind is ClockKind.STATE and clock.state is ClockState.PENDING
    return held_by(clock, after.holder_id) if held else clock


def _ended(clock: Clock) -> Clock:
    return replace(clock, state=ClockState.OBSOLETE, next_at=None, paused_at=None) if clock.running else clock


def _set_aside(plan: Plan, after: Facts, seq: int, now: datetime) -> tuple[Clock, ...]:
    """A state that pauses another needs that one's clock to go back to: whole, as if it had been asked at once."""
    paused = plan.new.definition.states[after.state].pauses
    if paused is None:
        return ()
    span = span_of(plan.new.definition.states[paused].limit or "", after, plan.new)
    fresh = arm(
        ClockKind.STATE, f"{ClockKind.STATE.value}:{seq}:{paused}", after.holder_id, span, now, plan.new.calendar
    )
    return (pause(fresh, now),)
