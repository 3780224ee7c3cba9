"""Two cases that are one: the younger is merged into the older, its master, and may be taken out once (workflow.md §3).

Both cases come as values, and each gets an event of its own. Who finds and locks them: services.merging.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gridgov.domain.actors import Actor, Signature
from gridgov.domain.case import Facts
from gridgov.domain.clock import Clock, ClockKind, Stage
from gridgov.domain.deed import Deed, raise_floor
from gridgov.domain.durations import Span
from gridgov.domain.effects import EFFECTS
from gridgov.domain.errors import Conflict, Forbidden, Invalid, Text, TransitionNotAllowed
from gridgov.domain.holders import candidates
from gridgov.domain.inputs import Inputs, require_inputs
from gridgov.domain.org import ACTING_ROLE, Tree
from gridgov.domain.permissions import Permit, permit
from gridgov.domain.rules import Rules
from gridgov.domain.steps import Situation, Step, record, settled, step
from gridgov.domain.working_time import elapsed

MERGE, UNMERGE, ABSORB, RELEASE = "merge", "unmerge", "absorb", "release"
SYSTEM = Signature("system")


@dataclass(frozen=True, slots=True)
class Party:
    """One of the cases: how it is told from the other, and its present. `reported_at` is aware UTC."""

    case_id: int
    number: str
    reported_at: datetime
    rules: Rules
    situation: Situation

    @property
    def facts(self) -> Facts:
        """Its present facts."""
        return self.situation.facts


@dataclass(frozen=True, slots=True)
class Merger:
    """Which case follows which from now on, and the step of each."""

    master: Party
    merged: Party
    absorbed: Step
    ended: Step


def merge(tree: Tree, asked: Party, other: Party, actor: Actor, inputs: Inputs, now: datetime) -> Merger:
    """The steps that make one of two open cases: the older is the master, whichever way round they were named.

    The actor has to be owner or supervisor of both; of two compounds, supervisor of both in one post. Raises
    Forbidden, TransitionNotAllowed, Conflict or Invalid, and then nothing has changed.
    """
    _require_two(asked, other)
    now = max(now, asked.situation.last_at, other.situation.last_at)
    master, merged = sorted((asked, other), key=lambda party: (party.reported_at, party.case_id))
    permits = {party.case_id: _permit(party, actor, tree, now) for party in (asked, other)}
    action = merged.rules.definition.action(MERGE)
    require_inputs(action, inputs, merged.rules, tree, now)
    allowed = permits[merged.case_id]
    if master.facts.compound_id != merged.facts.compound_id:
        allowed = replace(allowed, signature=_above_both(master, merged, actor, tree))
    absorbed = absorb(tree, master, merged, now)
    given = {**inputs, "into": master.number, "promise_left": _promise_left(merged, now)}
    ended = step(merged.rules, tree, merged.situation, action, allowed, given, now)
    return Merger(master, merged, absorbed, ended)


def unmerge(
    tree: Tree, merged: Party, masters: Sequence[Party], actor: Actor, inputs: Inputs, now: datetime
) -> tuple[Step, tuple[Step, ...]]:
    """The step that sets a merged case free, and one for each case that counted its reporters: its master, and up.

    Raises Forbidden, TransitionNotAllowed, BoundReached or Invalid, and then nothing has changed.
    """
    now = max(now, *(party.situation.last_at for party in (merged, *masters)))
    action = merged.rules.definition.action(UNMERGE)
    allowed = permit(merged.rules, action, merged.facts, actor, tree, now, merged.situation.since)
    require_inputs(action, inputs, merged.rules, tree, now)
    given = {**inputs, "out_of": merged.facts.merged_into}
    freed = step(merged.rules, tree, merged.situation, action, allowed, given, now)
    return freed, tuple(release(tree, master, merged, now) for master in masters)


def absorb(tree: Tree, master: Party, merged: Party, now: datetime) -> Step:
    """What the master takes over: the higher priority, the earlier promise, the higher floor, every reporter.

    Whom the merged case is about is from now on kept from deciding about the master, too.
    """
    before, taken = master.facts, merged.facts
    after = raise_floor(_raised(master, taken.priority, tree, now), taken.floor)
    about = tuple(sorted({*before.about, *taken.about}))
    after = replace(after, about=about, promised=before.promised or taken.promised)
    after = settled(before, _with_reporters(after, taken), master.rules, tree)
    promise = _promise(merged)
    given = {"merged": merged.number, "priority": after.priority, "promised_at": promise.due_at if promise else None}
    action = master.rules.definition.action(ABSORB)
    done = record(master.rules, tree, master.situation, action, after, SYSTEM, given, now)
    return _promised_by(done, promise.due_at, now) if promise else done


def release(tree: Tree, master: Party, merged: Party, now: datetime) -> Step:
    """The master without the reporters of a case that is taken out of it, whatever has become of it since."""
    before, gone = master.facts, merged.facts
    ids = Counter(before.co_reporter_ids) - Counter(_ids(gone))
    left = max(0, before.co_reporters - 1 - gone.co_reporters)
    after = replace(before, co_reporters=left, co_reporter_ids=tuple(sorted(ids.elements())))
    action = master.rules.definition.action(RELEASE)
    return record(master.rules, tree, master.situation, action, after, SYSTEM, {"merged": merged.number}, now)


def _require_two(asked: Party, other: Party) -> None:
    if asked.case_id == other.case_id and asked.number == other.number:
        raise Invalid({"into": [Text("A case is not merged into itself.", "案件不能并入自身。")]})
    if asked.rules.definition.name != other.rules.definition.name:
        raise Invalid({"into": [Text("These cases follow different workflows.", "两个案件的流程不同。")]})


def _permit(party: Party, actor: Actor, tree: Tree, now: datetime) -> Permit:
    """What `permit` says; a state that does not admit it is named with the number of its case."""
    definition = party.rules.definition
    try:
        return permit(party.rules, definition.action(MERGE), party.facts, actor, tree, now, party.situation.since)
    except TransitionNotAllowed:
        state = definition.states[party.facts.state].title
        raise TransitionNotAllowed(
            f"Case {party.number} cannot be merged in the state “{state}”.",
            f"案件 {party.number} 当前为“{state.zh}”，不能并案。",
            number=party.number,
        ) from None


def _above_both(one: Party, other: Party, actor: Actor, tree: Tree) -> Signature:
    """The post by which the actor supervises both cases."""
    units = {*candidates("supervisor", one.facts, tree)} & {*candidates("supervisor", other.facts, tree)}
    for post in actor.posts:
        if post.unit_id in units and ACTING_ROLE.get(tree.units[post.unit_id].kind) is post.role:
            return Signature("person", actor.person_id, post.role.value, post.unit_id)
    raise Forbidden(
        "The cases lie in different compounds: a supervisor of both merges them.",
        "两个案件不在同一小区，须由共同的上级并案。",
    )


def _raised(master: Party, wanted: str, tree: Tree, now: datetime) -> Facts:
    facts, definition = master.facts, master.rules.definition
    if wanted >= facts.priority:
        return facts
    waits = definition.states[facts.state].priorities
    if waits and wanted not in waits:
        raise Conflict(
            f"Case {master.number} waits for its reporter: supply the information first.",
            f"案件 {master.number} 正等待补充信息，请先补充。",
        )
    return EFFECTS["reprioritise"](facts, Deed(master.rules, tree, {"priority": wanted}, SYSTEM, now))


def _with_reporters(facts: Facts, taken: Facts) -> Facts:
    ids = tuple(sorted((*facts.co_reporter_ids, *_ids(taken))))
    return replace(facts, co_reporters=facts.co_reporters + 1 + taken.co_reporters, co_reporter_ids=ids)


def _ids(facts: Facts) -> tuple[int, ...]:
    own = () if facts.reporter_id is None else (facts.reporter_id,)
    return (*own, *facts.co_reporter_ids)


def _promise(party: Party) -> Clock | None:
    clocks = party.situation.clocks
    return next((clock for clock in clocks if clock.kind is ClockKind.PROMISE and clock.running), None)


def _promise_left(party: Party, now: datetime) -> str | None:
    """What is left of the promise at `now` in whole seconds of its own count, as a span's text; nothing once passed."""
    clock = _promise(party)
    if clock is None:
        return None
    left = elapsed(clock.limit.counted_in, now, clock.due_at, party.rules.calendar)
    return str(Span.of_seconds(max(0, int(left)), clock.limit.counted_in))


def _promised_by(done: Step, due: datetime, now: datetime) -> Step:
    """The step with the promise moved to `due` where that is earlier; one that has passed fires at the next sweep."""
    clocks = tuple(_sooner(clock, due, now) for clock in done.situation.clocks)
    return replace(done, situation=replace(done.situation, clocks=clocks))


def _sooner(clock: Clock, due: datetime, now: datetime) -> Clock:
    if clock.kind is not ClockKind.PROMISE or not clock.running or clock.due_at <= due:
        return clock
    fired = clock.stage >= Stage.LIMIT
    return replace(clock, due_at=due, next_at=clock.next_at if fired else max(due, now))
