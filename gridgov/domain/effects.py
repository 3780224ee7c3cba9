"""What an action changes beyond its state, one small function per word of `effects` in a definition.

Each takes the facts and gives new ones; none looks at a row. Counters, levels and holders are
the business of steps.py.
"""

from collections.abc import Mapping
from dataclasses import replace

from gridgov.domain import whistling
from gridgov.domain.asking import ASKING
from gridgov.domain.case import Facts
from gridgov.domain.catalogue import Category
from gridgov.domain.deed import Deed, Effect, raise_floor
from gridgov.domain.dispatch import default_handler, require_dispatchable
from gridgov.domain.errors import Forbidden, Invalid, NoHolder, Text
from gridgov.domain.holders import holder_of
from gridgov.domain.limits import frozen_limits, refrozen
from gridgov.domain.org import Level


def _classify(facts: Facts, deed: Deed) -> Facts:
    """Take over a category or priority that was named on the way; naming a P-level outranks the catalogue's.

    Once limits are frozen this is a change like any other: it re-freezes them, and only a supervisor lowers.
    """
    category = deed.rules.catalogue.get(deed.inputs.get("category") or facts.category)
    changes = category.code != facts.category
    after = _recategorised(facts, category, deed) if changes else facts
    named = deed.inputs.get("priority")
    if not facts.limits:
        return replace(after, priority=named or (category.priority if changes else facts.priority))
    return _change_priority(facts, after, named or (_priority_of(category, facts, deed) if changes else None), deed)


def _dispatch(facts: Facts, deed: Deed) -> Facts:
    category = deed.rules.category(facts)
    named = deed.inputs.get("handler_id")
    if named is not None and named == facts.handler_id:
        raise Invalid({"handler_id": [Text("This unit has the case already.", "该单位已在承办本案。")]})
    if named is not None:
        require_dispatchable(named, category, facts, deed.tree, deed.level)
    handler = named if named is not None else _by_default(category, facts, deed)
    by_system = deed.signature.kind == "system"
    facts = replace(facts, handler_id=handler, designated=False, accepted_by_system=by_system, assignee_id=None)
    return replace(facts, contacted=False, left_by=None, handlers=tuple(sorted({*facts.handlers, handler})))


def _by_default(category: Category, facts: Facts, deed: Deed) -> int:
    """Whom the catalogue's chain leads to. Raises Invalid where it leads to nobody any more: somebody must choose."""
    try:
        return default_handler(category, facts, deed.tree, deed.level)
    except NoHolder:
        sentence = Text("Nobody takes this by default: name the handler.", "没有默认承办单位，请指定承办单位。")
        raise Invalid({"handler_id": [sentence]}) from None


def _freeze_limits(facts: Facts, deed: Deed) -> Facts:
    """Freeze at the first entry of a round into dispatched or resolved (workflow.md §4)."""
    return facts if facts.limits else replace(facts, limits=frozen_limits(facts, deed.rules))


def _take_oneself(facts: Facts, deed: Deed) -> Facts:
    unit = deed.signature.unit_id
    handlers = facts.handlers if unit is None else tuple(sorted({*facts.handlers, unit}))
    return replace(facts, handler_id=unit, handlers=handlers, contacted=True)


def _work_done(facts: Facts, deed: Deed) -> Facts:
    """Who did the work is its handler from now on, also where a unit stood in for one with nobody left."""
    person, unit = deed.signature.person_id, deed.signature.unit_id
    workers = facts.workers if person is None else tuple(sorted({*facts.workers, person}))
    handlers = facts.handlers if unit is None else tuple(sorted({*facts.handlers, unit}))
    return replace(facts, workers=workers, contacted=True, handler_id=unit or facts.handler_id, handlers=handlers)


def _leave_handler(facts: Facts, deed: Deed) -> Facts:
    return replace(facts, handler_id=None, assignee_id=None, contacted=False)


def _handed_off(facts: Facts, deed: Deed) -> Facts:
    """The floor rises on the second and third hand-off of a round; who gave the case back is not asked again."""
    floor = {2: Level.COMMUNITY, 3: Level.SUBDISTRICT}.get(facts.count("hand_offs"), Level.OWNER)
    return raise_floor(replace(facts, left_by=facts.handler_id), floor)


def _sent_back(facts: Facts, deed: Deed) -> Facts:
    floor = {2: Level.COMMUNITY, 3: Level.SUBDISTRICT}.get(facts.count("send_backs"), Level.OWNER)
    return raise_floor(facts, floor)


