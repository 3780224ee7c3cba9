"""How fast time runs in the city: a demonstration's clock. Reading it is `db.session.city_now`."""

from datetime import timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gridgov.db.models import CityTime

# At a speed of its own the city stands still while nobody runs it, or a night off would be a year of breaches.
# A minute is more than any process waits between two signs of life, so no moment that somebody saw comes again.
MARGIN_S = 60

_SET_SPEED = text(f"""
UPDATE city_time SET real_base = statement_timestamp(), speed = :speed, city_base = CASE WHEN speed = 1 THEN city_now()
  ELSE least(city_now(), greatest((SELECT max(at) FROM case_events), city_base + speed * (interval '{MARGIN_S} s'
    + greatest(real_base, (SELECT max(seen_at) FROM heartbeats)) - real_base))) END
WHERE speed <> 1 OR :speed <> 1
""")


def set_speed(session: Session, speed: float) -> None:
    """Let the city's time run `speed` times as fast as real time, on from the city's last moment; it never runs back.

    At speed 1 the last moment is the present one. After another speed it is the last heartbeat or event, and a minute:
    the time that nobody ran the city is left out. To be called before its processes start.
    """
    session.execute(_SET_SPEED, {"speed": speed})


def in_city_time(session: Session, real: timedelta) -> timedelta:
    """How much time passes in the city meanwhile, and never less than `real`."""
    return real * max(1.0, session.execute(select(CityTime.speed)).scalar_one())
