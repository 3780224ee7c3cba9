"""The demonstration's clock: faster or slower, never back."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridgov.db.session import city_now
from gridgov.services.city_time import MARGIN_S, set_speed

HOUR = timedelta(hours=1)


def started(session: Session, real_ago: timedelta, speed: float) -> datetime:
    """Let the city have begun so long ago in real time, at `speed`; what its time was then."""
    change = "UPDATE city_time SET real_base = now() - :ago, city_base = now() - :ago, speed = :speed"
    session.execute(text(change), {"ago": real_ago, "speed": speed})
    begin: datetime = session.execute(text("SELECT city_base FROM city_time")).scalar_one()
    return begin


def last_heartbeat(session: Session, ago: timedelta) -> None:
    session.execute(text("INSERT INTO heartbeats VALUES ('sweeper@x:1', 'sweeper', now() - :ago, NULL)"), {"ago": ago})


def speed_of(session: Session) -> float:
    speed: float = session.execute(text("SELECT speed FROM city_time")).scalar_one()
    return speed


def test_time_runs_as_fast_as_it_is_told(session: Session) -> None:
    set_speed(session, 100_000)
    before = city_now(session)
    session.execute(text("SELECT pg_sleep(0.05)"))
    assert city_now(session) - before > HOUR


def test_a_city_that_was_never_speeded_up_keeps_real_time(session: Session) -> None:
    set_speed(session, 1)
    assert abs(city_now(session) - datetime.now(UTC)) < timedelta(minutes=1)
    assert speed_of(session) == 1


def test_a_change_of_speed_goes_on_from_where_the_city_is(session: Session) -> None:
    started(session, HOUR, 60)
    last_heartbeat(session, timedelta(0))
    before = city_now(session)
    set_speed(session, 1)
    assert timedelta(0) <= city_now(session) - before < timedelta(minutes=1)
    assert speed_of(session) == 1


def test_time_never_runs_back_when_the_demonstration_ends(session: Session) -> None:
    begin = started(session, HOUR, 60)
    last_heartbeat(session, timedelta(0))
    set_speed(session, 1)
    assert city_now(session) >= begin + 60 * HOUR


def test_the_time_that_nobody_ran_a_fast_city_is_left_out(session: Session) -> None:
    begin = started(session, 10 * HOUR, 3600)
    last_heartbeat(session, 9 * HOUR)
    set_speed(session, 3600)
    away = timedelta(seconds=MARGIN_S) * 3600
    after = city_now(session) - begin
    assert 3600 * HOUR < after < 3600 * HOUR + away + 10 * HOUR


def test_the_same_speed_again_moves_nothing_while_the_city_runs(session: Session) -> None:
    started(session, HOUR, 60)
    last_heartbeat(session, timedelta(seconds=2))
    before = city_now(session)
    set_speed(session, 60)
    assert timedelta(0) <= city_now(session) - before < timedelta(minutes=10)


def test_a_new_fast_city_that_no_process_has_seen_yet_does_not_run_back(session: Session) -> None:
    started(session, timedelta(seconds=1), 60)
    before = city_now(session)
    set_speed(session, 30)
    assert city_now(session) >= before
