"""What must hold after every step of a life in memory: workflow.md §6 without rows (no hashes, no sent notices)."""

from gridgov.domain.calls import AWAITED, UNANSWERED
from gridgov.domain.case import Facts, apply, from_plain
from gridgov.domain.clock import Clock, ClockKind, ClockState, Stage
from gridgov.domain.durations import CountedIn
from gridgov.domain.life import Life
from gridgov.domain.org import Level
from gridgov.domain.request_clocks import number_of
from gridgov.domain.requests import open_requests
from gridgov.domain.steps import Event
from gridgov.domain.whistles import helpers_of, lead_call
from gridgov.domain.working_time import elapsed

DECISIONS = frozenset({"confirm", "send_back", "rate", "close", "uphold", "redo", "dispute", "grant", "refuse"})
ONCE = frozenset({"half", "warn", "limit"})


def check_everything(life: Life) -> None:
    """All of them."""
    check_fold(life)
    check_seconds(life)
    check_bounds(life)
    check_clocks(life)
    check_stages(life)
    check_holder(life)
    check_own_work(life)
    check_calls(life)


def check_fold(life: Life) -> None:
    """I2: the facts are the fold of the events, and these are numbered without a gap."""
    events = [step.event for step in life.steps]
    facts = from_plain(events[0].changes)
    for number, event in enumerate(events[1:], start=2):
        assert event.seq == number
        assert event.origin == facts.state
        facts = apply(facts, event.changes)
        assert event.target == facts.state
    assert facts == life.situation.facts
    assert life.situation.seq == len(events)


def check_seconds(life: Life) -> None:
    """I6: what is charged adds up to what has passed, by the wall clock and by working time."""
    events = [step.event for step in life.steps]
    first, last = events[0].at, life.situation.last_at
    assert abs(sum(event.wall_s for event in events) - (last - first).total_seconds()) < 1
    working = elapsed(CountedIn.WORK_HOUR, first, last, life.rules.calendar)
    assert abs(sum(event.working_s for event in events) - working) < 1
    befores = [step.situation.facts.holder_id for step in life.steps]
    assert [event.charged_id for event in events[1:]] == befores[:-1]


def check_bounds(life: Life) -> None:
    """I9 and the ladder: counters, rounds, levels and floors stay within their bounds, and floors never fall."""
    facts, counters = life.situation.facts, life.rules.definition.counters
    assert all(used <= counters[name].most for name, used in facts.counters.items())
    assert 1 <= facts.round <= 3
    assert 0 <= facts.floor <= facts.level <= Level.CITY
    assert facts.level <= facts.peak_level <= Level.CITY
    floors = [step.situation.facts.floor for step in life.steps]
    assert floors == sorted(floors)


def check_clocks(life: Life) -> None:
    """I5: one state clock and one promise while the case waits, nothing afterwards."""
    facts = life.situation.facts
    running = [clock for clock in life.situation.clocks if clock.running]
    asked = {(each.number, each.decider_id) for each in open_requests(facts.requests)}
    answering = _of(running, ClockKind.REQUEST)
    assert sorted(asked) == sorted((number_of(clock), clock.holder_id) for clock in answering)
    running = [clock for clock in running if clock.kind is not ClockKind.REQUEST]
    if life.rules.definition.states[facts.state].final:
        assert running == []
        return
    state = [clock.state for clock in _of(running, ClockKind.STATE)]
    paused = [ClockState.PAUSED] if facts.state in {"needs_info", "suspended"} else []
    assert sorted(state) == [ClockState.PENDING, *paused]
    promised = ClockState.PAUSED if facts.state == "suspended" else ClockState.PENDING
    assert [clock.state for clock in _of(running, ClockKind.PROMISE)] == [promised]
    assert len(_of(running, ClockKind.PROGRESS)) == (facts.state == "suspended")
    assert all((clock.next_at is None) == (clock.state is ClockState.PAUSED) for clock in running)
    for kind in (ClockKind.CONTACT, ClockKind.QUIET):
        assert len(_of(running, kind)) <= 1


def _of(clocks: list[Clock], kind: ClockKind) -> list[Clock]:
    return [clock for clock in clocks if clock.kind is kind]


def check_stages(life: Life) -> None:
    """I3: each stage of each clock fires at most once; only what lies beyond the limit repeats."""
    fired = [(event.data["key"], event.data["stage"]) for event in map(_event, life.steps) if "stage" in event.data]
    once = [each for each in fired if each[1] in ONCE]
    assert len(once) == len(set(once))
    assert all(stage in {each.name.lower() for each in Stage} for _, stage in fired)


def check_holder(life: Life) -> None:
    """I5: every open case has a holder in which somebody can act; a question waits for its reporter."""
    facts = life.situation.facts
    if life.rules.definition.states[facts.state].final or facts.state == "needs_info":
        assert facts.holder_id is None
    else:
        assert facts.holder_id is not None
        assert life.tree.acting.get(facts.holder_id)


def check_own_work(life: Life) -> None:
    """I8: nobody decided about their own work."""
    for before, step in zip(life.steps, life.steps[1:], strict=False):
        if step.event.action in DECISIONS:
            assert not decided_own_work(before.situation.facts, step.event, life)


def decided_own_work(before: Facts, event: Event, life: Life) -> bool:
    """True when the person who signed did this round's work, or has a post where it was done."""
    person = event.signature.person_id
    if person is None:
        return False
    posts = life.tree.posts_of.get(person, ())
    done_by = {before.handler_id, *helpers_of(before)}
    return person in before.workers or any(post.unit_id in done_by for post in posts)


def check_calls(life: Life) -> None:
    """A case waits for a lead exactly in `whistled`; a call that stands has the clocks that it waits on, once."""
    facts = life.situation.facts
    assert [call.number for call in facts.calls] == list(range(1, len(facts.calls) + 1))
    assert (lead_call(facts) is not None) == (facts.state == "whistled")
    standing = [call for call in facts.calls if call.open]
    units = [call.unit_id for call in standing]
    assert len(units) == len(set(units))
    if life.rules.definition.states[facts.state].final:
        assert standing == []
    running = [clock for clock in life.situation.clocks if clock.running]
    for kind, states in ((ClockKind.ANSWER, UNANSWERED), (ClockKind.ARRIVAL, AWAITED)):
        waiting = {f"{kind}:{call.number}" for call in facts.calls if call.state in states}
        fired = {clock.key for clock in _of(list(life.situation.clocks), kind) if clock.state is ClockState.DONE}
        assert {clock.key for clock in _of(running, kind)} == waiting - fired
        assert len(_of(running, kind)) == len({clock.key for clock in _of(running, kind)})


def _event(step: object) -> Event:
    event: Event = step.event  # type: ignore[attr-defined]
    return event
