"""I5: every open case waits for somebody who can act, on one state clock and one promise; a closed one on nothing."""

from collections.abc import Iterator

from gridgov.domain.clock import Clock, ClockKind, ClockState
from gridgov.domain.request_clocks import number_of
from gridgov.services.doctor.case_file import CaseFile, Moment
from gridgov.services.doctor.problem import Finding, wrong


def somebody_holds_it(file: CaseFile, moments: list[Moment]) -> Iterator[Finding]:
    """An open case has a holder with an active person; a question waits for its reporter, who has no unit."""
    state = file.rules.definition.states.get(file.row.state)
    if state is None:
        yield wrong(f"There is no state {file.row.state}.", f"没有“{file.row.state}”这个状态。")
    elif state.holder in {None, "reporter"}:
        if file.row.holder_id is not None:
            yield wrong("A unit holds it, though no unit is to act.", "无须单位办理，却记有责任方。")
    elif file.row.holder_id is None:
        yield wrong("It is open and nobody holds it.", "案件未结，却没有当前责任方。")
    elif not file.tree.acting.get(file.row.holder_id):
        name = file.tree.units[file.row.holder_id]
        yield wrong(f"Nobody in {name.name_en} can act.", f"{name.name_zh}没有在岗人员。")


def one_clock_runs(file: CaseFile, moments: list[Moment]) -> Iterator[Finding]:
    """One pending state clock, beside the one that a question set aside, and one promise."""
    running = [clock for clock in file.clocks if clock.running]
    if file.final:
        # An appeal against the overrun is asked when the case is over.
        left = [clock for clock in running if clock.kind is not ClockKind.REQUEST]
        if left:
            keys = ", ".join(clock.key for clock in left)
            yield wrong(f"It is over, and clocks still run: {keys}.", f"案件已结，仍有计时：{keys}。")
        return
    state = file.rules.definition.states.get(file.row.state)
    aside = 1 if state is not None and state.pauses is not None else 0
    yield from _exactly(running, ClockKind.STATE, ClockState.PENDING, 1)
    yield from _exactly(running, ClockKind.STATE, ClockState.PAUSED, aside)
    stands_aside = file.row.state in file.rules.definition.clocks[ClockKind.PROMISE].paused_in
    yield from _exactly(running, ClockKind.PROMISE, ClockState.PAUSED if stands_aside else ClockState.PENDING, 1)


def requests_are_answered(file: CaseFile, moments: list[Moment]) -> Iterator[Finding]:
    """Each open request has the clock of its decider, and its row says what the facts say."""
    requests = moments[-1].after.requests
    asking = {number_of(clock) for clock in file.clocks if clock.kind is ClockKind.REQUEST and clock.running}
    for request in requests:
        if request.open != (request.number in asking):
            yield wrong(f"Request {request.number} and its clock differ.", f"申请{request.number}与计时不一致。")
    rows = {row.number: (row.state, row.decider_id) for row in file.requests}
    if rows != {each.number: (each.state, each.decider_id) for each in requests}:
        yield wrong("The rows of its requests differ from its facts.", "申请记录与案件不一致。")


def _exactly(running: list[Clock], kind: ClockKind, state: ClockState, wanted: int) -> Iterator[Finding]:
    found = sum(clock.kind is kind and clock.state is state for clock in running)
    if found != wanted:
        word = state.name.lower()
        yield wrong(
            f"{found} {word} clocks of kind {kind.value} instead of {wanted}.",
            f"{kind.value}计时（{word}）应为{wanted}个，实为{found}个。",
        )
