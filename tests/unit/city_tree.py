"""The demonstration city as a tree of the rules: ids by the order of the plan, posts by the people's order."""

from functools import cache

from gridgov.cities.xuanwei import plan_xuanwei
from gridgov.domain.org import Post, Role, Tree, Unit, UnitKind


@cache
def xuanwei_tree() -> Tree:
    """Every unit, service and post of the plan, as it stands on the first day."""
    plan = plan_xuanwei()
    ids = {unit.code: number for number, unit in enumerate(plan.units, start=1)}
    units = {
        ids[each.code]: Unit(
            ids[each.code],
            each.code,
            UnitKind(each.kind),
            each.name_zh,
            each.name_en,
            ids.get(each.parent_code or ""),
            ids.get(each.grid_code or ""),
            each.trade,
            each.public_area,
        )
        for each in plan.units
    }
    serving: dict[tuple[int, UnitKind], tuple[int, ...]] = {}
    for service in sorted(plan.services, key=lambda each: each.org_code):
        key = ids[service.territory_code], UnitKind(service.kind)
        serving[key] = (*serving.get(key, ()), ids[service.org_code])
    posts = tuple(
        Post(number, Role(post.role), ids[post.unit_code])
        for number, person in enumerate(plan.people, start=1)
        for post in person.posts
    )
    return Tree(units, serving, posts)


@cache
def one_community_of_xuanwei() -> Tree:
    """The first community with all that lies in it or serves it, the levels above, and the city's departments."""
    whole = xuanwei_tree()
    community = next(unit for unit in whole.units.values() if unit.kind is UnitKind.COMMUNITY)
    above = set(whole.path(community.id))
    kept = {
        unit.id: unit
        for unit in whole.units.values()
        if community.id in whole.path(unit.id) or unit.id in above or unit.trade is not None
    }
    serving = {
        key: orgs for (territory, kind), served in whole.serving.items()
        if (key := (territory, kind)) and territory in kept and (orgs := tuple(org for org in served if org in kept))
    }  # fmt: skip
    return Tree(kept, serving, tuple(post for post in whole.posts if post.unit_id in kept))


def without_staff(tree: Tree, *unit_ids: int) -> Tree:
    """The tree after everybody has left these units."""
    return Tree(tree.units, tree.serving, tuple(post for post in tree.posts if post.unit_id not in unit_ids))
