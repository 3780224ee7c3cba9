"""Proofs 14 and 15: every kind of clock is armed and ended, and nothing urgent waits for the office to open."""

from collections.abc import Iterator

from gridgov.domain.asking import ASKING
from gridgov.domain.catalogue import URGENT
from gridgov.domain.clock import ClockKind
from gridgov.domain.errors import Text
from gridgov.domain.requests import WHISTLE, RequestRule
from gridgov.domain.rules import Rules
from gridgov.domain.verifier.graph import Edge, edges_of
from gridgov.domain.verifier.report import Answer, Finding
from gridgov.domain.verifier.waiting import priorities_of
from gridgov.domain.workflow import ClockRule, Definition

ENTRY, EXIT = "entry", "exit"
FLOORS = {ClockKind.PROMISE: "plus_1", ClockKind.SUPERVISION: "orderer"}
ASKS = {name for name in ASKING if name.startswith("ask_")}
CALLING = {"blow", "lead_changed"}
ARMING = {
    ClockKind.CONTACT: {"dispatch", "calls_off", *CALLING},
    ClockKind.SUPERVISION: {"ordered"},
    ClockKind.ANSWER: CALLING,
    ClockKind.ARRIVAL: CALLING,
    ClockKind.REQUEST: ASKS,
}
ARRIVING = {"lead_arrived", "call_joined", "lead_changed", "calls_off", "call_dismissed", "new_round"}
ENDING = {
    ClockKind.CONTACT: {"contacted", "work_done"},
    ClockKind.ANSWER: {"call_answered", *ARRIVING},
    ClockKind.ARRIVAL: ARRIVING,
    ClockKind.REQUEST: {"grant", "refuse", "unanswered"},
}
ANSWERING = {ClockKind.CONTACT: {"contacted"}}
NOT_P1 = "not_p1"
BEGINNING_WORK, FREEZE = {"dispatch", "take_oneself", "lead_arrived"}, {"freeze_limits", "freeze_anew"}
EVERYWHERE = frozenset(ClockKind) - {ClockKind.CONTACT, ClockKind.PROGRESS, ClockKind.REQUEST}
OF_WHISTLES = frozenset({ClockKind.ANSWER, ClockKind.ARRIVAL, ClockKind.PROGRESS})
"""Their times stand with the kinds of whistle; progress has a limit of its own for suspended work."""
SILENT = frozenset({"holder", "assignee", "handler", "clock"})


def clocks_begin_and_end(rules: Rules) -> Iterator[Answer]:
    """Proof 14: what has to arm and end each kind does so, its limits have rows, and somebody hears of it."""
    definition = rules.definition
    for kind in (ClockKind.STATE, ClockKind.PROMISE):
        yield (
            None
            if kind in definition.clocks
            else _refused(kind, "is missing: every case has one", "缺失：每个案件都要有")
        )
    for kind, effects in ARMING.items():
        edges = [] if kind in definition.clocks else _with_effect(definition, effects)
        for edge in edges[:1]:
            yield _refused(kind, f"is missing, and {edge.action} needs it", f"缺失：“{edge.action}”需要它")
    for edge in _with_effect(definition, BEGINNING_WORK):
        sentence = Text(f"{edge.action} begins work and freezes no limits.", f"“{edge.action}”开始办理却未冻结时限。")
        yield None if FREEZE & {*edge.way.effects} else Finding(14, sentence, (edge.origin, edge.action, edge.target))
    reported = any(kind.progress is not None for kind in definition.whistles.values())
    rule_of = definition.clocks.get(ClockKind.PROGRESS)
    if reported and (rule_of is None or not {*_handled(definition)} <= {*rule_of.within}):
        yield _refused(ClockKind.PROGRESS, "does not run where a lead works", "在牵头单位办理时不运行")
    at_work = {code for code in (rule_of.within if rule_of else ()) if not definition.states[code].until}
    if at_work and not reported:
        yield _refused(ClockKind.PROGRESS, "runs where nobody asks for progress", "在无须报告进展的状态中运行")
    for rule in definition.clocks.values():
        yield from _within(definition, rule)
        yield from _armed(definition, rule)
        yield from _ended(definition, rule)
        yield from _heard(definition, rule)
        yield from _rows(rules, rule)


def _handled(definition: Definition) -> list[str]:
    """Where the handler works on: the states that a lead's arrival leads to."""
    return [edge.target for edge in _with_effect(definition, {"lead_arrived"})]


