"""I3: each stage of each clock fires at most once, and once due it fires."""

from collections import Counter
from collections.abc import Iterator

from gridgov.domain.clock import Clock, ClockState, Stage
from gridgov.services.doctor.case_file import CaseFile, Moment
from gridgov.services.doctor.problem import Finding, wrong

ONCE = frozenset(stage.name.lower() for stage in (Stage.HALF, Stage.WARN, Stage.LIMIT))


def stages_fire_once(file: CaseFile, moments: list[Moment]) -> Iterator[Finding]:
    """A stage named by two events; what lies beyond the limit repeats by rule."""
    fired = Counter(
        (str(moment.event.data.get("key")), str(stage))
        for moment in moments
        if (stage := moment.event.data.get("stage")) in ONCE
    )
    for (key, stage), times in fired.items():
        if times > 1:
            yield wrong(f"Stage {stage} of {key} fired {times} times.", f"计时{key}的“{stage}”触发了{times}次。")


def due_clocks_fire(file: CaseFile, moments: list[Moment]) -> Iterator[Finding]:
    """Clocks that are late, dead, or pending with nothing to come."""
    for clock in file.clocks:
        if (words := _trouble(clock, file)) is not None:
            yield wrong(f"The clock {clock.key} {words[0]}.", f"计时{clock.key}{words[1]}。")


def _trouble(clock: Clock, file: CaseFile) -> tuple[str, str] | None:
    if clock.state is ClockState.DEAD:
        return "is dead", "已失效"
    if clock.state is not ClockState.PENDING:
        return None
    if clock.next_at is None:
        return "is pending and will never fire", "待触发但没有下一时刻"
    if clock.next_at < file.now - file.late:
        return (
            f"was due at {clock.next_at.isoformat()} and has not fired",
            f"应于{clock.next_at.isoformat()}触发，未触发",
        )
    return None


def fired_stages_have_events(file: CaseFile, moments: list[Moment]) -> Iterator[Finding]:
    """A clock whose row says that it fired, though no event says so."""
    named = {moment.event.data.get("key") for moment in moments}
    for clock in file.clocks:
        if clock.stage > Stage.NONE and clock.key not in named:
            yield wrong(f"The clock {clock.key} fired without an event.", f"计时{clock.key}已触发，但没有事件。")
