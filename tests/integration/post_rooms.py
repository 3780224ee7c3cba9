"""A committed model city with a post room: addresses that are proved, events, and sending until nothing is due."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, select, text, update
from sqlalchemy.orm import Session

from gridgov.adapters.channels import ROBOT_HOSTS, AppriseCourier
from gridgov.adapters.mail import Mailer
from gridgov.db.models import Address, Case, Message, NoticeRow, Person
from gridgov.db.session import Transactions, city_now
from gridgov.domain.preferences import Preferences
from gridgov.services.addresses import NewAddress, Owner, add_address
from gridgov.services.calling import webhook_turn
from gridgov.services.due_lanes import WEBHOOK, prepare_lanes
from gridgov.services.lanes import PostRoom, run_lane
from gridgov.services.messages import channel_turn
from gridgov.services.preferences import write_preferences
from gridgov.services.world import World
from tests.factories import SEALER, ZONE, City, make_city

TUESDAY_TEN = datetime(2026, 11, 24, 2, tzinfo=UTC)
PUBLIC = "https://grid.city.example"


@dataclass
class Office:
    """The city, and what its post room is made of; `open` counts the transactions that are open in this process."""

    engine: Engine
    transaction: Transactions
    allow: tuple[str, ...] = ()
    robots: dict[str, str] = field(default_factory=lambda: dict(ROBOT_HOSTS))
    mailer: Mailer | None = None
    open: int = 0
    guard: threading.Lock = field(default_factory=threading.Lock)

    def room(self) -> PostRoom:
        courier = AppriseCourier(self.allow, self.robots)
        return PostRoom(self._watched, World(ZONE), SEALER, self.mailer, courier, self.allow, "xuanwei", PUBLIC)

    @contextmanager
    def _watched(self) -> Iterator[Session]:
        with self.guard:
            self.open += 1
        try:
            with self.transaction() as session:
                yield session
        finally:
            with self.guard:
                self.open -= 1

    def assert_closed(self) -> None:
        """No transaction is open: what is called while this holds is called outside of any."""
        assert self.open == 0

    @contextmanager
    def city(self) -> Iterator[tuple[City, datetime]]:
        """The city in a transaction, with its time; mail is on where there is a mailer."""
        with self.transaction() as session:
            now = city_now(session)
            world = World(ZONE, email_on=self.mailer is not None)
            yield City(session, world, world.at(session, now)), now

    def report(self, category: str = "0401", **given: Any) -> int:
        with self.city() as (city, now):
            return city.report(category, now=now, **given)

    def act(self, case_id: int, action: str, unit: int, **inputs: Any) -> None:
        with self.city() as (city, now):
            city.act(case_id, action, city.person(unit), now=now, **inputs)

    def person_of(self, unit: int, number: int = 0) -> int:
        with self.city() as (city, _):
            return city.tree.acting[unit][number]

    def address(self, url: str, proved: bool = True, kind: str = "apprise", **owner: int) -> int:
        """An address of a person_id or a unit_id; a proved one has its code behind it."""
        with self.transaction() as session:
            now = city_now(session)
            new = NewAddress(Owner(**owner), kind, url, "test")
            made = add_address(session, SEALER, new, owner.get("person_id") or self.anybody(session), self.allow, now)
            if proved:
                made.verified_at = now
                session.execute(text("DELETE FROM messages WHERE purpose = 'code'"))
            session.flush()
            return made.id

    @staticmethod
    def anybody(session: Session) -> int:
        return session.scalars(select(Person.id)).first() or 0

    def wish(self, person_id: int, wishes: Preferences) -> None:
        with self.transaction() as session:
            write_preferences(session, person_id, wishes, city_now(session))

    def send(self) -> int:
        """Fan out and send, lane after lane, until nothing is due; how many rows were dealt with."""
        room, done = self.room(), 0
        for lane in prepare_lanes(room.transaction, room.world):
            turn = webhook_turn(int(lane.removeprefix(WEBHOOK))) if lane.startswith(WEBHOOK) else channel_turn(lane)
            done += run_lane(room, turn, 20)
        return done

    def rows(self, table: Any = Message) -> list[Any]:
        with self.transaction() as session:
            return list(session.scalars(select(table).order_by(table.id)))

    def number(self, case_id: int) -> str:
        with self.transaction() as session:
            return session.get_one(Case, case_id).number

    def notices(self, person_id: int, channel: str = "email") -> list[tuple[str, str | None]]:
        with self.transaction() as session:
            mine = (NoticeRow.person_id == person_id, NoticeRow.channel == channel)
            query = select(NoticeRow.state, NoticeRow.reason).where(*mine).order_by(NoticeRow.id)
            return [(state, reason) for state, reason in session.execute(query)]

    def at(self, moment: datetime) -> None:
        """Let it be that moment in the city."""
        with self.engine.begin() as connection:
            connection.execute(text("UPDATE city_time SET real_base = now(), city_base = :at"), {"at": moment})

    def disabled(self, address_id: int) -> str | None:
        with self.transaction() as session:
            return session.get_one(Address, address_id).disabled_reason

    def hurry(self, table: Any = Message) -> None:
        """Let what waits be due now."""
        with self.transaction() as session:
            session.execute(update(table).values(next_at=city_now(session), lease_until=None))


def make_office(engine: Engine, **parts: Any) -> Office:
    """The model city, committed, at ten in the morning of a working Tuesday in Shanghai."""
    office = Office(engine, Transactions(engine), **parts)
    office.at(TUESDAY_TEN)
    with office.transaction() as session:
        make_city(session, city_now(session))
    return office
