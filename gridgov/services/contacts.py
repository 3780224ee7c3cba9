"""How a reporter can be reached: masked for those who may ask, one field at a time for a written reason, then gone.

What is sealed never becomes part of an event, a notice or a log. When it goes by itself: housekeeping.tidy.
"""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.fernet import InvalidToken
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from gridgov.adapters.sealing import Sealer
from gridgov.db.models import CaseContact, ContactReveal
from gridgov.domain.actors import Actor
from gridgov.domain.case import Facts
from gridgov.domain.contact_rights import masked_phone, may_see_contact
from gridgov.domain.errors import Forbidden, NotFound, RateLimited, Text
from gridgov.domain.org import Tree
from gridgov.domain.scrub import scrub

MOST_REVEALS = 30
WITHIN = timedelta(hours=1)
NOT_YOURS = Text(
    "The reporter's contact is for the owner, the handler and the levels above, and never for whom the case is about.",
    "上报人的联系方式仅供主责支部、承办单位和上级查看，被反映的单位不能查看。",
)
NOT_LEFT = Text("The reporter left none, or it was deleted in time.", "上报人没有留下此项，或已按期删除。")
TOO_MANY = Text("Too many contacts were opened within an hour.", "一小时内查看联系方式次数过多。")


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody who wants to know how the reporter of a case can be reached."""

    case_id: int
    facts: Facts
    actor: Actor
    tree: Tree

    @property
    def allowed(self) -> bool:
        """Whether they may know that there is a contact at all."""
        return may_see_contact(self.facts, self.actor, self.tree)


def shown_contact(sealer: Sealer, asking: Asking, contact: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The contact with its phone masked and the rest only counted; None where there is none, or not for them.

    `contact` is what stands sealed beside the case (db.queries.cases.CONTACT).
    """
    if contact is None or not asking.allowed:
        return None
    kept = _opened(sealer, b64decode(contact["sealed"]))
    phone = kept.get("phone")
    return {
        "phone": masked_phone(phone) if phone else None,
        "has_name": "name" in kept,
        "has_email": "email" in kept,
        "wants_updates": contact["wants_updates"],
    }


def reveal_contact(session: Session, sealer: Sealer, asking: Asking, field: str, reason: str, now: datetime) -> str:
    """One field in clear, written down with who asked and why (reliability.md §4, PIPL).

    Raises what `read_contact` raises, and RateLimited after thirty within an hour.
    """
    value = read_contact(session, sealer, asking, field)
    _count(session, asking.actor, now)
    reveal = {"case_id": asking.case_id, "person_id": asking.actor.person_id, "field": field}
    session.add(ContactReveal(**reveal, reason=scrub(reason).text, at=now))
    session.flush()
    return value


def read_contact(session: Session, sealer: Sealer, asking: Asking, field: str) -> str:
    """One field in clear, without a line in the log: for the repeat of an answer that is in it already.

    Raises Forbidden for whoever may not know it, NotFound where the reporter left none.
    """
    if not asking.allowed:
        raise Forbidden(str(NOT_YOURS), NOT_YOURS.zh)
    row = session.get(CaseContact, asking.case_id)
    value = _opened(sealer, row.sealed).get(field) if row else None
    if not value:
        raise NotFound(str(NOT_LEFT), NOT_LEFT.zh)
    return value


def forget_contact(session: Session, case_id: int) -> None:
    """Delete at once how the reporter can be reached: they have withdrawn the wish."""
    session.execute(delete(CaseContact).where(CaseContact.case_id == case_id))


def _opened(sealer: Sealer, sealed: bytes) -> Mapping[str, str]:
    """What was sealed; nothing when the city's secret key has been changed since, for then nobody can know it."""
    try:
        return sealer.open(sealed)
    except InvalidToken:
        return {}


def _count(session: Session, actor: Actor, now: datetime) -> None:
    mine = ContactReveal.person_id == actor.person_id
    before = select(func.count()).where(mine, ContactReveal.at > now - WITHIN)
    if session.execute(before).scalar_one() >= MOST_REVEALS:
        raise RateLimited(str(TOO_MANY), TOO_MANY.zh, retry_after=WITHIN.total_seconds())
