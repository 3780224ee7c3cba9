"""Logging in and out. The password's way: services.sessions."""

from datetime import datetime
from typing import Any

from flask import request

from gridgov.db.models import Person
from gridgov.domain.actors import Actor
from gridgov.domain.errors import Unauthenticated
from gridgov.domain.rights import Permission
from gridgov.http.access import check_origin, cookie_name, is_secure, public, requires
from gridgov.http.blueprint import Blueprint
from gridgov.http.context import edge, work
from gridgov.schemas.sessions import CurrentSession, LoginForm, LoginView
from gridgov.services.identity import hash_of, moment_of
from gridgov.services.sessions import Attempt, Login, begin_attempt, end_login, fresher_hash, is_right, open_login

blueprint = Blueprint("sessions", __name__, url_prefix="/api/v1/sessions", description="Logging in and out")

Cookie = dict[str, Any]


@blueprint.post("")
@public
@blueprint.arguments(LoginForm)
@blueprint.response(201, LoginView)
@blueprint.alt_response(401, description="Wrong user name or password: one answer for both.")
def log_in(form: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Log in with a user name and a password.

    The token serves as a Bearer credential and is set as a cookie for the pages. It ends after twelve hours of real
    time; the cookie also after thirty idle minutes. Wrong passwords slow an account and an address down: 429.
    """
    check_origin()
    attempt = _attempt(form["username"])
    # Comparing takes a tenth of a second, so it happens between two transactions.
    if not is_right(attempt, form["password"]):
        raise Unauthenticated("The user name or the password is wrong.", "用户名或密码不正确。")
    login, person, clock = _open(attempt, form["password"])
    body = {"token": login.token, "expires_at": login.expires_at, "person": person}
    return body, 201, {"Set-Cookie": _cookie(login.token, login.expires_at, clock)}


@blueprint.get("/current")
@requires(Permission.ACCOUNT_READ)
@blueprint.response(200, CurrentSession)
def current_session(actor: Actor) -> dict[str, Any]:
    """Who is logged in, the CSRF token for unsafe requests by cookie, and the city's time."""
    here, caller = work(), work().caller
    return {"person": _person(actor), "csrf": caller.csrf if caller else None, "now": here.now}


@blueprint.delete("/current")
@requires(Permission.ACCOUNT_READ)
@blueprint.response(204)
def log_out(actor: Actor) -> tuple[str, int, dict[str, str]]:
    """Log out: the login's token and cookie open nothing from now on. An API token is revoked under /tokens."""
    here = work()
    if here.caller is not None:
        end_login(here.session, here.caller.token_hash)
    return "", 204, {"Set-Cookie": _cookie("", here.clock, here.clock)}


def _attempt(username: str) -> Attempt:
    with edge().runtime.transaction() as session:
        return begin_attempt(session, username, request.remote_addr or "", moment_of(session).clock)


def _open(attempt: Attempt, password: str) -> tuple[Login, Person, datetime]:
    fresher = fresher_hash(attempt, password)
    with edge().runtime.transaction() as session:
        clock = moment_of(session).clock
        login = open_login(session, attempt, clock, request.headers.get("User-Agent", ""), fresher)
        before = request.cookies.get(cookie_name())
        if before:
            end_login(session, hash_of(before))
        return login, session.get_one(Person, login.person_id), clock


def _person(actor: Actor) -> dict[str, Any]:
    caller = work().caller
    return {"id": actor.person_id, "username": caller.username if caller else "", "name": actor.name}


def _cookie(token: str, expires_at: datetime, clock: datetime) -> str:
    seconds = max(0, int((expires_at - clock).total_seconds()))
    secure = "; Secure" if is_secure() else ""
    return f"{cookie_name()}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
