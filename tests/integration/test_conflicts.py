"""Many hands on one case, several sweepers on many: one winner, clean refusals, each stage once, the chain intact."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, bindparam, select
from sqlalchemy.orm import Session

from gridgov.db.models import Case, CaseEvent
from gridgov.db.queries.cases import LOCKED
from gridgov.db.session import Transactions, make_engine
from gridgov.domain.actors import Actor
from gridgov.domain.errors import AlreadyDone, Conflict, Forbidden, Invalid, StaleCase
from gridgov.domain.life import RESIDENT
from gridgov.domain.model_city import BRANCH, CITY, COMMUNITY, PROPERTY, SUBDISTRICT
from gridgov.services.doctor import run_doctor
from gridgov.services.escalation import sweep_due
from gridgov.services.situations import Present, lock_case, lock_cases
from gridgov.services.transitions import act
from gridgov.services.world import World
from tests.factories import MONDAY_NINE, ZONE, City, make_city

ACTORS, AT_ONCE = 50, 10
LATER = MONDAY_NINE + timedelta(minutes=1)


@pytest.fixture
def crowded(own_database: str) -> Iterator[Engine]:
    """An engine with a connection for each hand that works at once."""
    engine = make_engine(own_database, "xuanwei", statement_timeout_ms=30_000, pool_size=AT_ONCE)
    yield engine
    engine.dispose()


def begun(engine: Engine, cases: int = 1) -> tuple[City, list[int]]:
    """The model city with reported cases, committed."""
    with Session(engine, autoflush=False, expire_on_commit=False) as session, session.begin():
        city = make_city(session)
        return city, [city.report() for _ in range(cases)]


def at_once(work: Callable[[int], str], times: int) -> Counter[str]:
    """What `times` calls of `work` answer, as many at the same moment as there are connections."""
    gate = Barrier(AT_ONCE)

    def one(number: int) -> str:
        if number < AT_ONCE:
            gate.wait(timeout=30)
        return work(number)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(one, range(times)))


def tried(
    engine: Engine, city: City, case_id: int, action: str, actor: Actor, version: int | None, **given: Any
) -> str:
    """The word for what came of it; whatever is not a refusal of ours fails the test."""
    try:
        with Transactions(engine)() as session:
            present = lock_cases(session, [case_id])[case_id]
            act(session, city.snapshot, present, action, actor, given, LATER, version)
    except (AlreadyDone, StaleCase) as refusal:
        return type(refusal).__name__
    except (Conflict, Forbidden, Invalid):
        return "refused"
    return "done"


def healthy(engine: Engine, now: datetime = LATER) -> bool:
    """True when doctor finds nothing at all."""
    with Session(engine) as session:
        return run_doctor(session, World(ZONE), now) == []


def test_fifty_actors_who_saw_the_same_version_have_one_winner(crowded: Engine) -> None:
    city, (case_id,) = begun(crowded)
    hands = [city.person(BRANCH), city.person(COMMUNITY), city.person(SUBDISTRICT), city.person(CITY)]
    answers = at_once(lambda number: tried(crowded, city, case_id, "accept", hands[number % 4], 1), ACTORS)
    assert answers == {"done": 1, "AlreadyDone": ACTORS - 1}
    assert healthy(crowded)


def test_fifty_actors_with_different_wishes_leave_an_intact_case(crowded: Engine) -> None:
    city, (case_id,) = begun(crowded)
    wishes: list[tuple[str, Actor, dict[str, Any]]] = [
        ("accept", city.person(BRANCH), {}),
        ("acknowledge", city.person(PROPERTY), {}),
        ("escalate", city.person(COMMUNITY), {"note": "now"}),
        ("redispatch", city.person(SUBDISTRICT), {"note": "there", "handler_id": COMMUNITY}),
        ("urge", RESIDENT, {}),
        ("decline", city.person(PROPERTY), {"note": "not ours"}),
        ("comment", city.person(CITY), {"note": "well"}),
    ]

    def one(number: int) -> str:
        action, actor, given = wishes[number % len(wishes)]
        return tried(crowded, city, case_id, action, actor, None, **given)

    answers = at_once(one, ACTORS)
    assert set(answers) == {"done", "refused"}
    with Session(crowded) as session:
        written = session.execute(select(Case.version).where(Case.id == case_id)).scalar_one()
        sequence = session.execute(select(CaseEvent.seq).order_by(CaseEvent.seq)).scalars().all()
    assert written == answers["done"] + 1
    assert list(sequence) == list(range(1, written + 1))
    assert healthy(crowded)


def test_who_waited_for_a_case_gets_its_clocks_as_they_are_afterwards(crowded: Engine) -> None:
    city, (case_id,) = begun(crowded)
    statement = select(*LOCKED).where(Case.id == bindparam("id")).with_for_update(of=Case)

    def waiting() -> Present:
        with Transactions(crowded)() as session:
            found = lock_case(session, statement, {"id": case_id})
            assert found is not None
            return found[1]

    with ThreadPoolExecutor(1) as pool:
        with Transactions(crowded)() as session:
            present = lock_cases(session, [case_id])[case_id]
            second = pool.submit(waiting)
            assert not wait([second], timeout=0.5).done
            act(session, city.snapshot, present, "accept", city.person(BRANCH), {}, LATER)
        seen = second.result(timeout=30)
    with Transactions(crowded)() as session:
        assert seen == lock_cases(session, [case_id])[case_id]
    assert {clock.kind.value for clock in seen.situation.clocks} == {"state", "promise", "contact"}


def swept(engine: Engine, moment: datetime) -> int:
    """Sweep in small batches until nothing is due; how many clocks fired."""
    world, fired = World(ZONE), 0
    while True:
        with Transactions(engine)() as session:
            count = sweep_due(session, world, moment, limit=7)
        if not count:
            return fired
        fired += count


def test_two_sweepers_and_a_third_fire_each_stage_once(crowded: Engine) -> None:
    _, cases = begun(crowded, cases=30)
    red = MONDAY_NINE + timedelta(hours=2)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: swept(crowded, red), range(3)))
    with Session(crowded) as session:
        query = select(CaseEvent.case_id, CaseEvent.action).where(CaseEvent.seq > 1)
        written = Counter((row.case_id, row.action) for row in session.execute(query))
    assert written == {(case_id, "escalate"): 1 for case_id in cases}
    assert healthy(crowded, red)


def test_a_sweep_and_people_at_the_same_cases_wait_for_each_other_and_lose_nothing(crowded: Engine) -> None:
    city, cases = begun(crowded, cases=20)
    red = MONDAY_NINE + timedelta(hours=2)

    def one(number: int) -> str:
        if number % 5 == 0:
            swept(crowded, red)
            return "swept"
        return tried(crowded, city, cases[number % 20], "accept", city.person(BRANCH), None)

    answers = at_once(one, 40)
    assert answers == {"swept": 8, "done": 16, "refused": 16}
    swept(crowded, red + timedelta(hours=1))
    assert healthy(crowded, red + timedelta(hours=1))
