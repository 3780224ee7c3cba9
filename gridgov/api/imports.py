"""Imports of files: ordered here, worked off by a worker, followed here."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from flask import Response

from gridgov.adapters.job_files import JobFiles
from gridgov.adapters.refused_rows import as_csv
from gridgov.db.models import Job, JobError
from gridgov.db.queries.jobs import NEWEST_FIRST, errors_of, jobs_like
from gridgov.domain.actors import Actor
from gridgov.domain.coordinates import Crs
from gridgov.domain.jobs import ImportKind
from gridgov.domain.mapping import Rejected
from gridgov.domain.rights import Permission
from gridgov.http.access import requires
from gridgov.http.blueprint import Blueprint
from gridgov.http.body import takes
from gridgov.http.context import edge, work
from gridgov.http.idempotency import idempotent
from gridgov.http.lists import answer_list
from gridgov.http.multipart import MULTIPART, only_file
from gridgov.schemas.imports import ImportForm, ImportOrder, ImportPage, ImportQuery, ImportRow, ImportView
from gridgov.services.imports.jobs import find_job, order_import
from gridgov.services.imports.kinds import Options
from gridgov.services.imports.outcome import tally_from

blueprint = Blueprint("imports", __name__, url_prefix="/api/v1/imports", description="Files that are brought in")

SHOWN_ERRORS = 100
COPIED = ("id", "kind", "state", "dry_run", "created_at", "started_at", "finished_at")
COUNTED = ("total", "done", "refused", "failure")


def _again(kept: Mapping[str, Any], *_: Any, **__: Any) -> tuple[dict[str, Any], int, dict[str, str]]:
    return _accepted(find_job(work().session, kept["job"]))


@blueprint.post("")
@requires(Permission.IMPORT_MANAGE)
@blueprint.doc(requestBody={"required": True, "content": {MULTIPART: {"schema": ImportForm}}})
@blueprint.arguments(ImportOrder, location="form", content_type=MULTIPART)
@blueprint.response(202, ImportRow)
@idempotent(lambda result: {"job": str(result[0]["id"])}, _again)
@takes(MULTIPART)
def order(form: dict[str, Any], actor: Actor) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Order an import; follow it at `links.self`.

    A file or a mapping that cannot be right whatever its rows say is 422 here. A row that cannot be taken is named in
    the errors of the import, and the rest goes in. A second run of the same file changes nothing.
    """
    crs = Crs(form["crs"]) if "crs" in form else None
    options = Options(form.get("mapping"), form.get("into"), form["live"], crs)
    file = only_file("file")
    upload = (file.stream, file.filename or "")
    kept = JobFiles(edge().runtime.settings.files)
    here = work()
    job = order_import(
        here.session, kept, actor.person_id, ImportKind(form["kind"]), options, upload, dry_run=form["dry_run"]
    )
    return _accepted(job)


@blueprint.get("")
@requires(Permission.IMPORT_MANAGE)
@blueprint.arguments(ImportQuery, location="query")
@blueprint.response(200, ImportPage)
def list_imports(query: dict[str, Any], actor: Actor) -> Response:
    """Everybody's imports, the newest first."""
    schema = ImportRow()

    def shape(rows: Sequence[Any]) -> list[dict[str, Any]]:
        return [cast(dict[str, Any], schema.dump(_row(job))) for job in rows]

    return answer_list(jobs_like(query.get("kind"), query.get("state")), query, "newest", NEWEST_FIRST, shape)


@blueprint.get("/<job_id>")
@requires(Permission.IMPORT_MANAGE)
@blueprint.response(200, ImportView)
def get_import(job_id: str, actor: Actor) -> dict[str, Any]:
    """How far an import is, what came of it so far, and the first hundred rows that were refused."""
    session = work().session
    job = find_job(session, job_id)
    errors = session.execute(errors_of(job.id).limit(SHOWN_ERRORS)).scalars()
    return {**_row(job), "summary": _summary(job), "errors": [_error(error) for error in errors]}


@blueprint.get("/<job_id>/errors")
@requires(Permission.IMPORT_MANAGE)
@blueprint.response(200, {"type": "string"}, content_type="text/csv", description="row, column, reason in en and zh")
def list_errors(job_id: str, actor: Actor) -> Response:
    """All refused rows as a CSV file that a spreadsheet opens as it is."""
    session = work().session
    job = find_job(session, job_id)
    text = as_csv(_rejected(error) for error in session.execute(errors_of(job.id)).scalars())
    named = {"Content-Disposition": f'attachment; filename="import-{job.id}-errors.csv"'}
    return Response(text.encode("utf-8-sig"), content_type="text/csv; charset=utf-8", headers=named)


def _accepted(job: Job) -> tuple[dict[str, Any], int, dict[str, str]]:
    row = _row(job)
    return row, 202, {"Location": row["links"]["self"]}


def _row(job: Job) -> dict[str, Any]:
    path = f"{blueprint.url_prefix}/{job.id}"
    links = {"self": path, "errors": f"{path}/errors"}
    named = {"file": job.file_name, "ordered_by": job.person_id, "links": links}
    return {**{name: getattr(job, name) for name in (*COPIED, *COUNTED)}, **named}


def _summary(job: Job) -> dict[str, Any]:
    plain = tally_from(job.summary).as_plain()
    changes = [{**change, "changed": change["fields"]} for change in plain["changes"]]
    return {**plain, "changes": changes}


def _error(error: JobError) -> dict[str, Any]:
    return {"row": error.row, "column": error.column, "reason": {"en": error.reason_en, "zh": error.reason_zh}}


def _rejected(error: JobError) -> Rejected:
    return Rejected(error.row or 0, error.reason_en, error.reason_zh, error.column)
