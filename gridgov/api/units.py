"""The units of the city: who is where, and who serves whom."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask import Response, request

from gridgov.db.queries.units import BY_CODE, boundaries_of, names_of, units_like
from gridgov.domain.actors import Actor
from gridgov.domain.errors import NotFound
from gridgov.domain.org import Post, Role, Tree, Unit, UnitKind
from gridgov.domain.rights import Permission
from gridgov.http.access import requires
from gridgov.http.blueprint import Blueprint
from gridgov.http.context import Work, work
from gridgov.http.language import preferred
from gridgov.http.lists import answer_list
from gridgov.schemas.units import BOUNDARY, UnitFields, UnitPage, UnitQuery, UnitView

blueprint = Blueprint("units", __name__, url_prefix="/api/v1/units", description="Territory and organisations")

# Residents who help out are counted, not named.
UNNAMED = frozenset({Role.BUILDING_LEADER, Role.HOUSEHOLD_LEAD, Role.VOLUNTEER})


@blueprint.get("")
@requires(Permission.CITY_READ)
@blueprint.arguments(UnitQuery, location="query")
@blueprint.response(200, UnitPage)
def list_units(query: dict[str, Any], actor: Actor) -> Response:
    """Units by code: the children of one, those of a kind, those whose code or name holds some words."""
    here, boundary = work(), query["fields_"] == BOUNDARY
    tree = here.snapshot.tree

    def shape(rows: Sequence[Any]) -> list[dict[str, Any]]:
        # A unit that was made since this transaction's snapshot comes with the next request.
        units = [tree.units[row[0]] for row in rows if row[0] in tree.units]
        return _views(here, units, boundary, named=False)

    return answer_list(units_like(query["parent"], query["kind"], query["q"]), query, "code", BY_CODE, shape)


@blueprint.get("/<int:unit_id>")
@requires(Permission.CITY_READ)
@blueprint.arguments(UnitFields, location="query")
@blueprint.response(200, UnitView)
def get_unit(query: dict[str, Any], unit_id: int, actor: Actor) -> dict[str, Any]:
    """One unit, with the names of the staff who hold its posts."""
    here = work()
    unit = here.snapshot.tree.units.get(unit_id)
    if unit is None:
        raise NotFound("There is no such unit.", "没有这个单位。")
    return _views(here, [unit], query["fields_"] == BOUNDARY, named=True)[0]


def small_unit(unit: Unit) -> dict[str, Any]:
    """A unit by its names only, `name` in the caller's language: how other resources show one."""
    name = unit.name_zh if preferred(request) == "zh" else unit.name_en
    return {
        "id": unit.id,
        "code": unit.code,
        "kind": unit.kind.value,
        "name": name,
        "name_zh": unit.name_zh,
        "name_en": unit.name_en,
    }


def _views(here: Work, units: list[Unit], boundary: bool, named: bool) -> list[dict[str, Any]]:
    tree = here.snapshot.tree
    people = _names(here, [post for unit in units for post in tree.posts_at.get(unit.id, ())]) if named else None
    views = [_view(tree, unit, people) for unit in units]
    if boundary:
        rows = {row[0]: row for row in here.session.execute(boundaries_of([unit.id for unit in units]))}
        for view in views:
            _, view["boundary"], view["point"] = rows[view["id"]]
    return views


def _view(tree: Tree, unit: Unit, people: dict[int, str] | None) -> dict[str, Any]:
    return {
        **small_unit(unit),
        "parent_id": unit.parent_id,
        "grid_id": unit.grid_id,
        "trade": unit.trade,
        "public_area": unit.public_area,
        "path": [small_unit(tree.units[each]) for each in reversed(tree.path(unit.id))],
        "served_by": {
            kind.value: [small_unit(tree.units[org]) for org in orgs]
            for kind in UnitKind
            if (orgs := tree.served_by(unit.id, kind))
        },
        "posts": list(_posts(tree.posts_at.get(unit.id, ()), people)),
    }


def _posts(posts: tuple[Post, ...], people: dict[int, str] | None) -> Iterable[dict[str, Any]]:
    for role in Role:
        holders = [post.person_id for post in posts if post.role is role]
        if holders:
            shown = people is not None and role not in UNNAMED
            names = {"names": [people[each] for each in holders if each in people]} if people and shown else {}
            yield {"role": role.value, "count": len(holders), **names}


def _names(here: Work, posts: list[Post]) -> dict[int, str]:
    people = sorted({post.person_id for post in posts if post.role not in UNNAMED})
    return {row[0]: row[1] for row in here.session.execute(names_of(people))}
