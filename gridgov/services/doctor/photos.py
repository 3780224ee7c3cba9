"""I7, the part of the files: every photo that an event proves is here, as it was then; and no file lies about."""

from collections.abc import Iterator
from time import time

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gridgov.adapters.file_store import FileStore
from gridgov.db.models import Case, Upload
from gridgov.services.doctor.problem import Problem, suspect, wrong
from gridgov.services.files import GRACE, unreferenced

INVARIANT = "I7"
# Hashing that many photos takes less than the pause after which an idle transaction is ended.
BATCH = 50
NONE_OF_THEM = "-"

# What was attached before photos were kept here has a name and no id.
UNPROVED = text("""
SELECT c.number, e.seq, a.photo ->> 'id' AS id
FROM case_events e JOIN cases c ON c.id = e.case_id
CROSS JOIN LATERAL jsonb_array_elements(
  CASE jsonb_typeof(e.data -> 'attachments') WHEN 'array' THEN e.data -> 'attachments' ELSE '[]' END) AS a(photo)
LEFT JOIN uploads u ON u.id::text = a.photo ->> 'id' AND u.case_id = e.case_id AND u.event_seq = e.seq
  AND u.stored_sha256 = a.photo ->> 'sha256'
WHERE e.data ? 'attachments' AND a.photo ? 'id' AND u.id IS NULL
ORDER BY c.number, e.seq
""")
UNTOLD = text("""
SELECT c.number, u.id FROM uploads u JOIN cases c ON c.id = u.case_id
LEFT JOIN case_events e ON e.case_id = u.case_id AND e.seq = u.event_seq
WHERE NOT coalesce(e.data -> 'attachments' @> jsonb_build_array(jsonb_build_object('id', u.id)), false)
ORDER BY c.number, u.id
""")


def photos_are_proved(session: Session) -> Iterator[Problem]:
    """Events that name a photo which is not there as they name it, and photos that their event does not name."""
    for number, seq, upload_id in session.execute(UNPROVED):
        finding = wrong(
            f"Event {seq} names the photo {upload_id}, which is not there as it names it.",
            f"事件{seq}所列照片{upload_id}不存在或已被更改。",
        )
        yield Problem(INVARIANT, number, finding.sentence)
    for number, upload_id in session.execute(UNTOLD):
        finding = wrong(f"No event names the photo {upload_id}.", f"没有事件记录照片{upload_id}。")
        yield Problem(INVARIANT, number, finding.sentence)


def files_are_whole(session: Session, files: FileStore) -> Iterator[Problem]:
    """Attached photos whose file is missing or changed; and, as a warning, files that no row names for a day."""
    columns = (Upload.id, Upload.stored_sha256, Upload.thumb_sha256, Case.number)
    attached = select(*columns).join(Case, Case.id == Upload.case_id).order_by(Upload.id).limit(BATCH)
    rows = session.execute(attached).all()
    while rows:
        for row in rows:
            if not (files.is_sound(row.stored_sha256) and files.is_sound(row.thumb_sha256)):
                finding = wrong(f"The file of the photo {row.id} is lost.", f"照片{row.id}的文件丢失或已损坏。")
                yield Problem(INVARIANT, row.number, finding.sentence)
        rows = session.execute(attached.where(Upload.id > rows[-1].id)).all()
    yield from _stray(session, files)


def _stray(session: Session, files: FileStore) -> Iterator[Problem]:
    count = sum(len(found) for found in unreferenced(session, files, time() - GRACE.total_seconds()))
    if count:
        finding = suspect(f"{count} files belong to no photo.", f"有 {count} 个文件不属于任何照片。")
        yield Problem(INVARIANT, NONE_OF_THEM, finding.sentence, warning=True)
