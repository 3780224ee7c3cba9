"""The model city whose posts change: shared words of the tests of appointments, rosters and moves."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gridgov.db.models import Person, PostRow
from gridgov.domain.org import Role
from gridgov.services.doctor import run_doctor
from gridgov.services.posts import Appointment, Changed, Ending, appoint, end_post
from tests.factories import MONDAY_NINE, City, make_city

TODAY = MONDAY_NINE.date()
TOMORROW = TODAY + timedelta(days=1)
NEXT_MONTH = TODAY + timedelta(days=30)
LATER = MONDAY_NINE + timedelta(minutes=5)


@dataclass
class Changing:
    """A city, and what an administrator does to it at nine on that Monday."""

    city: City
    now: datetime = MONDAY_NINE

    @property
    def session(self) -> Session:
        """The one session."""
        return self.city.session

    def renew(self, now: datetime | None = None) -> City:
        """The city as every process sees it at its next transaction."""
        self.city.snapshot = self.city.world.at(self.session, now or self.now)
        return self.city

    def newcomer(self, name: str) -> int:
        """Somebody with an account and no post."""
        person = Person(username=name, name=name)
        self.session.add(person)
        self.session.flush()
        return person.id

    def appoint(self, person: int, role: Role, unit: int, **given: object) -> Changed:
        """A post from today on, or as given."""
        order = Appointment(person, role, unit, **given)  # type: ignore[arg-type]
        with self.session.begin_nested():
            done = appoint(self.session, self.city.snapshot, order, self.now)
        self.renew()
        return done

    def end(self, person: int, unit: int, **given: object) -> Changed:
        """The end of somebody's post in the unit: today, or as given."""
        order = Ending(**{"on": TODAY, **given})  # type: ignore[arg-type]
        with self.session.begin_nested():
            done = end_post(self.session, self.city.snapshot, self.post(person, unit), order, self.now)
        self.renew()
        return done

    def post(self, person: int, unit: int) -> int:
        """The id of somebody's newest post in the unit."""
        rows = select(PostRow.id).where(PostRow.person_id == person, PostRow.unit_id == unit).order_by(PostRow.id)
        return self.session.execute(rows).scalars().all()[-1]

    def problems(self, now: datetime = LATER) -> list[str]:
        """What doctor calls broken."""
        found = run_doctor(self.session, self.city.world, now)
        return [f"{each.invariant} {each.sentence}" for each in found if not each.warning]

    def last_actions(self, case_id: int, count: int = 1) -> list[str]:
        """The newest events of the case, the newest first."""
        rows = text("SELECT action FROM case_events WHERE case_id = :id ORDER BY seq DESC LIMIT :n")
        return list(self.session.execute(rows, {"id": case_id, "n": count}).scalars())


def changing(session: Session) -> Changing:
    """A fresh model city."""
    return Changing(make_city(session))


def local(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 by the city's clocks (UTC+8)."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)
