"""What the calls of a case say about it: who leads, who helps, how long they have. Questions only; nothing changes."""

from dataclasses import dataclass

from gridgov.domain.calls import AT_WORK, Call
from gridgov.domain.case import Facts
from gridgov.domain.clock import ClockKind
from gridgov.domain.durations import Span
from gridgov.domain.workflow import Definition, WhistleKind

ARRIVE = "arrive"
"""The limit of a state that waits for a lead: its kind of whistle says how long."""


def lead_call(facts: Facts) -> Call | None:
    """The call of the lead that has still to come, None when nobody is waited for."""
    return next((call for call in facts.calls if call.lead and call.awaited), None)


def lead_of(facts: Facts) -> int | None:
    """The unit that has to come and take the lead."""
    call = lead_call(facts)
    return call.unit_id if call is not None else None


def worker_of(facts: Facts) -> int | None:
    """The unit that the resident hears from: the lead from its call on, else the handler."""
    return lead_of(facts) or facts.handler_id


def helpers_of(facts: Facts) -> frozenset[int]:
    """The units that took part in this round's work by a call: nobody of theirs decides about it."""
    return frozenset(call.unit_id for call in facts.calls if call.round == facts.round and call.state in AT_WORK)


def open_helpers(facts: Facts) -> tuple[Call, ...]:
    """The calls that still stand beside the handler's own."""
    return tuple(call for call in facts.calls if call.open and not (call.lead and call.unit_id == facts.handler_id))


def present_whistle(facts: Facts) -> tuple[Call, ...]:
    """The calls of the last whistle."""
    last = max((call.whistle for call in facts.calls), default=0)
    return tuple(call for call in facts.calls if call.whistle == last)


def kind_at(definition: Definition, kind: str, priority: str) -> WhistleKind:
    """The kind whose limits hold at a priority: one that does not admit it gives way to the first that does.

    So a case that is raised to P1 while an ordinary whistle stands gets the urgent times, from the same start.
    """
    own = definition.whistles[kind]
    if priority in own.priorities:
        return own
    return next((each for each in definition.whistles.values() if priority in each.priorities), own)


def arrive_spans(definition: Definition, priority: str) -> tuple[Span, ...]:
    """Every time that a lead may have at that priority."""
    return tuple(kind.arrive for kind in definition.whistles.values() if priority in kind.priorities)


def arrive_span(facts: Facts, definition: Definition) -> Span:
    """How long the lead has to come."""
    call = lead_call(facts) or facts.calls[-1]
    return kind_at(definition, call.kind, facts.priority).arrive


def progress_span(facts: Facts, definition: Definition) -> Span | None:
    """How often the lead of this work says publicly how it goes; None where its kind does not ask for that."""
    if definition.states[facts.state].holder != "handler":
        return None
    leads = (call for call in facts.calls if call.lead and call.unit_id == facts.handler_id and call.state in AT_WORK)
    call = next(leads, None)
    return kind_at(definition, call.kind, facts.priority).progress if call is not None else None


@dataclass(frozen=True, slots=True)
class CallClock:
    """A clock that a call needs: whose it is, how long it runs, and who blew."""

    key: str
    unit_id: int
    blown_by: int
    span: Span


def call_clocks(kind: ClockKind, before: Facts | None, after: Facts, definition: Definition) -> tuple[CallClock, ...]:
    """The clocks of that kind for the calls that an event has made and that have still to come."""
    known = {call.number for call in before.calls} if before is not None else set()
    return tuple(
        CallClock(key_of(kind, call), call.unit_id, call.blown_by, call_span(kind, call, after, definition))
        for call in after.calls
        if call.number not in known and call.awaited
    )


def key_of(kind: ClockKind, call: Call) -> str:
    """The key of a call's clock within its case."""
    return f"{kind.value}:{call.number}"


def call_span(kind: ClockKind, call: Call, facts: Facts, definition: Definition) -> Span:
    """How long the unit has to answer, or to be there."""
    chosen = kind_at(definition, call.kind, facts.priority)
    return chosen.answer if kind is ClockKind.ANSWER else chosen.arrive


def call_of(key: str, facts: Facts) -> Call:
    """The call that a clock's key names."""
    return facts.calls[int(key.partition(":")[2]) - 1]
