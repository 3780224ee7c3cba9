"""Which unit must act on a case now, and who in it is free of the work. Nothing here reads a clock or a row."""

from collections.abc import Callable, Mapping

from gridgov.domain.case import Facts
from gridgov.domain.errors import NoHolder
from gridgov.domain.org import Tree, UnitKind
from gridgov.domain.requests import Request, open_requests
from gridgov.domain.whistles import helpers_of, lead_of, present_whistle
from gridgov.domain.workflow import HolderRule

Units = tuple[int, ...]
PROPERTIES = frozenset({UnitKind.PROPERTY, UnitKind.EMERGENCY_PROPERTY})


def holder_of(rule: HolderRule, facts: Facts, tree: Tree) -> int | None:
    """The unit that has to act: the first candidate of the rule's chain with an active person, free where asked.

    None when the reporter is the one who has to act. Where `unused` finds nobody, it is the city,
    whose people take turns (workflow.md §2, disputed).

    Raises NoHolder when the chain ends without an active person: the verifier refuses such a city,
    so this is a broken post, not a broken case.
    """
    if rule.chain == ("reporter",):
        return None
    for unit_id in _chain(rule, facts, tree):
        if any(_fits(rule, person, facts, tree) for person in tree.acting.get(unit_id, ())):
            return unit_id
    raise NoHolder(
        f"Nobody active is left to act for {' → '.join(rule.chain)}.",
        f"没有在岗人员可以承担：{' → '.join(rule.chain)}。",
    )


def candidates(name: str, facts: Facts, tree: Tree) -> Units:
    """The units that a word of a chain or of a `by` list stands for, in the order in which they are asked."""
    return CANDIDATES[name](facts, tree)


def in_conflict(person_id: int, facts: Facts, tree: Tree) -> bool:
    """True for whoever would decide about their own work (workflow.md §2, "nobody decides").

    That is a person with any post in the handler's or a helper's unit, or who did the work of this round.
    """
    if person_id in facts.workers:
        return True
    helpers = helpers_of(facts) if facts.calls else ()
    posts = tree.posts_of.get(person_id, ())
    return any(post.unit_id == facts.handler_id or post.unit_id in helpers for post in posts)


def owner_decides(facts: Facts, tree: Tree) -> int:
    """The unit that takes the owner's decisions: the branch, or the next above that is free of the case.

    The owner that handles the case itself, or is named in `about`, hands its decisions to the community;
    a community that is named hands them to the subdistrict.
    """
    if facts.owner_id != facts.handler_id and "branch" not in facts.about:
        return facts.owner_id
    named = "community" in facts.about or facts.community_id == facts.handler_id
    return facts.subdistrict_id if named else facts.community_id


def handler_fallback(unit_id: int, facts: Facts, tree: Tree) -> Units:
    """Who handles when the unit has nobody active (workflow.md §1, fallback chains)."""
    kind = tree.units[unit_id].kind
    above = facts.subdistrict_id if facts.priority in {"P1", "P2"} else facts.community_id
    if kind is UnitKind.PROPERTY:
        return (*tree.served_by(facts.compound_id, UnitKind.EMERGENCY_PROPERTY), above, facts.subdistrict_id)
    if kind is UnitKind.EMERGENCY_PROPERTY:
        return above, facts.subdistrict_id
    if kind in {UnitKind.DEPARTMENT, UnitKind.UTILITY}:
        return facts.subdistrict_id, facts.city_id
    return facts.community_id, facts.subdistrict_id, facts.city_id


def answering(request: Request, facts: Facts) -> Units:
    """Who may answer a request: its decider, then every unit above (workflow.md §2: above may do what below may)."""
    ladder = (facts.community_id, facts.subdistrict_id, facts.city_id)
    above = ladder[ladder.index(request.decider_id) + 1 :] if request.decider_id in ladder else ladder
    return (request.decider_id, *above)


