"""Cases that many hands merge at the same time, with the sweeper in between: one master, no deadlock."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from gridgov.db.session import Transactions, make_engine
from gridgov.domain.errors import Conflict
from gridgov.domain.model_city import BRANCH
from gridgov.services.doctor import run_doctor
from gridgov.services.escalation import sweep_due
from gridgov.services.merging import merge
from gridgov.services.world import World
from tests.factories import MONDAY_NINE, ZONE, City, make_city

LATER = MONDAY_NINE + timedelta(minutes=30)


@pytest.fixture
def crowded(own_database: str) -> Iterator[Engine]:
    """An engine with a connection for each hand that works at once."""
    engine = make_engine(own_database, "xuanwei", statement_timeout_ms=30_000, pool_size=12)
    yield engine
    engine.dispose()


def begun(engine: Engine, cases: int) -> tuple[City, list[int]]:
    """The model city with reported cases, a second apart, committed."""
    with Session(engine, autoflush=False, expire_on_commit=False) as session, session.begin():
        city = make_city(session)
        return city, [city.report(now=MONDAY_NINE + timedelta(seconds=number)) for number in range(cases)]


def tried(engine: Engine, city: City, case_id: int, into: int) -> str:
    """What came of a merge in a transaction of its own; only our own refusals are words."""
    try:
        with Transactions(engine)() as session:
            merge(session, city.snapshot, case_id, into, city.person(BRANCH), {"into": "x", "note": "same"}, LATER)
    except Conflict:
        return "refused"
    return "done"


def swept(engine: Engine, moment: datetime) -> None:
    """Sweep in small batches until nothing is due."""
    world = World(ZONE)
    while True:
        with Transactions(engine)() as session:
            if not sweep_due(session, world, moment, limit=3):
                return


def test_merging_both_ways_at_the_same_moment_gives_one_master_and_no_deadlock(crowded: Engine) -> None:
    city, cases = begun(crowded, 40)
    gate = Barrier(10)

    def one(number: int) -> str:
        pair = number // 2 * 2
        if number < 10:
            gate.wait(timeout=30)
        here, there = (cases[pair], cases[pair + 1])[:: 1 if number % 2 else -1]
        return tried(crowded, city, here, there)

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(one, range(40)))
    assert sorted(answers) == ["done"] * 20 + ["refused"] * 20
    with Session(crowded) as session:
        states = session.execute(text("SELECT state FROM cases ORDER BY id")).scalars().all()
        assert states == ["reported", "merged"] * 20
        assert run_doctor(session, World(ZONE), LATER) == []


def test_a_crowd_that_merges_everything_while_the_sweeper_sweeps_leaves_one_master(crowded: Engine) -> None:
    city, cases = begun(crowded, 12)
    red = MONDAY_NINE + timedelta(hours=3)

    def one(number: int) -> str:
        if number % 6 == 0:
            swept(crowded, red)
            return "swept"
        return tried(crowded, city, cases[number % 12], cases[(number * 5 + 1) % 12])

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(one, range(72)))
    for case_id in cases[1:]:
        tried(crowded, city, case_id, cases[0])
    swept(crowded, red)
    with Session(crowded) as session:
        assert session.execute(text("SELECT id FROM cases WHERE state <> 'merged'")).scalars().all() == cases[:1]
        count = "SELECT (facts ->> 'co_reporters')::int FROM cases WHERE id = :id"
        assert session.execute(text(count), {"id": cases[0]}).scalar() == 11
        assert run_doctor(session, World(ZONE), red) == []
