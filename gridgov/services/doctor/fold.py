"""I2: the row is the fold of its events, which are numbered without a gap and go only where the definition leads."""

from collections.abc import Iterator, Mapping

from gridgov.domain.case import as_plain
from gridgov.domain.workflow import Definition, Way
from gridgov.services.doctor.case_file import IMPORT_ACTOR, CaseFile, Moment
from gridgov.services.doctor.problem import Finding, wrong

IMPORT_ACTIONS = frozenset({"report", "due", "close", "import"})


def events_are_numbered(file: CaseFile, moments: list[Moment]) -> Iterator[Finding]:
    """Sequence 1..n, and the row knows the last number."""
    numbers = [moment.event.seq for moment in moments]
    if numbers != list(range(1, len(numbers) + 1)):
        yield wrong("The events are not numbered 1..n.", "事件编号不连续。")
    if file.row.version != len(numbers):
        yield wrong(
            f"The row says version {file.row.version}, the events {len(numbers)}.",
            f"案件版本为{file.row.version}，事件为{len(numbers)}条。",
        )


def row_is_the_fold(file: CaseFile, moments: list[Moment]) -> Iterator[Finding]:
    """The kept facts, counters and floors included, are what the events add up to."""
    # What the house has learned to remember since is not in old rows: there it never happened.
    folded, kept = as_plain(moments[-1].after), {"calls": [], **file.row.facts}
    different = [name for name, value in folded.items() if name not in kept or kept[name] != value]
    different += [name for name in kept if name not in folded]
    if different:
        names = ", ".join(different)
        yield wrong(f"The row is not the fold of its events: {names}.", f"案件与事件推算结果不一致：{names}。")


def transitions_are_legal(file: CaseFile, moments: list[Moment]) -> Iterator[Finding]:
    """Each event begins where the one before ended and takes a way of the pinned definition."""
    definition = file.rules.definition
    for moment in moments:
        event, state = moment.event, moment.before.state if moment.before else None
        if event.origin != state or event.target != moment.after.state:
            yield wrong(
                f"Event {event.seq} does not lead from {state} to {moment.after.state}.",
                f"事件{event.seq}的起止状态与案件不符。",
            )
        elif not _legal(moment, definition, file.imported):
            yield wrong(
                f"Event {event.seq}: no way of {event.action} leads from {event.origin} to {event.target}.",
                f"事件{event.seq}：流程不允许从“{event.origin}”经“{event.action}”到“{event.target}”。",
            )


def _legal(moment: Moment, definition: Definition, imported: bool) -> bool:
    event, before = moment.event, moment.before
    if event.signature.kind == IMPORT_ACTOR:
        return imported and event.action in IMPORT_ACTIONS
    if before is None:
        return event.action == definition.start and event.target == definition.initial
    action = definition.actions.get(event.action)
    if action is None:
        return False
    ways = [way for way in action.ways_from(before.state) if way.target_from(before.state) == event.target]
    return any(_signed(way, event.signature.kind) and _counted(way, moment, definition) for way in ways)


def _signed(way: Way, kind: str) -> bool:
    """The way is open to that kind of actor."""
    if kind == "person":
        return bool(set(way.by) - {"system", "reporter"})
    return kind in way.by or (kind == "reporter" and "anyone" in way.by)


def _counted(way: Way, moment: Moment, definition: Definition) -> bool:
    """The counters are what this way makes of them."""
    before = dict(moment.before.counters) if moment.before else {}
    if way.counts is not None:
        before[way.counts] = before.get(way.counts, 0) + 1
    if "new_round" in way.effects:
        before = {name: used for name, used in before.items() if definition.counters[name].per != "round"}
    return _used(before) == _used(moment.after.counters)


def _used(counters: Mapping[str, int]) -> dict[str, int]:
    return {name: used for name, used in counters.items() if used}


def floors_never_fall(file: CaseFile, moments: list[Moment]) -> Iterator[Finding]:
    """A floor only rises, and no level lies below it."""
    for moment in moments:
        floor = moment.before.floor if moment.before else 0
        if moment.after.floor < floor or moment.after.level < moment.after.floor:
            yield wrong(f"Event {moment.event.seq} lets the floor fall.", f"事件{moment.event.seq}使督导下限降低。")
