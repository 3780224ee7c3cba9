"""Where a QR code may hang, and who looks after the codes of which place."""

from collections.abc import Iterator

from gridgov.domain.actors import Actor
from gridgov.domain.org import Role, Tree, UnitKind

PLACES = frozenset({UnitKind.BUILDING, UnitKind.COMPOUND})


def codes_within(unit_id: int, tree: Tree) -> list[int]:
    """The ids of the buildings and compounds of a unit, the unit itself included; of a branch those that it serves."""
    roots = {unit_id, *tree.territories_of.get(unit_id, ())}
    return [unit.id for unit in tree.units.values() if unit.kind in PLACES and roots & set(tree.path(unit.id))]


def keeps_codes_of(actor: Actor, tree: Tree) -> frozenset[int]:
    """The buildings and compounds whose codes `actor` makes, rotates and revokes.

    An administrator: all. Subdistrict and community: their own territory. A branch secretary: the compounds that the
    branch serves.
    """
    return frozenset(place for root in _roots(actor, tree) for place in codes_within(root, tree))


def _roots(actor: Actor, tree: Tree) -> Iterator[int]:
    for post in actor.posts:
        if post.role is Role.ADMIN:
            yield tree.city.id
        elif post.role in {Role.SUBDISTRICT_DISPATCHER, Role.COMMUNITY_OFFICER, Role.BRANCH_SECRETARY}:
            yield post.unit_id
