"""How long something may take for a case: frozen limits first, then the catalogue, then the priority's row."""

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction

from gridgov.domain.case import Facts
from gridgov.domain.catalogue import LimitKind, limit_for
from gridgov.domain.durations import Span, longer, shorter
from gridgov.domain.rules import Rules
from gridgov.domain.whistles import ARRIVE, arrive_span, arrive_spans
from gridgov.domain.workflow import Definition
from gridgov.domain.working_time import add_span

REWORK, LEFTOVER = "rework", "leftover"
TWO_HOURS, FOUR_HOURS = 2 * 3600, 4 * 3600
BY_CATEGORY = frozenset(kind.value for kind in LimitKind)
FROZEN = ("acknowledge", "contact", "handle", "verify")


def span_of(name: str, facts: Facts, rules: Rules) -> Span:
    """The span of the limit `name` for the case as it stands.

    Frozen limits of the round win; `rework` is min(frozen, max(half of it, two hours of its own clock))
    of the handling limit (workflow.md §3, send_back); `leftover` is what a suspension leaves at least: four hours.
    """
    if name == LEFTOVER:
        return Span.of_seconds(FOUR_HOURS, span_of("handle", facts, rules).counted_in)
    if name == REWORK:
        return _rework(span_of("handle", facts, rules), rules)
    if name == ARRIVE:
        return arrive_span(facts, rules.definition)
    if name in facts.limits:
        return Span.parse(facts.limits[name])
    return _fresh(name, facts, rules)


def rows_of(definition: Definition, name: str) -> Mapping[str, Span]:
    """The row of the limit `name`, a span per priority; of a lead's time that of the last kind which admits it."""
    if name != ARRIVE:
        return definition.limits.get(name, {})
    spans = {priority: arrive_spans(definition, priority) for priority in definition.priorities}
    return {priority: found[-1] for priority, found in spans.items() if found}


def frozen_limits(facts: Facts, rules: Rules) -> Mapping[str, str]:
    """The limits of this round as text, from today's catalogue: later edits of it touch no running case."""
    return {name: str(_fresh(name, facts, rules)) for name in FROZEN}


def refrozen(before: Facts, after: Facts, rules: Rules, raised: bool, now: datetime) -> Mapping[str, str]:
    """The frozen limits after a change of priority or category: raising takes the shorter, lowering the longer.

    Spans of different clocks are compared by where they would end if they began now.
    """
    fresh = frozen_limits(after, rules)
    return {name: str(pick(Span.parse(old), Span.parse(fresh[name]), raised, now, rules))
            for name, old in before.limits.items()}  # fmt: skip


def pick(old: Span, new: Span, raised: bool, start: datetime, rules: Rules) -> Span:
    """The one that ends sooner when the priority was raised, else the one that ends later."""
    old_end, new_end = add_span(start, old, rules.calendar), add_span(start, new, rules.calendar)
    return (new if new_end < old_end else old) if raised else (new if new_end > old_end else old)


def promise_spans(facts: Facts, rules: Rules) -> tuple[Span, ...]:
    """What the promise adds up to after the first freeze: accept + acknowledge + handle + verify."""
    return tuple(span_of(name, facts, rules) for name in ("accept", "acknowledge", "handle", "verify"))


def promise_after_unmerge(merged: Facts, after: Facts, now: datetime, rules: Rules) -> Span:
    """What the merge left of the promise, at least one accept limit (workflow.md §3, unmerge)."""
    accept = span_of("accept", after, rules)
    return pick(Span.parse(merged.promise_left), accept, False, now, rules) if merged.promise_left else accept


def _fresh(name: str, facts: Facts, rules: Rules) -> Span:
    row = rules.definition.limits[name][facts.priority]
    if name not in BY_CATEGORY:
        return row
    return limit_for(LimitKind(name), rules.category(facts), facts.priority, row)


def _rework(frozen: Span, rules: Rules) -> Span:
    half = frozen.scaled(Fraction(1, 2))
    least = Span.of_seconds(TWO_HOURS, frozen.counted_in)
    return shorter(frozen, longer(half, least, rules.calendar), rules.calendar)
