"""Suggestions of duplicates: what is asked before a report, and what comes back."""

from marshmallow import fields

from gridgov.schemas.case_inputs import PlaceInput
from gridgov.schemas.case_views import CaseBrief
from gridgov.schemas.fields import Line, Prose
from gridgov.schemas.shape import Input, Output


class SimilarQuestion(Input):
    """A report that is about to be made."""

    place = fields.Nested(PlaceInput, required=True)
    category = Line(8)
    title = Line(200, blank=True, load_default="")
    description = Prose(10_000, required=True)


class LikenessView(Output):
    """The parts of a score, each between 0 and 1; null where there was nothing to compare."""

    place = fields.Float()
    text = fields.Float()
    category = fields.Float(allow_none=True)
    time = fields.Float()


class SimilarCase(Output):
    """A case that looks like the report."""

    case = fields.Nested(CaseBrief)
    score = fields.Float()
    parts = fields.Nested(LikenessView)


class SimilarCases(Output):
    """At most five, those that are still open first, then by score."""

    items = fields.List(fields.Nested(SimilarCase), required=True)