def _refused(kind: str, en: str, zh: str, path: tuple[str, ...] = ()) -> Finding:
    return Finding(14, Text(f"The clock {kind} {en}.", f"“{kind}”计时{zh}。"), path or (kind,))


def _within(definition: Definition, rule: ClockRule) -> Iterator[Answer]:
    """It lives in waiting states; where every case needs it, in all of them; where an action answers it, there too."""
    kind = ClockKind(rule.kind)
    asked = {edge.target for edge in _with_effect(definition, ASKS)} if kind is ClockKind.REQUEST else set()
    outside = sorted(set(rule.within) - set(definition.waiting) - asked)
    yield _refused(rule.kind, f"runs on in {outside}", f"在终结状态 {outside} 中仍运行") if outside else None
    missed = asked | (set(definition.waiting) if kind in EVERYWHERE else set())
    missed |= {code for code in definition.waiting if definition.states[code].until and kind is ClockKind.PROGRESS}
    missed |= {edge.origin for edge in _with_effect(definition, ANSWERING.get(kind, set()))} & set(definition.waiting)
    missed |= {edge.target for edge in _with_effect(definition, ARMING.get(kind, set()))} & set(definition.waiting)
    for state in sorted(missed - set(rule.within)):
        yield _refused(rule.kind, f"does not run in {state}", f"在“{state}”中不运行", (state,))


def _with_effect(definition: Definition, effects: set[str]) -> list[Edge]:
    return [edge for edge in edges_of(definition) if effects & set(edge.way.effects)]


def _armed(definition: Definition, rule: ClockRule) -> Iterator[Answer]:
    for edge in _arming(definition, rule):
        held = edge.action in rule.armed_by or (ENTRY in rule.armed_by and edge.moves)
        path = (edge.origin, edge.action, edge.target)
        yield None if held else _refused(rule.kind, f"is not armed by {edge.action}", f"未由“{edge.action}”启动", path)
    for word in rule.armed_by:
        starts = word == ENTRY or any(
            edge.target in rule.within for edge in edges_of(definition) if edge.action == word
        )
        yield None if starts else _refused(rule.kind, f"cannot be armed by {word}", f"无法由“{word}”启动")
    yield None if rule.armed_by else _refused(rule.kind, "is armed by nothing", "没有启动方式")


def _arming(definition: Definition, rule: ClockRule) -> list[Edge]:
    """The edges that have to arm the clock: each entry, each way into the open, or each way with the kind's effect."""
    edges = [edge for edge in edges_of(definition) if edge.target in rule.within]
    if rule.kind in {ClockKind.STATE, ClockKind.QUIET, ClockKind.PROGRESS}:
        return [edge for edge in edges if edge.moves]
    if rule.kind == ClockKind.PROMISE:
        return [edge for edge in edges if edge.moves and edge.origin not in definition.waiting]
    return _with_effect(definition, ARMING.get(ClockKind(rule.kind), set()))


def _ended(definition: Definition, rule: ClockRule) -> Iterator[Answer]:
    """A clock that entry arms or a whole life needs ends at the exit, the others by what answers them."""
    wanted = {
        edge.action
        for edge in _with_effect(definition, ENDING.get(ClockKind(rule.kind), set()))
        if edge.origin in rule.within
    }
    for action in sorted(wanted or {EXIT}):
        held = action in rule.ended_by
        yield None if held else _refused(rule.kind, f"is not ended by {action}", f"未由“{action}”结束")
    for word in rule.ended_by:
        starts = word == EXIT or any(edge.origin in rule.within for edge in edges_of(definition) if edge.action == word)
        yield None if starts else _refused(rule.kind, f"cannot be ended by {word}", f"无法由“{word}”结束")


def _heard(definition: Definition, rule: ClockRule) -> Iterator[Answer]:
    if rule.kind == ClockKind.STATE:
        return
    told = {word.removesuffix("!") for word in rule.tell} - SILENT
    yield None if told else _refused(rule.kind, "tells nobody but the holder", "除责任方外没有告知任何人")
    floor = FLOORS.get(ClockKind(rule.kind))
    yield None if rule.floor == floor else _refused(rule.kind, f"needs floor = {floor}", f"需要 floor = {floor}")


