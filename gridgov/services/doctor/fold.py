"""I2: the row is the fold of its events, which are numbered without a gap and go only where the definition leads."""

from collections.abc import Iterator, Mapping

from gridgov.domain.bookkeeping import MAY_CHANGE, MIGRATE
from gridgov.domain.case import Facts, as_plain
from gridgov.domain.workflow import Definition, Way
from gridgov.services.doctor.case_file import IMPORT_ACTOR, CaseFile, Moment, version_named
from gridgov.services.doctor.problem import Finding, wrong

KEEPERS = frozenset({"person", "system"})
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
    folded, kept = as_plain(moments[-1].after), file.row.facts
    # A field that the city learnt of after the case was reported is in neither.
    young = {name for name in folded if name not in kept and name not in moments[0].event.changes}
    same = {**{name: value for name, value in folded.items() if name in young}, **kept}
    different = [name for name, value in folded.items() if name not in same or same[name] != value]
    different += [name for name in kept if name not in folded]
    if different:
        names = ", ".join(different)
        yield wrong(f"The row is not the fold of its events: {names}.", f"案件与事件推算结果不一致：{names}。")


def transitions_are_legal(file: CaseFile, moments: list[Moment]) -> Iterator[Finding]:
    """Each event begins where the one before ended and takes a way of the pinned definition."""
    for moment in moments:
        event, state = moment.event, moment.before.state if moment.before else None
        if event.origin != state or event.target != moment.after.state:
            yield wrong(
                f"Event {event.seq} does not lead from {state} to {moment.after.state}.",
                f"事件{event.seq}的起止状态与案件不符。",
            )
        elif not _legal(moment, moments, file.imported):
            yield wrong(
                f"Event {event.seq}: no way of {event.action} leads from {event.origin} to {event.target}.",
                f"事件{event.seq}：流程不允许从“{event.origin}”经“{event.action}”到“{event.target}”。",
            )


def versions_follow_each_other(file: CaseFile, moments: list[Moment]) -> Iterator[Finding]:
    """Each migration starts from the version that the case had, and the row is pinned to the last."""
    at = None
    for event in (moment.event for moment in moments if moment.event.action == MIGRATE):
        if at is not None and version_named(event, "from") != at:
            yield wrong(
                f"Event {event.seq} does not start from the version of the case.",
                f"事件{event.seq}的起始流程版本与案件不符。",
            )
        at = version_named(event, "to")
    pinned = (file.row.definition_name, file.row.definition_version)
    if at is not None and at != pinned:
        yield wrong(
            f"The row is pinned to {pinned[0]} {pinned[1]}, its events to {at[0]} {at[1]}.",
            f"案件流程版本为 {pinned[0]} {pinned[1]}，事件所示为 {at[0]} {at[1]}。",
        )


def _legal(moment: Moment, moments: list[Moment], imported: bool) -> bool:
    event, before, definition = moment.event, moment.before, moment.rules.definition
    if event.signature.kind == IMPORT_ACTOR:
        return imported and event.action in IMPORT_ACTIONS
    if before is None:
        return event.action == definition.start and event.target == definition.initial
    if event.action in MAY_CHANGE:
        return _kept_books(moment, before, moments)
    action = definition.actions.get(event.action)
    if action is None:
        return False
    ways = [way for way in action.ways_from(before.state) if way.target_from(before.state) == event.target]
    return any(_signed(way, event.signature.kind) and _counted(way, moment, definition) for way in ways)


def _kept_books(moment: Moment, before: Facts, moments: list[Moment]) -> bool:
    """Bookkeeping changes no more than it may: a migration leads from where cases wait to where they wait."""
    event, after = moment.event, moment.after
    if not event.changes.keys() <= MAY_CHANGE[event.action] or event.signature.kind not in KEEPERS:
        return False
    if event.action != MIGRATE:
        return event.origin == event.target
    counters = moment.rules.definition.counters
    bounded = {name: min(used, counters[name].most) for name, used in before.counters.items() if name in counters}
    old = moments[moments.index(moment) - 1].rules.definition
    waits = before.state in old.waiting and after.state in moment.rules.definition.waiting
    return waits and _used(bounded) == _used(after.counters)


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
