"""What residents do about their own case by its link: each is an action of the workflow, refused in the same words."""

from collections.abc import Callable
from typing import Any

from flask import Response

from gridgov.http.access import public
from gridgov.http.blueprint import Blueprint
from gridgov.http.idempotency import idempotent
from gridgov.http.public import RESPONSES, WRONG_TRACKING, transacted, within
from gridgov.http.residents import responded, tracked_case, tracking_code, tracking_scope
from gridgov.schemas.public import NoteInput, PublicCaseView, PublicRatingInput

blueprint = Blueprint("responses", __name__, url_prefix="/api/v1/public/cases", description="What residents do")

View = Callable[..., Any]
RATING = ("contacted", "solved", "satisfaction")
UNSOLVED = "dissatisfied"


def _shown_again(kept: Any, inputs: dict[str, Any], code: str) -> Response:
    return tracked_case(code)


def answered(view: View) -> View:
    """Everything that stands between the body and the view: budgets, one transaction, the shape, once per key."""
    once = idempotent(200, _shown_again, tracking_scope)(view)
    shaped = transacted(blueprint.response(200, PublicCaseView)(once))
    return within(RESPONSES, WRONG_TRACKING, tracking_code)(shaped)


@blueprint.post("/<code>/rating")
@public
@blueprint.arguments(PublicRatingInput)
@answered
def rate(inputs: dict[str, Any], code: str) -> Response:
    """Rate what was done. "Not solved" or "dissatisfied" is a dispute: somebody else judges the case."""
    rating = {name: inputs[name] for name in RATING if name in inputs}
    note = {"note": inputs["note"]} if "note" in inputs else {}
    return responded(code, "rate", {"rating": {"satisfaction": UNSOLVED, **rating}, **note})


@blueprint.post("/<code>/urge")
@public
@blueprint.arguments(NoteInput)
@answered
def urge(inputs: dict[str, Any], code: str) -> Response:
    """Remind whoever has the case; once a day."""
    return responded(code, "urge", inputs)


@blueprint.post("/<code>/info")
@public
@blueprint.arguments(NoteInput)
@answered
def supply_info(inputs: dict[str, Any], code: str) -> Response:
    """Supply what was asked; the case goes on where it stood."""
    return responded(code, "supply_info", inputs)


@blueprint.post("/<code>/withdraw")
@public
@blueprint.arguments(NoteInput)
@answered
def withdraw(inputs: dict[str, Any], code: str) -> Response:
    """Take the report back, as long as nobody works on it."""
    return responded(code, "withdraw", inputs)


@blueprint.post("/<code>/appeal")
@public
@blueprint.arguments(NoteInput)
@answered
def appeal(inputs: dict[str, Any], code: str) -> Response:
    """Object to a report's not being accepted; once, within seven days."""
    return responded(code, "appeal", inputs)


@blueprint.post("/<code>/reopen")
@public
@blueprint.arguments(NoteInput)
@answered
def reopen(inputs: dict[str, Any], code: str) -> Response:
    """Have a closed case looked at again; within thirty days."""
    return responded(code, "reopen", inputs)


@blueprint.post("/<code>/comment")
@public
@blueprint.arguments(NoteInput)
@answered
def comment(inputs: dict[str, Any], code: str) -> Response:
    """Add a remark; only the office that has the case reads it."""
    return responded(code, "comment", inputs)
