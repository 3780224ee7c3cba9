"""What people do to a case: every action of the workflow through one door, and remarks."""

from typing import Any

from flask import Response

from gridgov.domain.actors import Actor
from gridgov.domain.merging import MERGE
from gridgov.domain.rights import Permission
from gridgov.http.access import requires
from gridgov.http.acting import acted
from gridgov.http.blueprint import Blueprint
from gridgov.http.cases import answer_with, case_once_shown
from gridgov.http.concurrency import expected_version, takes_if_match
from gridgov.http.idempotency import idempotent
from gridgov.schemas.case_inputs import ActionInput, CommentInput
from gridgov.schemas.case_views import CaseView
from gridgov.services.portraits import CaseRow

blueprint = Blueprint("actions", __name__, url_prefix="/api/v1/cases", description="What people do to a case.")


def _acted_again(kept: Any, inputs: dict[str, Any], number: str, actor: Actor, action: str = "") -> Response:
    return _answer(case_once_shown(number), action, inputs, actor)


@blueprint.post("/<number>/actions/<action>")
@requires(Permission.CASE_ACT)
@blueprint.arguments(ActionInput)
@blueprint.response(200, CaseView)
@takes_if_match
@idempotent(200, _acted_again)
def act_on_case(inputs: dict[str, Any], number: str, action: str, actor: Actor) -> Response:
    """Do an action of the workflow; the body is what it needs. Answers with the case as it stands then."""
    return _acted(number, action, actor, inputs)


@blueprint.post("/<number>/comments")
@requires(Permission.CASE_COMMENT)
@blueprint.arguments(CommentInput)
@blueprint.response(201, CaseView)
@takes_if_match
@idempotent(201, _acted_again)
def comment_on_case(inputs: dict[str, Any], number: str, actor: Actor) -> Response:
    """Leave a remark: internal unless marked public."""
    response = _acted(number, "comment", actor, inputs)
    response.status_code = 201
    return response


def _acted(number: str, action: str, actor: Actor, inputs: dict[str, Any]) -> Response:
    expected = expected_version(inputs.pop("expected_version", None))
    return _answer(acted(number, action, actor, inputs, expected), action, inputs, actor)


def _answer(case: CaseRow, action: str, inputs: dict[str, Any], actor: Actor) -> Response:
    """The case asked about. After a merge it says which of the two is the master: the older, so it may be this one."""
    if action != MERGE:
        return answer_with(case, actor)
    master = case.facts["merged_into"] or case.number
    return answer_with(case, actor, merge={
        "asked": case.number, "into": inputs["into"], "master": master, "turned": master == case.number,
    })  # fmt: skip
