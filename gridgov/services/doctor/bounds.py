"""I9: counters stay within the bounds of the definition that the case went by at the time."""

from collections.abc import Iterator

from gridgov.domain.org import Level
from gridgov.services.doctor.case_file import CaseFile, Moment
from gridgov.services.doctor.problem import Finding, wrong

MOST_ROUNDS = 3


def counters_are_bounded(file: CaseFile, moments: list[Moment]) -> Iterator[Finding]:
    """At every moment of the case's life."""
    for moment in moments:
        for name, used in moment.after.counters.items():
            counter = moment.rules.definition.counters.get(name)
            if counter is None or used > counter.most:
                yield wrong(
                    f"Event {moment.event.seq}: {name} is {used}.",
                    f"事件{moment.event.seq}：{name} 为 {used}，超出上限。",
                )
        if moment.after.round > MOST_ROUNDS or not 0 <= moment.after.level <= Level.CITY:
            yield wrong(
                f"Event {moment.event.seq}: round {moment.after.round}, level {moment.after.level}.",
                f"事件{moment.event.seq}：第{moment.after.round}轮、层级{moment.after.level}，超出范围。",
            )
