"""Cases that nobody answers: their first limit has just passed, and nothing else of theirs is due for hours."""

from datetime import timedelta

from sqlalchemy import Engine, func, select, update

from gridgov.db.models import CaseEvent, ClockRow
from gridgov.db.session import Transactions, city_now
from gridgov.domain.clock import ClockKind
from gridgov.services.world import World
from tests.factories import ZONE, City, make_city


def start_city(engine: Engine) -> Transactions:
    """The model city, committed."""
    transaction = Transactions(engine)
    with transaction() as session:
        make_city(session, city_now(session))
    return transaction


def report_silent(transaction: Transactions, count: int, email_on: bool = False) -> list[int]:
    """Cases whose state clock has just run out."""
    with transaction() as session:
        now = city_now(session)
        world = World(ZONE, email_on=email_on)
        city = City(session, world, world.at(session, now))
        cases = [city.report(now=now) for _ in range(count)]
        past = now - timedelta(seconds=1)
        overdue = update(ClockRow).where(ClockRow.case_id.in_(cases), ClockRow.kind == ClockKind.STATE)
        session.execute(overdue.values(started_at=past - timedelta(hours=2), due_at=past, next_at=past))
    return cases


def escalations(transaction: Transactions, case_id: int | None = None) -> int:
    """How often one case (or all of them) has been escalated."""
    with transaction() as session:
        found = select(func.count()).select_from(CaseEvent).where(CaseEvent.action == "escalate")
        return session.execute(found if case_id is None else found.where(CaseEvent.case_id == case_id)).scalar_one()
