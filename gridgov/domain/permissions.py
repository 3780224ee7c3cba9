"""May this person do this to this case now, and why not? One answer for the API, the pages and the clocks.

Forbidden is for whoever may never do it on this case; a Conflict says that the state, the level
or a counter does not admit it now. Both name who may.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from gridgov.domain.actors import Actor, Signature
from gridgov.domain.case import Facts
from gridgov.domain.errors import BoundReached, Forbidden, GridgovError, Text, TransitionNotAllowed
from gridgov.domain.guards import GUARDS, Moment
from gridgov.domain.holders import candidates, in_conflict
from gridgov.domain.org import ACTING_ROLE, Tree
from gridgov.domain.rules import Rules
from gridgov.domain.workflow import Action, Definition, Way


@dataclass(frozen=True, slots=True)
class Permit:
    """An action that is allowed: which way it takes, and under which post it is signed."""

    way: Way
    signature: Signature


OWN_WORK = Text("Nobody decides about their own work", "任何人不得裁定自己的工作")


def permit(
    rules: Rules,
    action: Action,
    facts: Facts,
    actor: Actor,
    tree: Tree,
    now: datetime,
    since: datetime,
    due_at: datetime | None = None,
) -> Permit:
    """The way and the post by which `actor` may do `action` now.

    `since` is when the present state began, `due_at` when it is due.

    Raises Forbidden for whoever may never do it on this case, TransitionNotAllowed or BoundReached
    when the state, the level or a counter does not admit it now; each sentence names who may.
    """
    today, calendar = rules.day(now).isoformat(), rules.calendar
    return Asking(Moment(rules.definition, facts, tree, actor, now, since, today, calendar, due_at)).permit(action)


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody before a case at a moment, who asks for one action or for all of them.

    Most actions are for the same few people: under which post one may act is worked out once for each `by`.
    """

    moment: Moment
    _signatures: dict[tuple[tuple[str, ...], bool, bool], Signature | None] = field(default_factory=dict)

    def permit(self, action: Action) -> Permit:
        """As the function `permit`."""
        definition, facts, actor, tree = self.moment.definition, self.moment.facts, self.moment.actor, self.moment.tree
        signed = [(way, signature) for way in action.ways if (signature := self._signature(way))]
        if not signed:
            raise _forbidden(definition, action, facts, actor, tree)
        here = [(way, signature) for way, signature in signed if facts.state in way.origins]
        if not here:
            raise _not_now(definition, action, facts)
        refusals = []
        for way, signature in here:
            refusal = _refusal(definition, way, self.moment)
            if refusal is None:
                return Permit(way, signature)
            refusals.append(refusal)
        raise refusals[0]

    def _signature(self, way: Way) -> Signature | None:
        key = (way.by, way.impartial, "judged" in way.effects)
        if key not in self._signatures:
            self._signatures[key] = signature_for(way, self.moment.facts, self.moment.actor, self.moment.tree)
        return self._signatures[key]


def signature_for(way: Way, facts: Facts, actor: Actor, tree: Tree) -> Signature | None:
    """Under which post `actor` may take this way, leaving the state aside; None when by none."""
    for who in way.by:
        if actor.system:
            if who == "system":
                return Signature("system")
        elif who == "reporter":
            if is_reporter(facts, actor) and not (way.impartial and _barred(facts, actor, tree)):
                return Signature("reporter", actor.person_id)
        elif who == "anyone":
            return _any_post(actor, facts)
        elif who != "system" and (signature := _by_post(who, way, facts, actor, tree)):
            return signature
    return None


def is_reporter(facts: Facts, actor: Actor) -> bool:
    """True for the person who reported the case or one merged into it, logged in or by the secret link.

    Who looks up a link leads it from a merged case to its master (services.merging.followed).
    """
    linked = actor.reporter_of is not None
    known = (facts.reporter_id, *facts.co_reporter_ids)
    return linked or (actor.person_id is not None and actor.person_id in known)


