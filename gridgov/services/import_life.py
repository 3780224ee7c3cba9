"""The life of an imported case as steps: report, due and close at their own times, by nobody's hand (workflow.md §8).

Nobody is charged, told or waited for; only a case taken over alive gets a holder and clocks, from now on.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from gridgov.domain.actors import Actor, Signature
from gridgov.domain.case import Facts, as_plain, changed
from gridgov.domain.clock_change import Change
from gridgov.domain.clock_rules import changed_clocks
from gridgov.domain.durations import CountedIn
from gridgov.domain.mapping import ImportedCase
from gridgov.domain.org import Tree
from gridgov.domain.rules import Rules
from gridgov.domain.steps import Event, Situation, Step, settled
from gridgov.domain.working_time import elapsed
from gridgov.services.intake import Report, facts_of
from gridgov.services.places import Place

IMPORT = Signature("import")
DUE, CLOSE, TAKE_OVER = "due", "close", "import"
CLOSED, UNKNOWN = "imported", "unknown_at_import"

Turn = Callable[[Facts], Facts]


@dataclass(frozen=True)
class Ground:
    """Where an import's cases go, by which rules, and whether those without an end live on."""

    rules: Rules
    tree: Tree
    place: Place
    live: bool
    _reported: dict[str, tuple[Facts, Mapping[str, Any]]] = field(default_factory=dict, repr=False)

    def reported(self, category: str) -> tuple[Facts, Mapping[str, Any]]:
        """The facts of a case of that category as its source reported it, also as JSON: nobody holds it yet."""
        if category not in self._reported:
            report = Report(place=self.place, description="", category=category)
            facts = facts_of(self.rules, self.tree, Actor(None), report)
            self._reported[category] = facts, as_plain(facts)
        return self._reported[category]


@dataclass(frozen=True, slots=True)
class _Moment:
    at: datetime
    action: str
    turn: Turn = lambda facts: facts
    note: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


def life_of(case: ImportedCase, reply: str, ground: Ground, now: datetime) -> tuple[Step, ...]:
    """The steps of the case in the order of their times; `reply` is the note of the last thing that the source did.

    A promise for a time before the report stands at the report; one that lies ahead of `now` is no event yet.
    """
    steps: list[Step] = []
    for moment in _moments(case, reply, ground, now):
        steps.append(_next(steps[-1].situation, moment, ground) if steps else _first(case, moment, ground))
    return tuple(steps)


def _moments(case: ImportedCase, reply: str, ground: Ground, now: datetime) -> Iterator[_Moment]:
    yield _Moment(case.reported_at, ground.rules.definition.start, data=_origin(case))
    later = []
    if case.closed_at is not None:
        later.append(_Moment(case.closed_at, CLOSE, _closing(CLOSED, ground), reply or None))
    if case.due_at is not None and case.due_at <= now:
        later.append(_Moment(max(case.due_at, case.reported_at), DUE, data={"promised_at": case.due_at.isoformat()}))
    yield from sorted(later, key=lambda moment: moment.at)
    if case.closed_at is None:
        yield _ending(reply or None, ground, now)


def _ending(reply: str | None, ground: Ground, now: datetime) -> _Moment:
    """What the import itself does to a case whose source names no end."""
    if not ground.live:
        return _Moment(now, CLOSE, _closing(UNKNOWN, ground), reply)
    return _Moment(now, TAKE_OVER, lambda facts: settled(None, facts, ground.rules, ground.tree), reply)


def _closing(outcome: str, ground: Ground) -> Turn:
    closed = ground.rules.definition.actions[CLOSE].ways[0].target
    return lambda facts: replace(facts, state=closed, outcome=outcome)


def _origin(case: ImportedCase) -> dict[str, Any]:
    origin: dict[str, Any] = {"source": case.external_source, "number": case.external_number, "row": case.row_number}
    if case.due_at is not None:
        origin["promised_at"] = case.due_at.isoformat()
    if case.notes:
        origin["remarks"] = [str(note) for note in case.notes]
    return origin


def _first(case: ImportedCase, moment: _Moment, ground: Ground) -> Step:
    facts, changes = ground.reported(case.category)
    event = Event(1, moment.at, moment.action, None, facts.state, IMPORT, None, moment.data, changes, 0.0, 0.0, None)
    return Step(event, (), Situation(facts, (), 1, moment.at, moment.at))


def _next(situation: Situation, moment: _Moment, ground: Ground) -> Step:
    before, seq = situation.facts, situation.seq + 1
    after = moment.turn(before)
    event = Event(
        seq=seq,
        at=moment.at,
        action=moment.action,
        origin=before.state,
        target=after.state,
        signature=IMPORT,
        note=moment.note,
        data=moment.data,
        changes=changed(before, after) if after is not before else {},
        wall_s=(moment.at - situation.last_at).total_seconds(),
        working_s=elapsed(CountedIn.WORK_HOUR, situation.last_at, moment.at, ground.rules.calendar),
        charged_id=None,
    )
    taken_over = moment.action == TAKE_OVER
    since = moment.at if taken_over or before.state != after.state else situation.since
    clocks = _fresh_clocks(after, seq, moment.at, ground) if taken_over else situation.clocks
    return Step(event, (), Situation(after, clocks, seq, moment.at, since))


def _fresh_clocks(facts: Facts, seq: int, now: datetime, ground: Ground) -> tuple[Any, ...]:
    """The clocks of a report made now: the state's, and a promise counted from now."""
    return changed_clocks((), Change(ground.rules, None, facts, ground.rules.definition.start, seq, now))
