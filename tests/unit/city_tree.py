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
