"""Finding somebody by role and place, for people at a command line. What a role may do: domain.rights."""

from collections.abc import Iterator

from gridgov.domain.errors import NotFound
from gridgov.domain.org import Post, Role, Tree


def holder_of_role(tree: Tree, role: Role, unit_code: str) -> Post:
    """The post in that role nearest to the unit: at it or an organisation of it, inside it, above it, serving above.

    Among equals the first by unit code, then by person: the grid worker of 吉安家园 is that of its first grid.
    Raises NotFound when the unit does not exist or nobody around it has the role.
    """
    unit = tree.by_code.get(unit_code)
    if unit is None:
        raise NotFound(f"There is no unit {unit_code}.", f"没有单位 {unit_code}。")
    for ring in _rings(tree, unit.id):
        found = [post for unit_id in ring for post in tree.posts_at.get(unit_id, ()) if post.role is role]
        if found:
            return min(found, key=lambda post: (tree.units[post.unit_id].code, post.person_id))
    raise NotFound(f"Nobody is {role.value} around {unit_code}.", f"{unit_code} 及其上级没有在岗的 {role.value}。")


def _rings(tree: Tree, unit_id: int) -> Iterator[set[int]]:
    yield {unit_id, *_organisations(tree, {unit_id})}
    inside = {other for other in tree.units if unit_id in tree.path(other)}
    yield {*inside, *_organisations(tree, inside), *tree.grids_of.get(unit_id, ())}
    above = set(tree.path(unit_id)[1:])
    yield above
    yield _organisations(tree, above)


def _organisations(tree: Tree, territories: set[int]) -> set[int]:
    return {org for (territory, _), orgs in tree.serving.items() if territory in territories for org in orgs}
