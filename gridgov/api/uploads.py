"""Photos: send one in, look at one. On its case it hangs by its id in `attachments`."""

from typing import Any
from uuid import UUID, uuid4

import structlog
from flask import Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from gridgov.db.models import Upload
from gridgov.domain.actors import Actor
from gridgov.domain.errors import Invalid, NotFound, Text
from gridgov.domain.rights import Permission
from gridgov.http.access import requires
from gridgov.http.blueprint import Blueprint
from gridgov.http.body import TOO_LARGE_UPLOAD, UPLOAD_BYTES, takes
from gridgov.http.context import edge, work
from gridgov.http.idempotency import idempotent
from gridgov.http.prepared import prepared, requires_prepared
from gridgov.schemas.uploads import AttachmentQuery, UploadView
from gridgov.services.attachments import links_of, no_attachment, upload_for
from gridgov.services.uploads import Stored, record, store_picture, uploader_of

log = structlog.get_logger(__name__)
blueprint = Blueprint("uploads", __name__, url_prefix="/api/v1", description="Photos.")

FILE = "file"
ONE_FILE = Text("Send one file in the field “file”.", "请在 file 字段中上传一个文件。")
NOT_AN_ID = Text("Not a UUID.", "不是有效的 UUID。")
RAW = ("image/jpeg", "image/png", "image/webp", "application/octet-stream")
# A photo runs nothing, is not guessed at, and stays with whoever was let in.
SAFE = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, max-age=3600",
}
BINARY = {"schema": {"type": "string", "format": "binary"}}
FORM = {"schema": {"type": "object", "required": [FILE], "properties": {FILE: BINARY["schema"]}}}


def _store_form() -> Stored:
    files = request.files.getlist(FILE)
    if len(files) != 1 or set(request.files) | set(request.form) != {FILE}:
        raise Invalid({FILE: [ONE_FILE]})
    data = files[0].stream.read(UPLOAD_BYTES + 1)
    files[0].stream.seek(0)  # what makes a repeat the same request is read from it again
    return _stored(data)


def _store_body() -> Stored:
    return _stored(request.get_data(cache=True))


def _stored(data: bytes) -> Stored:
    if len(data) > UPLOAD_BYTES:
        raise RequestEntityTooLarge(TOO_LARGE_UPLOAD)
    return store_picture(edge().runtime.files, data)


def _again(kept: Any, actor: Actor) -> tuple[dict[str, Any], int]:
    row = work().session.get(Upload, UUID(kept["upload"]))
    if row is None:
        raise no_attachment(kept["upload"])
    return _view(row), 201


@blueprint.post("/uploads")
@requires_prepared(Permission.CASE_REPORT, _store_form)
@takes("multipart/form-data")
@blueprint.doc(requestBody={"required": True, "content": {"multipart/form-data": FORM}})
@blueprint.response(201, UploadView)
@idempotent(lambda made: {"upload": str(made[0]["id"])}, _again)
def upload_photo(actor: Actor) -> tuple[dict[str, Any], int]:
    """Send a JPEG or PNG of up to 40 megapixels, or a WebP of 15; it is kept upright, without what the camera added."""
    return _recorded(uuid4(), actor)


@blueprint.put("/uploads/<upload_id>")
@requires_prepared(Permission.CASE_REPORT, _store_body)
@takes(*RAW)
@blueprint.doc(requestBody={"required": True, "content": dict.fromkeys(RAW, BINARY)})
@blueprint.response(201, UploadView)
@blueprint.alt_response(200, description="The same photo was here already.")
def put_photo(upload_id: str, actor: Actor) -> tuple[dict[str, Any], int]:
    """Send a photo under an id of your own: send it whole again until you are answered."""
    return _recorded(_uuid(upload_id), actor)


@blueprint.get("/attachments/<upload_id>")
@requires(Permission.CASE_READ)
@blueprint.arguments(AttachmentQuery, location="query")
@blueprint.doc(responses={"200": {"description": "The photo.", "content": {"image/jpeg": BINARY}}})
def get_attachment(query: dict[str, Any], upload_id: str, actor: Actor) -> Response:
    """A photo of a case that you may see, or of your own until it hangs on one."""
    here, wanted = work(), _parsed(upload_id)
    if wanted is None:
        raise no_attachment(upload_id)
    row = upload_for(here.session, actor, here.snapshot.tree, wanted)
    return _photo(row, row.thumb_sha256 if query["size"] == "thumb" else row.stored_sha256)


def _recorded(upload_id: UUID, actor: Actor) -> tuple[dict[str, Any], int]:
    here = work()
    row, fresh = record(here.session, uploader_of(actor), upload_id, prepared(), here.clock)
    return _view(row), 201 if fresh else 200


def _view(row: Upload) -> dict[str, Any]:
    shown = ("id", "sha256", "media_type", "size", "width", "height")
    return {**{name: getattr(row, name) for name in shown}, "links": links_of(row.id)}


def _photo(row: Upload, digest: str) -> Response:
    try:
        data = edge().runtime.files.read(digest)
    except FileNotFoundError:
        log.error("file_missing", upload=str(row.id))
        raise NotFound("The file of this attachment is not there any more.", "该附件的文件已不存在。") from None
    response = Response(data, content_type=row.media_type, headers=SAFE)
    response.headers["Content-Disposition"] = f'inline; filename="{row.id}.jpg"'
    response.set_etag(digest)
    response.make_conditional(request)
    return response


def _uuid(text: str) -> UUID:
    found = _parsed(text)
    if found is None:
        raise Invalid({"upload_id": [NOT_AN_ID]})
    return found


def _parsed(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