def _assign(facts: Facts, deed: Deed) -> Facts:
    """To a person of the handler's unit, or from the committee to one of its property."""
    person = deed.inputs["person_id"]
    if person not in deed.tree.acting.get(facts.handler_id or 0, ()):
        raise Invalid({"person_id": [Text("Only somebody of the handler's unit.", "只能指派承办单位的人员。")]})
    return replace(facts, assignee_id=person)


def _hand_over(facts: Facts, deed: Deed) -> Facts:
    """Whoever had it is not there any more: another of the handler's unit has it, or its whole unit where none is."""
    person = deed.inputs.get("person_id")
    if person is not None and person not in deed.tree.acting.get(facts.handler_id or 0, ()):
        raise Invalid({"person_id": [Text("Only somebody of the handler's unit.", "只能交接给承办单位的人员。")]})
    return replace(facts, assignee_id=person)


def _take_over(facts: Facts, deed: Deed) -> Facts:
    """The holder is found anew after posts have changed; a higher one lifts the level, so that it is not told alone."""
    holder = holder_of(deed.rules.holder_rule(facts), facts, deed.tree)
    own = deed.tree.level_of(holder) if holder is not None else Level.OWNER
    level = max(facts.level, int(own))
    return replace(facts, holder_id=holder, level=level, peak_level=max(facts.peak_level, level))


def _judged(facts: Facts, deed: Deed) -> Facts:
    unit = deed.signature.unit_id
    judges = facts.judges if unit is None else tuple(sorted({*facts.judges, unit}))
    return replace(facts, judges=judges, last_judge_id=deed.signature.person_id)


def _new_round(facts: Facts, deed: Deed) -> Facts:
    """Everything that counts per round begins again; the floor is 2 in the second round and 3 in the third."""
    per_round = {name for name, counter in deed.rules.definition.counters.items() if counter.per == "round"}
    kept = {name: used for name, used in facts.counters.items() if name not in per_round}
    number = facts.round + 1
    fresh = replace(facts, round=number, counters=kept, limits={}, workers=(), handler_id=None, left_by=None)
    fresh = replace(fresh, designated=False, assignee_id=None, contacted=False, confirmed_by=None, outcome=None)
    fresh = replace(fresh, accepted_by_system=False, appealed=False)
    return raise_floor(fresh, Level(min(number, Level.CITY)))


def _reprioritise(facts: Facts, deed: Deed) -> Facts:
    return _change_priority(facts, facts, deed.inputs["priority"], deed)


def _recategorise(facts: Facts, deed: Deed) -> Facts:
    """Another category brings its priority; lowering stays with the supervisors, so the owner's keeps the old one."""
    category = deed.rules.catalogue.get(deed.inputs["category"])
    after = _recategorised(facts, category, deed)
    return _change_priority(facts, after, _priority_of(category, facts, deed), deed)


def _priority_of(category: Category, facts: Facts, deed: Deed) -> str:
    lowers = category.priority > facts.priority and deed.level < Level.COMMUNITY
    return facts.priority if lowers else category.priority


def _recategorised(facts: Facts, category: Category, deed: Deed) -> Facts:
    """Whom the old category named gives way to whom the new one names; whom the reporter named stays named."""
    named = {*facts.about} - {*about_of(deed.rules.category(facts).about)}
    return replace(facts, category=category.code, about=tuple(sorted({*named, *about_of(category.about)})))


def _change_priority(before: Facts, facts: Facts, wanted: str | None, deed: Deed) -> Facts:
    """Raising, and another category of the same priority, take the shorter limits; lowering takes the longer."""
    priority = wanted or before.priority
    after = replace(facts, priority=priority)
    if priority > before.priority and deed.level < Level.COMMUNITY:
        raise Forbidden("Only a supervisor lowers a priority.", "只有上级可以降低等级。")
    waits = deed.rules.definition.states[facts.state].priorities
    if waits and priority not in waits:
        raise Invalid({"priority": [_first(deed, facts.state)]})
    raised = priority <= before.priority
    return replace(after, limits=refrozen(before, after, deed.rules, raised, deed.now))


def _first(deed: Deed, state: str) -> Text:
    forward = deed.rules.definition.actions[deed.rules.definition.states[state].forward or ""].title
    return Text(f"Not in this state; first: {forward}.", f"当前状态不能如此调整，请先“{forward.zh}”。")