def _decider(facts: Facts, tree: Tree) -> Units:
    return tuple(dict.fromkeys(unit for each in open_requests(facts.requests) for unit in answering(each, facts)))


def _chain(rule: HolderRule, facts: Facts, tree: Tree) -> Units:
    found = tuple(unit for name in rule.chain for unit in candidates(name, facts, tree))
    if not rule.unused:
        return found
    unused = tuple(unit for unit in found if unit not in facts.judges and unit not in facts.handlers)
    return unused or (facts.city_id,)


def _fits(rule: HolderRule, person_id: int, facts: Facts, tree: Tree) -> bool:
    if not rule.impartial:
        return True
    repeated = rule.unused and person_id == facts.last_judge_id
    return not repeated and not in_conflict(person_id, facts, tree)


def _handler(facts: Facts, tree: Tree) -> Units:
    """The handler, and whoever handles for it while nobody in it is active."""
    if facts.handler_id is None:
        return ()
    return (facts.handler_id, *(() if tree.acting.get(facts.handler_id) else _fallback(facts, tree)))


def _fallback(facts: Facts, tree: Tree) -> Units:
    return handler_fallback(facts.handler_id, facts, tree) if facts.handler_id is not None else ()


def _committee(facts: Facts, tree: Tree) -> Units:
    """The compound's committee, where the handler is a property that serves the compound."""
    if facts.handler_id is None or tree.units[facts.handler_id].kind not in PROPERTIES:
        return ()
    serves = facts.compound_id in tree.territories_of.get(facts.handler_id, ())
    return tree.served_by(facts.compound_id, UnitKind.COMMITTEE) if serves else ()


def _building_leader(facts: Facts, tree: Tree) -> Units:
    return tree.served_by(facts.building_id, UnitKind.BUILDING_GROUP) if facts.building_id is not None else ()


def _grid_worker(facts: Facts, tree: Tree) -> Units:
    return (facts.grid_id,) if facts.grid_id is not None else tree.grids_of.get(facts.compound_id, ())


def _judge(facts: Facts, tree: Tree) -> Units:
    ladder = (facts.community_id, facts.subdistrict_id, facts.city_id)
    return ladder[ladder.index(facts.holder_id) :] if facts.holder_id in ladder else ladder


def _lead(facts: Facts, tree: Tree) -> Units:
    lead = lead_of(facts)
    return (lead,) if lead is not None else ()


CANDIDATES: Mapping[str, Callable[[Facts, Tree], Units]] = {
    "blower": lambda facts, tree: tuple(dict.fromkeys(call.blown_by for call in present_whistle(facts))),
    "branch": lambda facts, tree: (facts.owner_id,),
    "building_leader": _building_leader,
    "called": lambda facts, tree: tuple(dict.fromkeys(call.unit_id for call in facts.calls)),
    "caller": lambda facts, tree: (facts.community_id, facts.subdistrict_id, facts.city_id),
    "city": lambda facts, tree: (facts.city_id,),
    "committee": _committee,
    "community": lambda facts, tree: (facts.community_id,),
    "decider": _decider,
    "granter": lambda facts, tree: (facts.granter_id,) if facts.granter_id is not None else (),
    "grid_worker": _grid_worker,
    "handler": _handler,
    "handler_fallback": _fallback,
    "judge": _judge,
    "lead": _lead,
    "owner": lambda facts, tree: (owner_decides(facts, tree),),
    "subdistrict": lambda facts, tree: (facts.subdistrict_id,),
    "supervisor": lambda facts, tree: (facts.community_id, facts.subdistrict_id, facts.city_id),
    "verifier": lambda facts, tree: (
        *_building_leader(facts, tree),
        *_grid_worker(facts, tree),
        facts.owner_id,
        facts.community_id,
        facts.subdistrict_id,
        facts.city_id,
    ),
}
"""Every word of a chain or a `by` list that stands for units; `reporter`, `anyone` and `system` are people."""
