"""The caller's wishes of messages: channels, quiet hours, digest."""

from datetime import time
from typing import Any

from gridgov.domain.actors import Actor
from gridgov.domain.errors import NotFound
from gridgov.domain.preferences import DIGEST_AT, MOST_PER_HOUR, Preferences
from gridgov.domain.rights import Permission
from gridgov.http.access import requires
from gridgov.http.blueprint import Blueprint
from gridgov.http.context import edge, work
from gridgov.schemas.preferences import PreferencesForm, PreferencesView
from gridgov.services.preferences import preferences_of, write_preferences

blueprint = Blueprint("preferences", __name__, url_prefix="/api/v1/me", description="What one wishes of messages")

CLOCK = "%H:%M"


@blueprint.get("/preferences")
@requires(Permission.ACCOUNT_READ)
@blueprint.response(200, PreferencesView)
def get_preferences(actor: Actor) -> dict[str, Any]:
    """What holds for the caller's messages that leave the house; notices in the application never wait."""
    return _view(preferences_of(work().session, _person(actor)))


@blueprint.put("/preferences")
@requires(Permission.PREFERENCE_WRITE)
@blueprint.arguments(PreferencesForm)
@blueprint.response(200, PreferencesView)
def put_preferences(form: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """Let all of these hold from now on. P1 and P2 never wait; a channel that is off stays silent."""
    here, hours = work(), form["quiet_hours"]
    quiet = (time.fromisoformat(hours["from_"]), time.fromisoformat(hours["to"])) if hours else None
    switches = form["channels"]
    wishes = Preferences(switches["email"], switches["apprise"], quiet, form["digest"])
    write_preferences(here.session, _person(actor), wishes, here.now)
    return _view(wishes)


def _person(actor: Actor) -> int:
    if actor.person_id is None:
        raise NotFound("Preferences belong to people.", "偏好设置只属于个人。")
    return actor.person_id


def _view(wishes: Preferences) -> dict[str, Any]:
    quiet = wishes.quiet
    return {
        "channels": {"email": wishes.email, "apprise": wishes.apprise},
        "quiet_hours": {"from_": quiet[0].strftime(CLOCK), "to": quiet[1].strftime(CLOCK)} if quiet else None,
        "digest": wishes.digest,
        "digest_at": DIGEST_AT.strftime(CLOCK),
        "timezone": edge().world.zone.key,
        "most_per_hour": MOST_PER_HOUR,
    }
