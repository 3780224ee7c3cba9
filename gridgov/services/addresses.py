"""Where people and units are told too: kept sealed, proved by a code that went there, switched off with a reason."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from hmac import compare_digest

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from gridgov.adapters.channels import ChannelRefused, lane_of
from gridgov.adapters.sealing import Sealer
from gridgov.db.models import Address, Message
from gridgov.domain.errors import BoundReached, Conflict, Invalid, NotFound, Text
from gridgov.services.outbox import DeliveryState

MOST_EACH = 10
MOST_WRONG_CODES = 5
EMAIL, APPRISE = "email", "apprise"
NOT_AN_EMAIL = Text("This is no e-mail address.", "邮箱地址格式不正确。")


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose address it is: a person's or a unit's."""

    person_id: int | None = None
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewAddress:
    """An address as somebody gives it: for `email` the bare address, for `apprise` its URL."""

    owner: Owner
    kind: str
    url: str
    label: str


def owned_by(owners: Sequence[Owner]) -> Select[Address]:
    """The addresses of those owners, switched-off ones too."""
    people = [owner.person_id for owner in owners if owner.person_id is not None]
    units = [owner.unit_id for owner in owners if owner.unit_id is not None]
    return select(Address).where(or_(Address.person_id.in_(people), Address.unit_id.in_(units)))


def add_address(
    session: Session, sealer: Sealer, new: NewAddress, made_by: int, allow: tuple[str, ...], now: datetime
) -> Address:
    """Keep it, and send it a code: before the code comes back nothing else goes there.

    Raises Invalid for an address of a kind that is not taken, BoundReached beyond ten of one owner. No network here.
    """
    lane = _lane(new, allow)
    used = owned_by([new.owner]).where(Address.disabled_at.is_(None))
    if len(session.scalars(used).all()) >= MOST_EACH:
        raise BoundReached(f"There are {MOST_EACH} addresses already.", f"地址最多 {MOST_EACH} 个。")
    sealed = sealer.seal({"url": new.url, "code": f"{secrets.randbelow(10**8):08}"})
    owner = new.owner
    row = Address(person_id=owner.person_id, unit_id=owner.unit_id, kind=new.kind, lane=lane, sealed=sealed,
                  label=new.label, created_by=made_by, created_at=now)  # fmt: skip
    session.add(row)
    session.flush()
    session.add(_code_message(row, now))
    session.flush()
    return row


def verify_address(session: Session, sealer: Sealer, address: Address, code: str, now: datetime) -> bool:
    """Whether the code is the one that went there; after five wrong ones the address is switched off.

    Raises Conflict for an address that is switched off.
    """
    if address.disabled_at is not None:
        raise Conflict("This address is switched off; make it anew.", "该地址已停用，请重新添加。")
    if compare_digest(sealer.open(address.sealed)["code"].encode(), code.encode()):
        address.verified_at = address.verified_at or now
    else:
        address.wrong_codes += 1
        session.flush()
        if address.wrong_codes >= MOST_WRONG_CODES:
            disable_address(session, address.id, "wrong_codes", now)
            session.refresh(address)
    session.flush()
    return address.verified_at is not None


def disable_address(session: Session, address_id: int, reason: str, now: datetime) -> None:
    """Send nothing there any more; what waits for it is withdrawn."""
    off = update(Address).where(Address.id == address_id, Address.disabled_at.is_(None))
    session.execute(off.values(disabled_at=now, disabled_reason=reason))
    waiting = update(Message).where(Message.address_id == address_id, Message.state == DeliveryState.PENDING)
    session.execute(waiting.values(state=DeliveryState.WITHDRAWN, reason="address_disabled"))


def address_for(session: Session, address_id: int, owners: Sequence[Owner]) -> Address:
    """The address, if it belongs to one of those owners. Raises NotFound."""
    row = session.get(Address, address_id, with_for_update=True)
    if row is None or Owner(row.person_id, row.unit_id) not in owners:
        raise NotFound("There is no such address.", "没有这个地址。")
    return row


def _lane(new: NewAddress, allow: tuple[str, ...]) -> str:
    if new.kind == EMAIL:
        if "@" not in parseaddr(new.url)[1] or parseaddr(new.url)[1] != new.url:
            raise Invalid({"url": [NOT_AN_EMAIL]})
        return EMAIL
    try:
        return lane_of(new.url, allow)
    except ChannelRefused as refusal:
        raise Invalid({"url": [Text(str(refusal), f"不接受该地址：{refusal}")]}) from None


def _code_message(address: Address, now: datetime) -> Message:
    return Message(purpose="code", lane=address.lane, address_id=address.id, person_id=address.person_id,
                   dedupe_key=f"code:{address.id}", rings=False, next_at=now, created_at=now)  # fmt: skip
