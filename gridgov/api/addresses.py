"""Where the caller and the caller's units are told too, beside the application."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response

from gridgov.db.models import Address
from gridgov.db.paging import By, Order
from gridgov.domain.actors import Actor
from gridgov.domain.errors import Forbidden, NotFound
from gridgov.domain.org import Role
from gridgov.domain.rights import Permission
from gridgov.http.access import requires
from gridgov.http.blueprint import Blueprint
from gridgov.http.context import edge, work
from gridgov.http.idempotency import idempotent
from gridgov.http.lists import answer_list
from gridgov.schemas.addresses import AddressOrder, AddressPage, AddressQuery, AddressView, CodeForm
from gridgov.services.addresses import (
    NewAddress,
    Owner,
    add_address,
    address_for,
    disable_address,
    owned_by,
    verify_address,
)

blueprint = Blueprint("addresses", __name__, url_prefix="/api/v1/addresses", description="Where messages go")

NEWEST_FIRST = Order((By(Address.id, descending=True),))
COLUMNS = (  # never `sealed`
    "id",
    "kind",
    "lane",
    "label",
    "unit_id",
    "created_at",
    "verified_at",
    "disabled_at",
    "disabled_reason",
    "wrong_codes",
)


@blueprint.get("")
@requires(Permission.ADDRESS_MANAGE)
@blueprint.arguments(AddressQuery, location="query")
@blueprint.response(200, AddressPage)
def list_addresses(query: dict[str, Any], actor: Actor) -> Response:
    """Own addresses and those of one's units, switched-off ones too. The URLs themselves are never shown."""
    return answer_list(owned_by(_owners(actor)), query, "newest", NEWEST_FIRST, _views)


def _again(kept: Mapping[str, Any], _order: dict[str, Any], actor: Actor) -> dict[str, Any]:
    return _view(address_for(work().session, kept["id"], _owners(actor)))


@blueprint.post("")
@requires(Permission.ADDRESS_MANAGE)
@blueprint.arguments(AddressOrder)
@blueprint.response(201, AddressView)
@idempotent(lambda view: {"id": view["id"]}, _again)
def make_address(order: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """Add an address. A code goes there; only when it comes back is the address told anything."""
    here, runtime = work(), edge().runtime
    unit_id = order["unit_id"]
    owner = Owner(actor.person_id) if unit_id is None else Owner(unit_id=unit_id)
    if owner not in _owners(actor):
        raise Forbidden(
            "Only who acts for a unit, or an administrator, adds its address.", "只有该单位人员或管理员可以添加其地址。"
        )
    new = NewAddress(owner, order["kind"], order["url"], order["label"])
    allow = runtime.settings.egress_allow
    return _view(add_address(here.session, runtime.sealer, new, _person(actor), allow, here.now))


def _as_it_is(_kept: Mapping[str, Any], _form: dict[str, Any], address_id: int, actor: Actor) -> dict[str, Any]:
    return _view(address_for(work().session, address_id, _owners(actor)))


@blueprint.post("/<int:address_id>/verify")
@requires(Permission.ADDRESS_MANAGE)
@blueprint.arguments(CodeForm)
@blueprint.response(200, AddressView)
@idempotent(200, _as_it_is)
def verify(form: dict[str, Any], address_id: int, actor: Actor) -> dict[str, Any]:
    """Prove the address with its code: look at `verified_at`. A wrong code counts, and the fifth switches it off."""
    here = work()
    address = address_for(here.session, address_id, _owners(actor))
    verify_address(here.session, edge().runtime.sealer, address, form["code"], here.now)
    return _view(address)


@blueprint.delete("/<int:address_id>")
@requires(Permission.ADDRESS_MANAGE)
@blueprint.response(204)
def drop_address(address_id: int, actor: Actor) -> str:
    """Send nothing there any more."""
    here = work()
    address_for(here.session, address_id, _owners(actor))
    disable_address(here.session, address_id, "removed", here.now)
    return ""


def _owners(actor: Actor) -> list[Owner]:
    """Whose addresses the caller may see and change."""
    tree = work().snapshot.tree
    administers = any(post.role is Role.ADMIN for post in actor.posts)
    units = tree.units if administers else tree.acts_for(_person(actor))
    return [Owner(_person(actor)), *(Owner(unit_id=unit) for unit in units)]


def _person(actor: Actor) -> int:
    if actor.person_id is None:
        raise NotFound("Addresses belong to people and units.", "地址只属于个人或单位。")
    return actor.person_id


def _view(address: Address) -> dict[str, Any]:
    return {name: getattr(address, name) for name in COLUMNS}


def _views(rows: Sequence[Any]) -> list[dict[str, Any]]:
    return [_view(row) for row in rows]
