"""Photos and cases: who may look at one, how it comes to hang on an event, and how an answer shows it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from gridgov.db.models import Case, Upload
from gridgov.db.queries.cases import visible
from gridgov.db.queries.rechecks import entrusted, units_of
from gridgov.domain.actors import Actor
from gridgov.domain.errors import Invalid, NotFound, Text
from gridgov.domain.evidence import FIELD, shows
from gridgov.domain.org import Tree
from gridgov.domain.steps import Event
from gridgov.services.uploads import uploader_of

# What the rules are told of an upload that cannot be used: they shall complain of something else first.
PRESUMED = "image/jpeg"


@dataclass(frozen=True, slots=True)
class Taken:
    """The uploads that an action names, locked: `references` are what the rules and the event get to see of them.

    `unusable` are ids that are unknown, somebody else's, attached already, or named twice.
    """

    ids: Sequence[UUID]
    references: Sequence[Mapping[str, str]]
    unusable: frozenset[UUID]

    def require(self) -> None:
        """Nothing when all of them may be used; raises Invalid on `attachments`.

        Asked after the rules: who may not act at all hears that first.
        """
        if self.unusable:
            names = ", ".join(sorted(map(str, self.unusable)))
            sentence = Text(
                f"Not an upload of yours that is still free: {names}.", f"不是您上传且尚未使用的文件：{names}。"
            )
            raise Invalid({FIELD: [sentence]})


def take(session: Session, actor: Actor, ids: Sequence[UUID]) -> Taken:
    """The uploads of `actor` with those ids, locked until the end of the transaction."""
    columns = (Upload.id, Upload.stored_sha256, Upload.media_type)
    own = and_(Upload.id.in_(ids), Upload.who == uploader_of(actor), Upload.case_id.is_(None))
    free = select(*columns).where(own).order_by(Upload.id).with_for_update()
    found = {row.id: row for row in session.execute(free)}
    references = [
        {"id": str(each), "sha256": found[each].stored_sha256, "media_type": found[each].media_type}
        if each in found
        else {"id": str(each), "sha256": "", "media_type": PRESUMED}
        for each in ids
    ]
    twice = {each for each in ids if ids.count(each) > 1}
    return Taken(ids, references, frozenset({*ids} - found.keys() | twice))


def attach(session: Session, taken: Taken, case_id: int, event: Event) -> None:
    """Hang the uploads on the event that has just been written."""
    where = {"case_id": case_id, "event_seq": event.seq, "shows": shows(event.action, event.target).value}
    session.execute(update(Upload).where(Upload.id.in_(taken.ids)).values(**where, attached_at=event.at))


def upload_for(session: Session, actor: Actor, tree: Tree, upload_id: UUID) -> Upload:
    """The photo, for whoever may see its case or is to look at it again, or for its uploader until it has one.

    Raises NotFound for everybody else.
    """
    waiting = and_(Upload.case_id.is_(None), Upload.who == uploader_of(actor))
    seen = and_(Upload.case_id.is_not(None), or_(visible(actor, tree), entrusted(units_of(actor, tree))))
    found = select(Upload).outerjoin(Case, Case.id == Upload.case_id).where(Upload.id == upload_id, or_(waiting, seen))
    row = session.execute(found).scalar_one_or_none()
    if row is None:
        raise no_attachment(upload_id)
    return row


def no_attachment(upload_id: UUID | str) -> NotFound:
    """What whoever may not see a photo hears, and whoever asks for none."""
    return NotFound(f"There is no attachment {upload_id} for you.", f"没有您可以查看的附件 {upload_id}。")


def links_of(upload_id: UUID | str) -> dict[str, str]:
    """Where the photo and its thumbnail are."""
    base = f"/api/v1/attachments/{upload_id}"
    return {"self": base, "thumb": f"{base}?size=thumb"}


def shown(kept: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A case's photos as an answer shows them, from the JSON that `db.queries.cases.ATTACHMENTS` reads."""
    return [{**photo, "at": datetime.fromisoformat(photo["at"]), "links": links_of(photo["id"])} for photo in kept]
