"""A day of the demonstration, lived through the services on PostgreSQL without waiting for it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from gridgov.db.session import make_engine
from gridgov.demo.script import Script
from gridgov.demo.summary import summary_of
from gridgov.services.doctor import run_doctor
from tests.conftest import CITY
from tests.demo_days import URGENT, ZONE, Demonstration

DAWN = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
"""A Monday, eight o'clock in the city."""


@pytest.fixture(scope="module")
def lived(make_database: Callable[[str], str], xuanwei_template: str) -> Iterator[tuple[Demonstration, datetime]]:
    """A day with eighty reports and the eight days that follow; and the moment at its end."""
    engine = make_engine(make_database(xuanwei_template), CITY)
    day = Demonstration(engine, Script(7, 80, ZONE, URGENT))
    now = day.live(DAWN, timedelta(days=1), timedelta(minutes=10))
    day.player._next = (10**6, now + timedelta(days=99))
    now = day.live(now, timedelta(days=8), timedelta(hours=1))
    yield day, now
    engine.dispose()


def test_x(lived: tuple[Demonstration, datetime]) -> None:
    day, now = lived
    with day.transaction() as session:
        print("\n".join(day.lines[:80]))
        print("\n".join(summary_of(session, now, day.refused)))
        for p in run_doctor(session, day.world, now): print(p.case_number, p.invariant, p.warning, p.sentence)
        print(session.execute(text("select state,count(*) from cases group by 1")).all())
        print(session.execute(text("select action,count(*) from case_events group by 1 order by 2 desc")).all())
    assert 0