def _barred(facts: Facts, actor: Actor, tree: Tree) -> bool:
    person = actor.person_id
    return person is not None and (person == facts.confirmed_by or in_conflict(person, facts, tree))


def _by_post(who: str, way: Way, facts: Facts, actor: Actor, tree: Tree) -> Signature | None:
    if actor.person_id is None or (way.impartial and in_conflict(actor.person_id, facts, tree)):
        return None
    if way.impartial and who == "caller" and actor.person_id == facts.confirmed_by:
        return None
    units = candidates(who, facts, tree)
    if "judged" in way.effects and actor.person_id == facts.last_judge_id:
        units = tuple(unit for unit in units if unit not in facts.judges)
    for post in actor.posts:
        if post.unit_id in units and ACTING_ROLE.get(tree.units[post.unit_id].kind) is post.role:
            return Signature("person", actor.person_id, post.role.value, post.unit_id)
    return None


def _any_post(actor: Actor, facts: Facts) -> Signature:
    """Under whichever post; the one in the holder's unit comes first, so that its words count as the holder's."""
    if actor.person_id is None:
        return Signature("reporter")
    if not actor.posts:
        return Signature("person", actor.person_id)
    post = next((each for each in actor.posts if each.unit_id == facts.holder_id), actor.posts[0])
    return Signature("person", actor.person_id, post.role.value, post.unit_id)


def _refusal(definition: Definition, way: Way, moment: Moment) -> GridgovError | None:
    if way.counts and moment.facts.count(way.counts) >= definition.counters[way.counts].most:
        return _spent(definition, way.counts)
    for name in way.when:
        guard = GUARDS[name]
        if not guard.holds(moment):
            return TransitionNotAllowed(str(guard.why), guard.why.zh)
    return None


def _spent(definition: Definition, name: str) -> BoundReached:
    counter = definition.counters[name]
    if counter.then is None:
        return BoundReached(
            f"This was possible {counter.most} times and is used up.", f"最多 {counter.most} 次，已用完。"
        )
    left = definition.actions[counter.then].title
    return BoundReached(
        f"This was possible {counter.most} times and is used up; what remains is: {left}.",
        f"最多 {counter.most} 次，已用完；现在只能：{left.zh}。",
    )


def _forbidden(definition: Definition, action: Action, facts: Facts, actor: Actor, tree: Tree) -> Forbidden:
    judges = any(way.impartial for way in action.ways) and actor.person_id is not None
    sentence = _never(definition, action, facts.state, judges and _barred(facts, actor, tree))
    return Forbidden(str(sentence), sentence.zh)


@lru_cache(maxsize=4096)
def _never(definition: Definition, action: Action, state: str, own_work: bool) -> Text:
    who, title = who_may(definition, action, state), action.title
    if own_work:
        return Text(f"{OWN_WORK}: {title} is for {who}.", f"{OWN_WORK.zh}：“{title.zh}”由{who.zh}办理。")
    return Text(f"{title} is for {who}, not for you.", f"“{title.zh}”由{who.zh}办理，您不能办理。")


def _not_now(definition: Definition, action: Action, facts: Facts) -> TransitionNotAllowed:
    state, who = definition.states[facts.state].title, who_may(definition, action, facts.state)
    return TransitionNotAllowed(
        f"In the state “{state}” there is no “{action.title}”; elsewhere it is for {who}.",
        f"当前状态“{state.zh}”不能“{action.title.zh}”；该操作由{who.zh}在相应状态办理。",
        state=facts.state,
        action=action.code,
    )


@lru_cache(maxsize=4096)
def who_may(definition: Definition, action: Action, state: str) -> Text:
    """Whom the file lets do this, in words: from `state` where it starts there, else anywhere."""
    ways = action.ways_from(state) or action.ways
    names = [definition.who[who] for who in dict.fromkeys(who for way in ways for who in way.by)]
    return Text(" or ".join(names), "或".join(name.zh for name in names))
