"""The city changes its shape by date: units move, branches merge. What happens to cases: services.city_changes."""

from typing import Any

from flask import request

from gridgov.domain.actors import Actor
from gridgov.domain.rights import Permission
from gridgov.http.access import requires
from gridgov.http.blueprint import Blueprint
from gridgov.http.context import work
from gridgov.http.idempotency import idempotent
from gridgov.http.language import preferred, said
from gridgov.schemas.appointments import MergeInput, MoveInput, ReshapedView
from gridgov.services.city_changes import Reshaped, merge_branch, move_unit

blueprint = Blueprint("reshaping", __name__, url_prefix="/api/v1", description="How the city changes by date")


@blueprint.post("/units/<int:unit_id>/move")
@requires(Permission.ORG_MANAGE)
@blueprint.arguments(MoveInput)
@blueprint.response(200, ReshapedView)
@idempotent(lambda answer: answer, lambda kept, _order, unit_id, actor: kept)
def move(order: dict[str, Any], unit_id: int, actor: Actor) -> dict[str, Any]:
    """Let a building, a compound, a grid or a community lie elsewhere from a day on; open cases stay as reported."""
    here = work()
    moved = move_unit(here.session, here.snapshot, unit_id, order.get("parent_id"), order.get("grid_id"), order["on"])
    return _view(moved)


@blueprint.post("/branches/<int:unit_id>/merge")
@requires(Permission.ORG_MANAGE)
@blueprint.arguments(MergeInput)
@blueprint.response(200, ReshapedView)
@idempotent(lambda answer: answer, lambda kept, _order, unit_id, actor: kept)
def merge(order: dict[str, Any], unit_id: int, actor: Actor) -> dict[str, Any]:
    """Let another branch answer for the compounds of this one from a day on; its people see its cases through."""
    here = work()
    return _view(merge_branch(here.session, here.snapshot, unit_id, order["into"], order["on"], here.now))


def _view(done: Reshaped) -> dict[str, Any]:
    language = preferred(request)
    return {
        "unit_id": done.unit.id,
        "on": done.on.isoformat(),
        "posts_ended": done.posts_ended,
        "warnings": [said(sentence, language) for sentence in done.warnings],
    }
