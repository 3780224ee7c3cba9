"""What a date brings about on its own: a substitute's last day, a move or a merger that was dated ahead."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from gridgov.services.city_changes import sync_places
from gridgov.services.handover import settle
from gridgov.services.world import World

SETTLED = "settled at"
EVERY = timedelta(minutes=5)


def settle_city(session: Session, world: World, now: datetime) -> int:
    """Move what waits for somebody who is gone; how many cases it was.

    It looks when the city has changed and when a day begins, until nothing is left, and again after five minutes: an
    action that was under way may have gone by the posts of a moment ago.
    """
    snapshot = world.at(session, now)
    last = snapshot.kept.get(SETTLED)
    if last is not None and now - last < EVERY:
        return 0
    sync_places(session, snapshot.day)
    moved = settle(session, snapshot, now)
    if moved == 0:
        snapshot.kept[SETTLED] = now
    return moved
