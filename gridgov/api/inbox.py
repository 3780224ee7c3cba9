"""What waits for the caller, by bucket, and how much of it there is."""

from typing import Any

from flask import Response, jsonify

from gridgov.api.cases import paged
from gridgov.db.queries.inbox import buckets, counts, waiting_for
from gridgov.domain.actors import Actor
from gridgov.domain.rights import Permission
from gridgov.http.access import requires
from gridgov.http.blueprint import Blueprint
from gridgov.http.context import work
from gridgov.schemas.case_inputs import InboxQuery
from gridgov.schemas.case_views import CasePage, InboxCounts

blueprint = Blueprint("inbox", __name__, url_prefix="/api/v1/inbox", description="What waits for you.")


@blueprint.get("")
@requires(Permission.CASE_READ)
@blueprint.arguments(InboxQuery, location="query")
@blueprint.response(200, CasePage)
def list_inbox(query: dict[str, Any], actor: Actor) -> Response:
    """The cases of one bucket, the most urgent first."""
    here = work()
    condition = buckets(actor, here.snapshot.tree, here.now)[query["bucket"]]
    return paged(waiting_for(condition), query, "due_at", actor)


@blueprint.get("/counts")
@requires(Permission.CASE_READ)
@blueprint.response(200, InboxCounts)
def count_inbox(actor: Actor) -> Response:
    """How many cases wait in each bucket."""
    here = work()
    conditions = buckets(actor, here.snapshot.tree, here.now)
    row = here.session.execute(counts(conditions)).one()
    return jsonify({"counts": dict(zip(conditions, row, strict=True))})
