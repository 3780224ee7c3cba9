"""One action on many cases at once, with one result per case."""

from typing import Any

from flask import Response, jsonify

from gridgov.domain.actors import Actor
from gridgov.domain.rights import Permission
from gridgov.http.access import requires
from gridgov.http.blueprint import Blueprint
from gridgov.http.bulk import act_on_each
from gridgov.http.cases import case_once_shown
from gridgov.http.idempotency import idempotent
from gridgov.schemas.bulk import BulkAction, BulkResults

blueprint = Blueprint("bulk", __name__, url_prefix="/api/v1/cases", description="One action on many cases.")


def _kept(response: Response) -> dict[str, Any]:
    """Numbers, statuses and codes: never what was sent."""
    results = response.get_json()["results"]
    return {
        "results": [{name: each[name] for name in ("number", "status", "code") if name in each} for each in results]
    }


def _again(kept: dict[str, Any], asked: dict[str, Any], actor: Actor) -> Response:
    return jsonify({"results": [_repeated(each) for each in kept["results"]]})


def _repeated(kept: dict[str, Any]) -> dict[str, Any]:
    """What became of a case then, as it stands by now; of a refusal its status and code."""
    if kept["status"] >= 400:
        return {**kept, "ok": False}
    case = case_once_shown(kept["number"])
    return {**kept, "ok": True, "version": case.version, "state": case.state}


@blueprint.post("/bulk-actions")
@requires(Permission.CASE_ACT)
@blueprint.arguments(BulkAction)
@blueprint.response(200, BulkResults)
@idempotent(_kept, _again)
def act_on_cases(asked: dict[str, Any], actor: Actor) -> Response:
    """Do one action on up to 100 cases, with the rights of the single action; a refused case harms no other."""
    action, cases = asked.pop("action"), asked.pop("cases")
    return jsonify({"results": act_on_each(action, cases, asked, actor)})
