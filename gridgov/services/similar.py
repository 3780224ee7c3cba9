"""Suggestions of duplicates: the five most alike among what the caller may see, those that are still open first."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from gridgov.db.queries.cases import visible
from gridgov.db.queries.similar import neighbours
from gridgov.domain.actors import Actor
from gridgov.domain.org import Tree, UnitKind
from gridgov.domain.similarity import WINDOW, Likeness, Sketch, box, likeness, words_in
from gridgov.services.intake import UNKNOWN_CATEGORY

MOST = 5

Suggestion = tuple[Row[Any], Likeness]


def similar_cases(
    session: Session, tree: Tree, actor: Actor, asked: Sketch, besides: int | None = None
) -> list[Suggestion]:
    """The suggestions for a report or a case; `besides` is the case's own id, which is none of them."""
    query = neighbours(
        visible(actor, tree),
        asked.at - WINDOW,
        asked.at + WINDOW,
        asked.building_id,
        asked.compound_id,
        tree.above(asked.compound_id, UnitKind.COMMUNITY),
        box(asked.point) if asked.point else None,
    )
    rows = session.connection().execute(query).all()
    return _best([(row, likeness(asked, sketch_of(row))) for row in rows if row.id != besides])


def sketch_of(case: Row[Any]) -> Sketch:
    """A case as it is compared; a category that nobody knew says nothing."""
    point = None if case.lon is None or case.lat is None else (case.lon, case.lat)
    category = None if case.category == UNKNOWN_CATEGORY else case.category
    words = words_in(case.title, case.description)
    return Sketch(case.building_id, case.compound_id, point, category, words, case.reported_at)


def _best(found: Sequence[Suggestion]) -> list[Suggestion]:
    shown = [each for each in found if each[1].worth_showing]
    return sorted(shown, key=lambda each: (each[0].closed_at is not None, -each[1].score, each[0].id))[:MOST]
