"""The caller: person, posts valid now, what this credential opens."""

from typing import Any

from gridgov.api.units import small_unit
from gridgov.domain.actors import Actor
from gridgov.domain.rights import Permission
from gridgov.http.access import requires
from gridgov.http.blueprint import Blueprint
from gridgov.http.context import work
from gridgov.schemas.people import MeView

blueprint = Blueprint("me", __name__, url_prefix="/api/v1", description="The caller")


@blueprint.get("/me")
@requires(Permission.ACCOUNT_READ)
@blueprint.response(200, MeView)
def me(actor: Actor) -> dict[str, Any]:
    """Who I am: posts, permissions, preferences."""
    here, caller = work(), work().caller
    tree = here.snapshot.tree
    return {
        "person": {"id": actor.person_id, "username": caller.username if caller else "", "name": actor.name},
        "posts": [{"role": post.role.value, "unit": small_unit(tree.units[post.unit_id])} for post in actor.posts],
        "permissions": sorted(here.permissions),
        "preferences": {"language": caller.language if caller else "zh"},
    }
