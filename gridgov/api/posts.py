"""Appointments that begin and end. Who may: administrators; what may be: services.posts."""

from typing import Any

from flask import request

from gridgov.db.models import PostRow
from gridgov.domain.actors import Actor
from gridgov.domain.org import Role
from gridgov.domain.rights import Permission
from gridgov.http.access import requires
from gridgov.http.blueprint import Blueprint
from gridgov.http.context import work
from gridgov.http.idempotency import idempotent
from gridgov.http.language import preferred, said
from gridgov.schemas.appointments import PostChange, PostEnding, PostOrder
from gridgov.services.posts import Appointment, Changed, Ending, appoint, end_post

blueprint = Blueprint("posts", __name__, url_prefix="/api/v1/posts", description="Dated appointments")


@blueprint.post("")
@requires(Permission.ORG_MANAGE)
@blueprint.arguments(PostOrder)
@blueprint.response(201, PostChange)
@idempotent(lambda answer: answer, lambda kept, _order, actor: kept)
def make_post(order: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """Appoint somebody; a substitute has an end, stands in a chain of three at most and in no circle."""
    here = work()
    wanted = Appointment(
        order["person_id"],
        Role(order["role"]),
        order["unit_id"],
        order["from_"],
        order["until"],
        order["substitute_for"],
    )
    return _changed(appoint(here.session, here.snapshot, wanted, here.now))


@blueprint.post("/<int:post_id>/end")
@requires(Permission.ORG_MANAGE)
@blueprint.arguments(PostEnding)
@blueprint.response(200, PostChange)
@idempotent(lambda answer: answer, lambda kept, _order, post_id, actor: kept)
def finish_post(order: dict[str, Any], post_id: int, actor: Actor) -> dict[str, Any]:
    """End a post. 409 `work_in_hand` while open cases would be left behind and nobody is named to take them."""
    here = work()
    ending = Ending(order["on"], order["hand_over_to"], order["appoint"])
    return _changed(end_post(here.session, here.snapshot, post_id, ending, here.now))


def post_view(post: PostRow) -> dict[str, Any]:
    """A post with its days as text."""
    return {
        "id": post.id,
        "person_id": post.person_id,
        "role": post.role,
        "unit_id": post.unit_id,
        "from": post.valid_from.isoformat() if post.valid_from else None,
        "until": post.valid_to.isoformat() if post.valid_to else None,
        "substitute_for": post.substitute_for,
    }


def _changed(changed: Changed) -> dict[str, Any]:
    language = preferred(request)
    warnings = [said(sentence, language) for sentence in changed.warnings]
    return {**post_view(changed.post), "cases_moved": changed.moved, "warnings": warnings}
