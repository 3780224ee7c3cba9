"""The plain page at `/`: what runs here, where the documents are, and on a demonstration who can log in."""

from importlib.metadata import version
from ipaddress import ip_address

from flask import Blueprint, render_template, request

from gridgov.adapters.demo_logins import FILE_NAME, DemoLogin, read_demo_logins
from gridgov.http.access import public
from gridgov.http.context import edge
from gridgov.http.openapi import PREFIX
from gridgov.services.demo_logins import useful_logins

blueprint = Blueprint("front", __name__, template_folder="templates", static_folder="static", static_url_path="/static")


@blueprint.get("/")
@public
def front() -> str:
    """The page. User names only on this machine itself; never a password."""
    settings = edge().runtime.settings
    return render_template(
        "front.html",
        version=version("gridgov"),
        city=settings.city,
        prefix=PREFIX,
        logins=_logins(),
        place=settings.home / FILE_NAME,
    )


def _logins() -> tuple[DemoLogin, ...]:
    """The demonstration's first login of each role, if the one who asks sits at this machine."""
    settings = edge().runtime.settings
    if not (_is_loopback(settings.host) and _is_loopback(request.remote_addr or "")):
        return ()
    try:
        kept = read_demo_logins(settings.home)
    except (ValueError, OSError):
        # Somebody has edited the file, or it belongs to another user: the page is no place to complain.
        return ()
    return useful_logins(kept) if kept else ()


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
