"""Whether a message that would leave the house goes now, later, with the day's digest, or not at all, and why.

In the application everybody is always told; nothing here delays that.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from gridgov.domain.notices import URGENT

DIGEST_AT = time(8)
MOST_PER_HOUR = 6
"""So many external messages about one case reach one person in an hour."""

HOUR = timedelta(hours=1)
KINDS = ("email", "apprise")


class Way(Enum):
    """What becomes of a message."""

    NOW = "now"
    LATER = "later"
    DIGEST = "digest"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person wishes: channels on or off, quiet hours of the city's day, a digest of what can wait."""

    email: bool = True
    apprise: bool = True
    quiet: tuple[time, time] | None = None
    digest: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message before it leaves: its kind of channel, and what it is about. `recent` went out within the hour."""

    kind: str
    priority: str
    rings: bool
    routine: bool = False
    recent: int = 0

    @property
    def urgent(self) -> bool:
        """P1 and P2 wait for nothing."""
        return self.priority in URGENT


@dataclass(frozen=True, slots=True)
class Verdict:
    """The way; `at` is set where it waits (aware), `reason` where it does not go out by itself."""

    way: Way
    at: datetime | None = None
    reason: str | None = None


def verdict(message: Outgoing, wishes: Preferences, now: datetime, zone: ZoneInfo) -> Verdict:
    """What becomes of `message` at `now`.

    Quiet hours and digest touch P3 and P4 only. The supervision that the city's top repeats each working day about
    such a case goes into the digest, whatever is wished (workflow.md §3). The cap spares an urgent ring, of which
    there is one an hour anyway.
    """
    if not getattr(wishes, message.kind):
        return Verdict(Way.NEVER, reason="opted_out")
    if not message.urgent and (message.routine or (wishes.digest and not message.rings)):
        return Verdict(Way.DIGEST, next_digest(now, zone), "digest")
    if not message.urgent and (until := quiet_until(wishes, now, zone)) is not None:
        return Verdict(Way.LATER, until, "quiet_hours")
    if message.recent >= MOST_PER_HOUR and not (message.urgent and message.rings):
        return Verdict(Way.NEVER, reason="capped")
    return Verdict(Way.NOW)


def quiet_until(wishes: Preferences, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The end of the quiet hours that `now` lies in; None outside them. They may go over midnight."""
    if wishes.quiet is None:
        return None
    begins, ends = wishes.quiet
    local = now.astimezone(zone)
    present = local.time()
    within = begins <= present < ends if begins < ends else present >= begins or present < ends
    return _next(ends, now, zone) if within else None


def next_digest(now: datetime, zone: ZoneInfo) -> datetime:
    """The next eight o'clock of the city after `now`."""
    return _next(DIGEST_AT, now, zone)


def _next(at: time, now: datetime, zone: ZoneInfo) -> datetime:
    local = now.astimezone(zone)
    day = local.date() if local.time() < at else local.date() + timedelta(days=1)
    return datetime.combine(day, at, zone).astimezone(now.tzinfo)
