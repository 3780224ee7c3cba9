"""Programs' credentials: own ones, and for an administrator everybody's."""

from collections.abc import Sequence
from typing import Any

from flask import Response

from gridgov.db.models import ApiToken
from gridgov.db.paging import By, Order
from gridgov.db.queries.access import tokens_of
from gridgov.domain.actors import Actor
from gridgov.domain.errors import Forbidden, NotFound
from gridgov.domain.rights import SCOPES, Permission
from gridgov.http.access import requires
from gridgov.http.blueprint import Blueprint
from gridgov.http.context import Work, work
from gridgov.http.lists import answer_list
from gridgov.schemas.tokens import NewTokenView, TokenOrder, TokenPage, TokenQuery
from gridgov.services.tokens import create_token, revoke_token

blueprint = Blueprint("tokens", __name__, url_prefix="/api/v1/tokens", description="Credentials of programs")

NEWEST_FIRST = Order((By(ApiToken.id, descending=True),))
COLUMNS = ("id", "name", "scopes", "created_at", "expires_at", "revoked_at", "used_at")


@blueprint.get("")
@requires(Permission.TOKEN_MANAGE)
@blueprint.arguments(TokenQuery, location="query")
@blueprint.response(200, TokenPage)
def list_tokens(query: dict[str, Any], actor: Actor) -> Response:
    """Own tokens, revoked ones too; `of=everybody` is for administrators."""
    here, everybody = work(), query["of"] == "everybody"
    if everybody and not _administers(here):
        raise Forbidden("Only an administrator sees everybody's tokens.", "只有管理员可以查看所有人的令牌。")
    rows = tokens_of(None if everybody else actor.person_id)
    return answer_list(rows, query, "newest", NEWEST_FIRST, _views)


@blueprint.post("")
@requires(Permission.TOKEN_MANAGE)
@blueprint.arguments(TokenOrder)
@blueprint.response(201, NewTokenView)
def make_token(order: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """Make a token for oneself; its secret is shown in this answer only.

    A token cannot make one with wider scopes than its own.
    """
    here = work()
    caller = here.caller
    if caller is None or actor.person_id is None:
        raise NotFound("There is nobody to make a token for.", "没有可创建令牌的人员。")
    wider = [scope for scope in order["scopes"] if not _within(scope, caller.scopes)]
    if wider:
        raise Forbidden(f"This credential cannot pass on {', '.join(wider)}.", f"该凭证无权授予 {'、'.join(wider)}。")
    made = create_token(here.session, actor.person_id, order["name"], order["scopes"], order["days"], here.clock)
    return {**_view(made.row, caller.username), "token": made.secret}


@blueprint.delete("/<int:token_id>")
@requires(Permission.TOKEN_MANAGE)
@blueprint.response(204)
def drop_token(token_id: int, actor: Actor) -> str:
    """Revoke a token at once: one's own, or as an administrator anybody's."""
    here = work()
    revoke_token(here.session, token_id, None if _administers(here) else actor.person_id, here.clock)
    return ""


def _administers(here: Work) -> bool:
    return Permission.TOKEN_ADMINISTER in here.permissions


def _view(token: ApiToken, username: str) -> dict[str, Any]:
    return {"username": username, **{name: getattr(token, name) for name in COLUMNS}}


def _views(rows: Sequence[Any]) -> list[dict[str, Any]]:
    return [_view(row[0], row[1]) for row in rows]


def _within(scope: str, held: tuple[str, ...]) -> bool:
    return SCOPES[scope] <= frozenset().union(*(SCOPES.get(each, frozenset()) for each in held))
