"""Imports: the form that orders one, and the job as it is shown."""

from marshmallow import fields, validate

from gridgov.domain.coordinates import Crs
from gridgov.domain.jobs import ImportKind, JobState
from gridgov.schemas.fields import Flag, Line, Moment, Prose
from gridgov.schemas.paging import Page, PageQuery
from gridgov.schemas.shape import Input, Output

KINDS = [kind.value for kind in ImportKind]
MOST_TOML = 100_000


class ImportOrder(Input):
    """The fields beside the file."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    mapping = Prose(MOST_TOML, metadata={"description": "Cases only: boston311, messages, or a mapping as TOML."})
    into = Line(80, metadata={"description": "Cases only: the code of a compound; else the city's own for imports."})
    live = Flag(
        in_query=True,
        load_default=False,
        metadata={"description": "Cases only: those without an end stay open, with fresh clocks."},
    )
    crs = fields.String(
        validate=validate.OneOf([crs.value for crs in Crs]),
        metadata={"description": "Boundaries only, and required there: the coordinate system of the file."},
    )
    dry_run = Flag(in_query=True, load_default=False, metadata={"description": "Look at everything, write nothing."})


class ImportForm(ImportOrder):
    """The whole form: the file, 10 MiB at most, is CSV or XLSX; GeoJSON for boundaries, TOML for a catalogue."""

    file = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})


class ImportQuery(PageQuery):
    """The filters of the list of imports."""

    kind = fields.String(validate=validate.OneOf(KINDS))
    state = fields.String(validate=validate.OneOf([state.value for state in JobState]))


class SentenceView(Output):
    """A sentence in both languages."""

    en = fields.String(required=True)
    zh = fields.String(required=True)


class ImportLinks(Output):
    """Where to look further."""

    self = fields.String(required=True)
    errors = fields.String(required=True, metadata={"description": "All refused rows as CSV."})


class ImportChange(Output):
    """A row that adds or changes something; `fields` names what changes."""

    row = fields.Integer(required=True, allow_none=True)
    key = fields.String(required=True)
    verdict = fields.String(required=True)
    changed = fields.List(fields.String(), required=True)


class ImportSummary(Output):
    """What became of the rows, or in a dry run would become of them: counts, the first 100 changes, remarks."""

    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    changes = fields.List(fields.Nested(ImportChange), required=True)
    remarks = fields.List(fields.Nested(SentenceView), required=True)


class ImportRow(Output):
    """An import in a list."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf([state.value for state in JobState]))
    dry_run = fields.Boolean(required=True)
    file = fields.String(required=True, metadata={"description": "The name under which the file was sent."})
    ordered_by = fields.Integer(required=True, allow_none=True, metadata={"description": "A person's id."})
    created_at = Moment(required=True)
    started_at = Moment(required=True, allow_none=True)
    finished_at = Moment(required=True, allow_none=True)
    total = fields.Integer(required=True, allow_none=True, metadata={"description": "null before it is counted."})
    done = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    failure = fields.Nested(SentenceView, required=True, allow_none=True)
    links = fields.Nested(ImportLinks, required=True)


class ImportRefusal(Output):
    """A row that was refused; `row` and `column` are null for what concerns the whole file."""

    row = fields.Integer(required=True, allow_none=True)
    column = fields.String(required=True, allow_none=True)
    reason = fields.Nested(SentenceView, required=True)


class ImportView(ImportRow):
    """An import with what came of it so far."""

    summary = fields.Nested(ImportSummary, required=True)
    errors = fields.List(
        fields.Nested(ImportRefusal),
        required=True,
        metadata={"description": "The first 100; all: links.errors"},
    )


class ImportPage(Page):
    """A page of imports, the newest first."""

    items = fields.List(fields.Nested(ImportRow), required=True)
