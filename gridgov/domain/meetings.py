"""Who takes part in the joint meetings of a compound, and who may plan and hold them."""

from collections.abc import Iterable

from gridgov.domain.actors import Actor
from gridgov.domain.org import ACTING_ROLE, Post, Role, Tree, UnitKind

EVERYWHERE = frozenset({Role.CITY_SUPERVISOR, Role.AUDITOR})
HOLDERS = frozenset(
    {Role.BRANCH_SECRETARY, Role.COMMUNITY_OFFICER, Role.SUBDISTRICT_DISPATCHER, Role.CITY_SUPERVISOR}
)  # fmt: skip
ATTENDING = (
    *("branch", "committee", "property", "emergency_property", "community", "subdistrict"),
    *("department", "utility", "team", "station", "residents"),
)
"""Of whom a meeting counts heads; nobody is named."""


def compounds_of(posts: Iterable[Post], tree: Tree) -> frozenset[int] | None:
    """The compounds that people of those posts belong to or stand above; None for all of them."""
    held = tuple(posts)
    if any(post.role in EVERYWHERE for post in held):
        return None
    return frozenset(compound for post in held for compound in _compounds(post.unit_id, tree))


def may_hold(actor: Actor, compound_id: int, tree: Tree) -> int | None:
    """The unit for which the actor plans and holds the compound's meetings; None where for none.

    It is the branch of the compound, or a level above it.
    """
    for post in actor.posts:
        acts = ACTING_ROLE.get(tree.units[post.unit_id].kind) is post.role and post.role in HOLDERS
        if acts and (post.role in EVERYWHERE or compound_id in _compounds(post.unit_id, tree)):
            return post.unit_id
    return None


def told_when_late(compound_id: int, tree: Tree) -> tuple[int, ...]:
    """The people who hear that a task of the compound's meeting is late: its branch and its community."""
    community = tree.above(compound_id, UnitKind.COMMUNITY)
    units = (*tree.served_by(compound_id, UnitKind.BRANCH), *((community,) if community is not None else ()))
    return tuple(sorted({person for unit in units for person in tree.acting.get(unit, ())}))


def _compounds(unit_id: int, tree: Tree) -> Iterable[int]:
    """The compounds within a territory, of a grid those with a building in it, of an organisation those it serves."""
    places = (unit_id, *tree.territories_of.get(unit_id, ()))
    for unit in tree.units.values():
        if unit.kind is UnitKind.COMPOUND:
            within = not {*tree.path(unit.id)}.isdisjoint(places) or unit_id in tree.grids_of.get(unit.id, ())
            if within or any(tree.above(place, UnitKind.COMPOUND) == unit.id for place in places):
                yield unit.id
