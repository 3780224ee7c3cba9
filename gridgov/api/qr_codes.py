"""The codes on the walls: listed, made, rotated, revoked and drawn, by those who look after the place."""

from collections.abc import Sequence
from typing import Any

from flask import Response

from gridgov.adapters.qr_svg import qr_svg
from gridgov.db.models import QrCode
from gridgov.db.queries.residents import BY_CODE, codes_at
from gridgov.domain.actors import Actor
from gridgov.domain.errors import Invalid, NotFound, Text
from gridgov.domain.qr_places import codes_within, keeps_codes_of
from gridgov.domain.rights import Permission
from gridgov.http.access import requires
from gridgov.http.blueprint import Blueprint
from gridgov.http.cases import view_of
from gridgov.http.context import edge, work
from gridgov.http.idempotency import idempotent
from gridgov.http.lists import answer_list
from gridgov.schemas.qr_codes import NoBody, QrCodeOrder, QrCodePage, QrCodeQuery, QrCodeView
from gridgov.services.qr_codes import make_code, revoke_code, rotate_code

blueprint = Blueprint("qr_codes", __name__, url_prefix="/api/v1/qr-codes", description="Codes on walls")

ELSEWHERE = Text("There is no such place among those that you look after.", "您负责的范围内没有这个地点。")


@blueprint.get("")
@requires(Permission.QR_MANAGE)
@blueprint.arguments(QrCodeQuery, location="query")
@blueprint.response(200, QrCodePage)
def list_codes(query: dict[str, Any], actor: Actor) -> Response:
    """The codes of the places that you look after, or of one unit and the places in it; revoked ones too."""
    places = _own(actor)
    if "unit" in query:
        places &= frozenset(codes_within(_unit(query["unit"]), work().snapshot.tree))
    rows = codes_at(places, query.get("in_use"))
    return answer_list(rows, query, "code", BY_CODE, lambda found: _views(found, actor))


def _shown_again(kept: Any, *_: Any, actor: Actor, **__: Any) -> dict[str, Any]:
    return _view(work().session.get_one(QrCode, kept["code"]), actor)


@blueprint.post("")
@requires(Permission.QR_MANAGE)
@blueprint.arguments(QrCodeOrder)
@blueprint.response(201, QrCodeView)
@idempotent(lambda view: {"code": view["code"]}, _shown_again)
def make_qr_code(order: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """Make the code of a building or a compound that has none."""
    if order["unit_id"] not in _own(actor):
        raise Invalid({"unit_id": [ELSEWHERE]})
    return _view(make_code(work().session, order["unit_id"], actor.person_id, work().now), actor)


@blueprint.post("/<code>/rotate")
@requires(Permission.QR_MANAGE)
@blueprint.arguments(NoBody)
@blueprint.response(201, QrCodeView)
@idempotent(lambda view: {"code": view["code"]}, _shown_again)
def rotate_qr_code(body: dict[str, Any], code: str, actor: Actor) -> dict[str, Any]:
    """Put a fresh code in the place of this one, which opens nothing from now on; answers with the fresh one."""
    return _view(rotate_code(work().session, _mine(code, actor).code, actor.person_id, work().now), actor)


@blueprint.post("/<code>/revoke")
@requires(Permission.QR_MANAGE)
@blueprint.arguments(NoBody)
@blueprint.response(200, QrCodeView)
@idempotent(lambda view: {"code": view["code"]}, _shown_again)
def revoke_qr_code(body: dict[str, Any], code: str, actor: Actor) -> dict[str, Any]:
    """End this code without another in its place."""
    return _view(revoke_code(work().session, _mine(code, actor).code, work().now), actor)


@blueprint.get("/<code>.svg")
@requires(Permission.QR_MANAGE)
@blueprint.response(200, description="The code as an SVG picture that says its url.", content_type="image/svg+xml")
def draw_qr_code(code: str, actor: Actor) -> Response:
    """The code as a picture to print."""
    return Response(qr_svg(_url(_mine(code, actor).code)), content_type="image/svg+xml; charset=utf-8")


def _own(actor: Actor) -> frozenset[int]:
    return keeps_codes_of(actor, work().snapshot.tree)


def _unit(word: str) -> int:
    tree = work().snapshot.tree
    by_id = tree.units.get(int(word)) if word.isascii() and word.isdigit() else None
    unit = by_id or tree.by_code.get(word)
    if unit is None:
        raise Invalid({"unit": [Text("There is no such unit.", "没有这个单位。")]})
    return unit.id


def _mine(code: str, actor: Actor) -> QrCode:
    row = work().session.get(QrCode, code)
    if row is None or row.unit_id not in _own(actor):
        raise NotFound("There is no such code among those that you look after.", "您负责的范围内没有这个二维码。")
    return row


def _url(code: str) -> str:
    return f"{edge().runtime.settings.public_url}/q/{code}"


def _view(row: QrCode, actor: Actor) -> dict[str, Any]:
    times = {"created_at": row.created_at, "revoked_at": row.revoked_at}
    where = {"unit": view_of(actor).unit(row.unit_id), "url": _url(row.code)}
    return {"code": row.code, **where, **times, "replaced_by": row.replaced_by}


def _views(rows: Sequence[Any], actor: Actor) -> list[dict[str, Any]]:
    return [_view(row, actor) for row in rows]
