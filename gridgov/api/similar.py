"""Is it reported already? Suggestions for a case and before a report; nothing is kept and nothing is held up."""

from typing import Any

from flask import Response, jsonify

from gridgov.api.reports import place_of, point_of
from gridgov.domain.actors import Actor
from gridgov.domain.rights import Permission
from gridgov.domain.similarity import Sketch, words_in
from gridgov.http.access import requires
from gridgov.http.blueprint import Blueprint
from gridgov.http.cases import view_of, visible_case
from gridgov.http.context import work
from gridgov.schemas.similar import SimilarCases, SimilarQuestion
from gridgov.services.portraits import brief
from gridgov.services.similar import similar_cases, sketch_of

blueprint = Blueprint("similar", __name__, url_prefix="/api/v1/cases", description="What may be the same.")


@blueprint.get("/<number>/similar")
@requires(Permission.CASE_READ)
@blueprint.response(200, SimilarCases)
def similar_to_case(number: str, actor: Actor) -> Response:
    """Cases like this one, reported within thirty days of it, that you may see."""
    case = visible_case(number, actor)
    return _answer(sketch_of(case), actor, besides=case.id)


@blueprint.post("/similar")
@requires(Permission.CASE_READ)
@blueprint.arguments(SimilarQuestion)
@blueprint.response(200, SimilarCases)
def similar_to_report(question: dict[str, Any], actor: Actor) -> Response:
    """Cases of the last thirty days like the report that you are about to make. Nothing is written."""
    place, where = place_of(question["place"]), point_of(question["place"])
    words = words_in(question["title"], question["description"])
    sketch = Sketch(place.building_id, place.compound_id, where, question.get("category"), words, work().now)
    return _answer(sketch, actor)


def _answer(sketch: Sketch, actor: Actor, besides: int | None = None) -> Response:
    here, view = work(), view_of(actor)
    found = similar_cases(here.session, here.snapshot.tree, actor, sketch, besides)
    items = [
        {
            "case": brief(case, view),
            "score": round(alike.score, 3),
            "parts": {
                "place": round(alike.place, 3),
                "text": round(alike.text, 3),
                "category": alike.category,
                "time": round(alike.time, 3),
            },
        }
        for case, alike in found
    ]
    return jsonify({"items": items})