def _rows(rules: Rules, rule: ClockRule) -> Iterator[Answer]:
    """Its limits have a row for each priority at which it runs; a promise that raises the floor comes again."""
    definition = rules.definition
    rows = {**definition.ladder, **definition.limits}
    if rule.kind == ClockKind.STATE:
        return
    if rule.kind == ClockKind.REQUEST:
        yield from _answers(definition)
        return
    if rule.kind == ClockKind.PROMISE and rule.again is None:
        yield _refused(rule.kind, "passes once and never again", "到期后不再重复")
    for name in (rule.limit, rule.again):
        for priority in _priorities(definition, rule):
            # The quiet rule stands beside clocks over five working days: none is urgent.
            needed = priority not in URGENT or rule.kind != ClockKind.QUIET
            missing = name is not None and needed and priority not in rows[name]
            yield (
                _refused(rule.kind, f"has no {name} for {priority}", f"缺少 {priority} 的“{name}”") if missing else None
            )
    reported = any(kind.progress is not None for kind in definition.whistles.values())
    timed = rule.kind in OF_WHISTLES and (rule.kind != ClockKind.PROGRESS or reported)
    yield None if rule.limit or timed else _refused(rule.kind, "has no limit", "没有时限")
    if rule.limit and timed and rule.kind != ClockKind.PROGRESS:
        yield _refused(rule.kind, "has the whistle's own times", "的时限由吹哨类别规定")


def _priorities(definition: Definition, rule: ClockRule) -> tuple[str, ...]:
    """Those that a case may have where the clock runs."""
    within = [definition.states[code] for code in rule.within]
    timed = [state for state in within if state.until] if rule.kind == ClockKind.PROGRESS else within
    admitted = {each for state in timed for each in priorities_of(definition, state)}
    return tuple(priority for priority in definition.priorities if priority in admitted)


def _answers(definition: Definition) -> Iterator[Answer]:
    """Each kind of request has an answer's time for every priority at which it may be asked, and somebody is asked."""
    for kind, rule in definition.requests.items():
        edges = _with_effect(definition, {f"ask_{kind}"})
        spared = {"P1"} if all(NOT_P1 in edge.way.when for edge in edges) else set()
        missing = sorted(set(definition.priorities) - spared - _timed(definition, rule))
        sentence = Text(f"Request {kind}: no answer's time for {missing}.", f"申请“{kind}”缺少 {missing} 的答复时限。")
        yield Finding(14, sentence, (kind,)) if missing else None
        bounded = len(rule.days) == len(rule.deciders) if rule.chosen == "length" else not rule.days
        sentence = Text(f"Request {kind}: deciders and days do not match.", f"申请“{kind}”的审批单位与天数不对应。")
        yield None if bounded and list(rule.days) == sorted(rule.days) else Finding(14, sentence, (kind,))


def _timed(definition: Definition, rule: RequestRule) -> set[str]:
    if rule.answer == WHISTLE:
        return {priority for whistle in definition.whistles.values() for priority in whistle.priorities}
    return set(definition.limits.get(rule.answer, {}))


def urgent_means_now(rules: Rules) -> Iterator[Answer]:
    """Proof 15: no limit, step of the ladder or number of the catalogue counts P1 or P2 in working time."""
    definition = rules.definition
    for name, row in (*definition.limits.items(), *definition.ladder.items()):
        for priority in URGENT & row.keys():
            span = row[priority]
            sentence = Text(f"{name} for {priority} is {span}.", f"{priority} 的“{name}”为 {span.text.zh}。")
            yield None if span.is_continuous else Finding(15, sentence, (name, priority))
    for code, whistle in definition.whistles.items():
        spans = (whistle.answer, whistle.arrive, *((whistle.progress,) if whistle.progress is not None else ()))
        for priority in URGENT & {*whistle.priorities}:
            sentence = Text(f"The whistle {code} keeps a {priority} waiting for the office to open.",
                            f"“{code}”让 {priority} 案件等待上班。")  # fmt: skip
            held = all(span.is_continuous for span in spans)
            yield None if held else Finding(15, sentence, (code, priority))
    for category in rules.catalogue:
        for kind, span in category.limits.items() if category.priority in URGENT else ():
            sentence = Text(
                f"{kind} of {category.code} is {span}.", f"类别 {category.code} 的“{kind}”为 {span.text.zh}。"
            )
            yield None if span.is_continuous else Finding(15, sentence, (category.code, kind))
