"""How the reporter of a case can be reached: one field for a written reason, and the log of who asked."""

from collections.abc import Sequence
from typing import Any

from flask import Response
from sqlalchemy import Row

from gridgov.db.queries.residents import NEWEST_FIRST, reveals
from gridgov.domain.actors import Actor
from gridgov.domain.case import from_plain
from gridgov.domain.rights import Permission
from gridgov.http.access import requires
from gridgov.http.blueprint import Blueprint
from gridgov.http.cases import visible_case
from gridgov.http.context import edge, work
from gridgov.http.idempotency import idempotent
from gridgov.http.lists import answer_list
from gridgov.schemas.contacts import RevealInput, RevealPage, RevealQuery, RevealView
from gridgov.services.contacts import Asking, read_contact, reveal_contact, shown_contact

blueprint = Blueprint("contacts", __name__, url_prefix="/api/v1", description="How a reporter can be reached")


def _revealed_again(kept: Any, asked: dict[str, Any], number: str, actor: Actor) -> dict[str, str]:
    here, asking = work(), asking_about(visible_case(number, actor), actor)
    return {"field": asked["field"], "value": read_contact(here.session, edge().runtime.sealer, asking, asked["field"])}


@blueprint.post("/cases/<number>/contact/reveal")
@requires(Permission.CONTACT_REVEAL)
@blueprint.arguments(RevealInput)
@blueprint.response(200, RevealView)
@idempotent(200, _revealed_again)
def reveal(asked: dict[str, Any], number: str, actor: Actor) -> dict[str, str]:
    """One field in clear, for the owner, the handler and the levels above; written down with the reason."""
    here, asking = work(), asking_about(visible_case(number, actor), actor)
    what = (asked["field"], asked["reason"])
    value = reveal_contact(here.session, edge().runtime.sealer, asking, *what, here.now)
    return {"field": asked["field"], "value": value}


@blueprint.get("/contact-reveals")
@requires(Permission.CONTACT_AUDIT)
@blueprint.arguments(RevealQuery, location="query")
@blueprint.response(200, RevealPage)
def list_reveals(query: dict[str, Any], actor: Actor) -> Response:
    """Who saw which field of which contact, and why."""
    return answer_list(reveals(), query, "newest", NEWEST_FIRST, _lines)


def asking_about(case: Row[Any], actor: Actor) -> Asking:
    """The actor before a case that they see."""
    return Asking(case.id, from_plain(case.facts), actor, work().snapshot.tree)


def contact_in(case: Row[Any], actor: Actor) -> dict[str, Any] | None:
    """What a case shows of its reporter's contact."""
    return shown_contact(edge().runtime.sealer, asking_about(case, actor), case.contact)


def _lines(rows: Sequence[Any]) -> list[dict[str, Any]]:
    names = ("id", "person_id", "field", "reason", "at")
    return [{**{name: getattr(row[0], name) for name in names}, "case": row[1], "username": row[2]} for row in rows]
