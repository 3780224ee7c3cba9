"""What leaves now, what waits, what goes into the digest, what never leaves."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from gridgov.domain.preferences import MOST_PER_HOUR, Outgoing, Preferences, Verdict, Way, next_digest, verdict

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = Preferences(quiet=(time(22), time(7, 30)))
ONCE_A_DAY = Preferences(digest=True)


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


MONDAY_TEN = local(23, 10)


def ask(wishes: Preferences, now: datetime = MONDAY_TEN, **message: object) -> Verdict:
    about = Outgoing(**{"kind": "email", "priority": "P3", "rings": False, **message})  # type: ignore[arg-type]
    return verdict(about, wishes, now, SHANGHAI)


def test_without_wishes_everything_leaves_at_once() -> None:
    assert ask(Preferences()) == Verdict(Way.NOW)
    assert ask(Preferences(), local(23, 3), rings=True).way is Way.NOW


@pytest.mark.parametrize(("begins", "until"), [(local(23, 22), local(24, 7, 30)), (local(24, 7, 29), local(24, 7, 30))])
def test_quiet_hours_keep_what_is_not_urgent_until_their_end(begins: datetime, until: datetime) -> None:
    assert ask(NIGHT, begins) == Verdict(Way.LATER, until, "quiet_hours")
    assert ask(NIGHT, begins, priority="P4", rings=True) == Verdict(Way.LATER, until, "quiet_hours")


def test_at_their_end_quiet_hours_are_over() -> None:
    assert ask(NIGHT, local(24, 7, 30)).way is Way.NOW
    assert ask(NIGHT, local(23, 21, 59)).way is Way.NOW


def test_quiet_hours_within_a_day_are_understood_too() -> None:
    lunch = Preferences(quiet=(time(12), time(14)))
    assert ask(lunch, local(23, 13)).at == local(23, 14)
    assert ask(lunch, local(23, 14)).way is Way.NOW
    assert ask(lunch, local(23, 3)).way is Way.NOW


@pytest.mark.parametrize("priority", ["P1", "P2"])
@pytest.mark.parametrize("rings", [True, False])
def test_what_is_urgent_waits_for_nothing(priority: str, rings: bool) -> None:
    wishes = Preferences(quiet=(time(22), time(7)), digest=True)
    assert ask(wishes, local(23, 23), priority=priority, rings=rings).way is Way.NOW


def test_who_wishes_a_digest_gets_what_does_not_ring_at_eight() -> None:
    assert ask(ONCE_A_DAY, local(23, 7, 59)) == Verdict(Way.DIGEST, local(23, 8), "digest")
    assert ask(ONCE_A_DAY, local(23, 8)) == Verdict(Way.DIGEST, local(24, 8), "digest")
    assert ask(ONCE_A_DAY, rings=True).way is Way.NOW


def test_repeated_supervision_goes_into_the_digest_whatever_is_wished() -> None:
    assert ask(Preferences(), routine=True, rings=True).way is Way.DIGEST
    assert ask(Preferences(), routine=True, priority="P2").way is Way.NOW


def test_a_channel_that_is_off_stays_silent_and_the_other_does_not() -> None:
    assert ask(Preferences(email=False), priority="P1", rings=True) == Verdict(Way.NEVER, reason="opted_out")
    assert ask(Preferences(email=False), kind="apprise").way is Way.NOW


def test_beyond_the_cap_nothing_leaves_but_an_urgent_ring() -> None:
    assert ask(Preferences(), recent=MOST_PER_HOUR - 1).way is Way.NOW
    assert ask(Preferences(), recent=MOST_PER_HOUR) == Verdict(Way.NEVER, reason="capped")
    assert ask(Preferences(), recent=MOST_PER_HOUR, priority="P1").reason == "capped"
    assert ask(Preferences(), recent=MOST_PER_HOUR, priority="P1", rings=True).way is Way.NOW


def test_the_digest_keeps_its_hour_when_the_clocks_change() -> None:
    london = ZoneInfo("Europe/London")
    before = datetime(2026, 3, 28, 12, tzinfo=london)
    assert next_digest(before.astimezone(UTC), london) - before == timedelta(hours=19)