def _confirmed(facts: Facts, deed: Deed) -> Facts:
    return replace(facts, confirmed_by=deed.signature.person_id)


def _outcome(word: str) -> Effect:
    return lambda facts, deed: replace(facts, outcome=word)


def _outcome_upheld(facts: Facts, deed: Deed) -> Facts:
    return replace(facts, outcome="rejection_upheld" if facts.appealed else "closed_with_explanation")


def _merged(facts: Facts, deed: Deed) -> Facts:
    """Merged into the case of that number; what is left of the promise waits for an unmerge (domain.merging)."""
    left = deed.inputs.get("promise_left")
    return replace(facts, merged_into=deed.inputs["into"], promise_left=left, outcome="merged")


def _unmerged(facts: Facts, deed: Deed) -> Facts:
    return replace(facts, merged_into=None, promise_left=None, outcome=None)


def _urged(facts: Facts, deed: Deed) -> Facts:
    """Once a day is the reporter's bound alone: the owner who urges does not use it up."""
    by_reporter = deed.signature.kind == "reporter"
    return replace(facts, urged_on=deed.rules.day(deed.now).isoformat()) if by_reporter else facts


def about_of(word: str | None) -> tuple[str, ...]:
    """The facts' `about` for a catalogue's word."""
    return () if word is None else (str(word),)


EFFECTS: Mapping[str, Effect] = {
    **ASKING,
    "appealed": lambda facts, deed: replace(facts, appealed=True),
    "ask_anyone": lambda facts, deed: replace(facts, left_by=None),
    "assign": _assign,
    "blow": lambda facts, deed: whistling.blown(facts, deed.inputs, deed.signature, deed.rules.definition, deed.tree),
    "call_answered": lambda facts, deed: whistling.answered(facts, deed.inputs, deed.signature),
    "call_dismissed": lambda facts, deed: whistling.dismissed(facts, deed.inputs),
    "call_finished": lambda facts, deed: whistling.finished(facts, deed.inputs, deed.signature),
    "call_joined": lambda facts, deed: whistling.joined(facts, deed.inputs, deed.signature),
    "call_rated": lambda facts, deed: whistling.rated(facts, deed.inputs, deed.signature),
    "call_refused": lambda facts, deed: whistling.refused(facts, deed.inputs, deed.signature),
    "calls_off": lambda facts, deed: whistling.called_off(facts),
    "classify": _classify,
    "confirmed": _confirmed,
    "contacted": lambda facts, deed: replace(facts, contacted=True),
    "designated": lambda facts, deed: replace(facts, designated=True),
    "dispatch": _dispatch,
    "floor_1": lambda facts, deed: raise_floor(facts, Level.COMMUNITY),
    "floor_2": lambda facts, deed: raise_floor(facts, Level.SUBDISTRICT),
    "freeze_anew": lambda facts, deed: replace(facts, limits=frozen_limits(facts, deed.rules)),
    "freeze_limits": _freeze_limits,
    "hand_over": _hand_over,
    "handed_off": _handed_off,
    "helpers_done": lambda facts, deed: whistling.helpers_done(facts, deed.inputs),
    "judged": _judged,
    "lead_arrived": lambda facts, deed: whistling.lead_arrived(facts, deed.signature),
    "lead_changed": lambda facts, deed: whistling.lead_changed(facts, deed.inputs, deed.tree),
    "leave_handler": _leave_handler,
    "level_up": lambda facts, deed: _lift(facts),
    "merged": _merged,
    "new_round": _new_round,
    "no_answer": lambda facts, deed: replace(facts, answerable=False),
    "ordered": lambda facts, deed: facts,
    "outcome_forced": lambda facts, deed: replace(facts, outcome="forced", forced=True),
    "outcome_rated": _outcome("rated"),
    "outcome_unvisited": _outcome("unvisited"),
    "outcome_upheld": _outcome_upheld,
    "outcome_verified": _outcome("verified"),
    "outcome_withdrawn": _outcome("withdrawn"),
    "recategorise": _recategorise,
    "reprioritise": _reprioritise,
    "sent_back": _sent_back,
    "take_oneself": _take_oneself,
    "take_over": _take_over,
    "unmerged": _unmerged,
    "urged": _urged,
    "work_done": _work_done,
}
"""Every word that `effects` may hold; the verifier refuses any other."""


def _lift(facts: Facts) -> Facts:
    level = min(facts.level + 1, int(Level.CITY))
    return replace(facts, level=level, peak_level=max(facts.peak_level, level))
