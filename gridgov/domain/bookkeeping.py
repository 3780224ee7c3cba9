"""What happens to a case beside its workflow: a move to another version of the rules, limits worked out again.

These events are nobody's action, so no definition declares them; they keep their own bounds, which doctor holds.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from gridgov.domain.actors import Signature
from gridgov.domain.case import Facts, changed
from gridgov.domain.clock import Clock
from gridgov.domain.durations import CountedIn
from gridgov.domain.errors import Text
from gridgov.domain.notices import Notice
from gridgov.domain.org import Tree
from gridgov.domain.rules import Rules
from gridgov.domain.steps import Event, Situation, Step
from gridgov.domain.working_time import elapsed

MIGRATE, RECALCULATE = "migrate", "recalculate"

TITLES: Mapping[str, Text] = {
    MIGRATE: Text("Moved to another version of the workflow", "迁移到新流程版本"),
    RECALCULATE: Text("Limits worked out again", "重新计算时限"),
}
"""Each such event in words; the codes are free for no action of a definition."""

MAY_CHANGE: Mapping[str, frozenset[str]] = {
    MIGRATE: frozenset({"state", "holder_id", "level", "peak_level", "counters"}),
    RECALCULATE: frozenset({"limits"}),
}
"""Which facts each may change: never who reported, handled, judged or decided."""


def entry(
    rules: Rules,
    tree: Tree,
    before: Situation,
    after: Facts,
    clocks: tuple[Clock, ...],
    action: str,
    signature: Signature,
    data: Mapping[str, Any],
    now: datetime,
) -> Step:
    """The step of such an event: the seconds since the last go to who held the case, `since` moves with the state.

    Told is whoever has to act anew, with a ring, and a holder whose clock now ends sooner.
    """
    facts, now = before.facts, max(now, before.last_at)
    event = Event(
        seq=before.seq + 1,
        at=now,
        action=action,
        origin=facts.state,
        target=after.state,
        signature=signature,
        note=None,
        data=data,
        changes=changed(facts, after),
        wall_s=(now - before.last_at).total_seconds(),
        working_s=elapsed(CountedIn.WORK_HOUR, before.last_at, now, rules.calendar),
        charged_id=facts.holder_id,
    )
    since = now if after.state != facts.state else before.since
    situation = Situation(after, clocks, event.seq, now, since)
    return Step(event, _told(before, situation, signature, tree), situation)


def _told(before: Situation, after: Situation, signature: Signature, tree: Tree) -> tuple[Notice, ...]:
    holder = after.facts.holder_id
    fresh = (holder, after.facts.state) != (before.facts.holder_id, before.facts.state)
    if holder is None or not (fresh or _sooner(before.clocks, after.clocks)):
        return ()
    people = (person for person in tree.acting.get(holder, ()) if person != signature.person_id)
    return tuple(Notice(person, "holder", fresh) for person in people)


def _sooner(before: tuple[Clock, ...], after: tuple[Clock, ...]) -> bool:
    due = {clock.key: clock.due_at for clock in before}
    return any(clock.running and clock.due_at < due.get(clock.key, clock.due_at) for clock in after)


def held_by(clock: Clock, holder_id: int | None) -> Clock:
    """The clock charged to another holder."""
    return replace(clock, holder_id=holder_id)
