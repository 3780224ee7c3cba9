"""Which organisation serves which territory, by date."""

from collections.abc import Sequence
from typing import Any

from flask import Response

from gridgov.db.models import ServiceRow
from gridgov.db.queries.appointments import SERVICES_BY_ID, services_like
from gridgov.domain.actors import Actor
from gridgov.domain.org import UnitKind
from gridgov.domain.rights import Permission
from gridgov.http.access import requires
from gridgov.http.blueprint import Blueprint
from gridgov.http.context import work
from gridgov.http.idempotency import idempotent
from gridgov.http.lists import answer_list
from gridgov.schemas.appointments import ServiceEnding, ServiceOrder, ServicePage, ServiceQuery, ServiceView
from gridgov.services.serving import Serving, begin_service, end_service

blueprint = Blueprint("services", __name__, url_prefix="/api/v1/services", description="Who serves whom, by date")


@blueprint.get("")
@requires(Permission.ORG_MANAGE)
@blueprint.arguments(ServiceQuery, location="query")
@blueprint.response(200, ServicePage)
def list_services(query: dict[str, Any], actor: Actor) -> Response:
    """The services of a territory or of an organisation, past and future ones too."""
    return answer_list(services_like(query["territory"], query["org"]), query, "id", SERVICES_BY_ID, _views)


@blueprint.post("")
@requires(Permission.ORG_MANAGE)
@blueprint.arguments(ServiceOrder)
@blueprint.response(201, ServiceView)
@idempotent(lambda answer: answer, lambda kept, _order, actor: kept)
def make_service(order: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """Let an organisation serve a territory from a day on; `replaces` ends another on that day."""
    here = work()
    wanted = Serving(
        order["org_id"],
        order["territory_id"],
        UnitKind(order["kind"]),
        order["from_"],
        order["until"],
        order["replaces"],
    )
    return _view(begin_service(here.session, here.snapshot, wanted))


@blueprint.post("/<int:service_id>/end")
@requires(Permission.ORG_MANAGE)
@blueprint.arguments(ServiceEnding)
@blueprint.response(200, ServiceView)
@idempotent(lambda answer: answer, lambda kept, _order, service_id, actor: kept)
def finish_service(order: dict[str, Any], service_id: int, actor: Actor) -> dict[str, Any]:
    """End a service. A branch is replaced or merged instead: a compound always has one."""
    here = work()
    return _view(end_service(here.session, here.snapshot, service_id, order["on"]))


def _views(rows: Sequence[ServiceRow]) -> list[dict[str, Any]]:
    return [_view(row) for row in rows]


def _view(row: ServiceRow) -> dict[str, Any]:
    lower, upper = row.valid.lower, row.valid.upper
    return {
        "id": row.id,
        "org_id": row.org_id,
        "territory_id": row.territory_id,
        "kind": row.kind,
        "from": lower.isoformat() if lower else None,
        "until": upper.isoformat() if upper else None,
        "cancelled": row.valid.isempty,
    }
