"""Who may come in: each view names its permission with `@requires`, or says `@public`. No rule of a case is here."""

from collections.abc import Callable
from functools import wraps
from hmac import compare_digest
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Response, request

from gridgov.domain.actors import Actor
from gridgov.domain.errors import Forbidden, Text, Unauthenticated
from gridgov.domain.rights import Permission, permissions_of
from gridgov.http.blueprint import Blueprint
from gridgov.http.context import Work, edge, finished, opened
from gridgov.http.openapi import SESSION_COOKIE
from gridgov.services.identity import SESSION_PREFIX, Caller, identify

PUBLIC = "public"
CSRF_HEADER = "X-CSRF-Token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Let anybody reach the view; the specification says so."""
    open_view: Any = Blueprint.doc(security=[])(view)
    open_view.access = PUBLIC
    marked: View = open_view
    return marked


def requires(permission: Permission) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
    """Let in who holds `permission`, hand the view its `actor`, and commit before the answer leaves.

    Stands directly under the route. The view, its parsing and its rendering run in one unit of work (`work()`);
    an answer below 400 is committed, anything else rolled back; a commit that fails is a 503, never a 2xx.
    """

    def mark(view: Callable[..., Any]) -> Callable[..., Response]:
        @wraps(view)
        def allowed(*args: Any, **kwargs: Any) -> Response:
            secret, by_cookie = _credential()
            with opened(lambda session: identify(session, secret, by_cookie)) as work:
                actor = _admit(work, permission, by_cookie)
                return finished(view(*args, actor=actor, **kwargs), work)

        marked: Any = allowed
        marked.access = permission
        return allowed

    return mark


def cookie_name() -> str:
    """The session cookie's name: `__Host-` in front where the city is served over https."""
    return f"__Host-{SESSION_COOKIE}" if is_secure() else SESSION_COOKIE


def is_secure() -> bool:
    """Whether the city's public address is https."""
    return edge().runtime.settings.public_url.startswith("https://")


def check_origin() -> None:
    """Nothing when the request comes from our own pages or from no page; raises Forbidden for another site's."""
    site = request.headers.get("Sec-Fetch-Site", "none")
    origin = request.headers.get("Origin")
    if site in {"same-origin", "none"} and (origin is None or origin in _own_origins()):
        return
    raise Forbidden("This request comes from the page of another site.", "该请求来自其他网站的页面，已拒绝。")


def _own_origins() -> frozenset[str]:
    return frozenset(_origin(url) for url in (edge().runtime.settings.public_url, request.host_url))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _credential() -> tuple[str, bool]:
    """The secret that came with the request, and whether it came by cookie; a header wins over a cookie."""
    if "Authorization" in request.headers:
        given = request.authorization
        if given is not None and given.type == "bearer" and given.token:
            return given.token, False
        raise Unauthenticated("Send “Authorization: Bearer TOKEN”.", "请使用“Authorization: Bearer 令牌”。")
    cookie = request.cookies.get(cookie_name(), "")
    if cookie.startswith(SESSION_PREFIX):
        return cookie, True
    raise Unauthenticated("Sign in, or send a token.", "请先登录，或随请求提供令牌。")


def _admit(work: Work, permission: Permission, by_cookie: bool) -> Actor:
    caller = work.caller
    if caller is None:
        raise Unauthenticated("Sign in, or send a token.", "请先登录，或随请求提供令牌。")
    if by_cookie and request.method not in SAFE:
        _check_csrf(caller)
    posts = work.snapshot.tree.posts_of.get(caller.person_id, ())
    work.permissions = permissions_of((post.role for post in posts), caller.scopes)
    if permission not in work.permissions:
        raise Forbidden(str(_lacking(permission)), _lacking(permission).zh, permission=permission.value)
    work.actor = Actor(caller.person_id, posts, name=caller.name)
    return work.actor


def _check_csrf(caller: Caller) -> None:
    check_origin()
    sent = request.headers.get(CSRF_HEADER, "")
    if not compare_digest(sent.encode(), (caller.csrf or "").encode()) or not sent:
        raise Forbidden(
            f"Send the csrf value of GET /api/v1/sessions/current as {CSRF_HEADER}.",
            f"请将 GET /api/v1/sessions/current 返回的 csrf 放入 {CSRF_HEADER} 请求头。",
        )


def _lacking(permission: Permission) -> Text:
    return Text(
        f"Your posts and the scopes of this credential do not include {permission.value}.",
        f"您的职务和该凭证的权限范围不包含 {permission.value}。",
    )
