"""What is thrown away and when, and what the regular look finds, repairs and only counts."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

from gridgov.db.models import (
    Case,
    ClockRow,
    Delivery,
    Heartbeat,
    IdempotentAnswer,
    LoginDelay,
    NoticeRow,
    Person,
    WebSession,
)
from gridgov.domain.clock import ClockKind, ClockState
from gridgov.services.heartbeats import beat, last_seen
from gridgov.services.housekeeping import tidy
from gridgov.services.notifications import count_ringing, count_unread, mark_read, notices_of
from gridgov.services.outbox import DeliveryState
from gridgov.services.reconcile import Findings, reconcile
from tests.factories import MONDAY_NINE, City, make_city

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def old_and_young(session: Session) -> None:
    """Two of each kind, a minute before and a minute after its time: from now on, since the database asks its clock."""
    now = datetime.now(UTC)
    person = make_city(session).person(7).person_id
    for name, age in (("old", 7 * DAY + MINUTE), ("young", 7 * DAY - MINUTE)):
        answer = {
            "scope": name,
            "key": "k",
            "request_hash": b"",
            "status": 201,
            "resource": {},
            "created_at": now - age,
        }
        session.execute(insert(IdempotentAnswer).values(answer))
    for name, left in ((b"over", -MINUTE), (b"runs", MINUTE)):
        times = {"created_at": now - DAY, "expires_at": now + left, "seen_at": now}
        session.execute(insert(WebSession).values(token_hash=name, person_id=person, csrf="", **times))
    for name, age in (("old", DAY + MINUTE), ("young", DAY - MINUTE)):
        session.execute(insert(LoginDelay).values(key=name, failures=3, next_at=now - age))
        session.execute(insert(Heartbeat).values(process=name, kind="sweeper", seen_at=now - age))


def test_what_has_served_goes_and_what_still_serves_stays(session: Session) -> None:
    old_and_young(session)
    assert tidy(session) == 4
    assert tidy(session) == 0
    assert session.scalars(select(IdempotentAnswer.scope)).all() == ["young"]
    assert session.scalars(select(WebSession.token_hash)).all() == [b"runs"]
    assert session.scalars(select(LoginDelay.key)).all() == ["young"]
    assert session.scalars(select(Heartbeat.process)).all() == ["young"]


def test_the_broom_takes_small_batches(session: Session) -> None:
    long_ago = datetime.now(UTC) - 2 * DAY
    rows = [{"process": f"dead{n}", "kind": "sweeper", "seen_at": long_ago} for n in range(5)]
    session.execute(insert(Heartbeat), rows)
    assert [tidy(session, limit=2) for _ in range(4)] == [2, 2, 1, 0]


def test_a_process_is_seen_each_time_and_its_work_is_remembered(session: Session) -> None:
    beat(session, "sweeper@here:1", "sweeper", worked=True)
    first = session.scalars(select(Heartbeat)).one()
    worked, seen = first.worked_at, first.seen_at
    beat(session, "sweeper@here:1", "sweeper", worked=False)
    session.refresh(first)
    assert first.worked_at == worked is not None
    assert first.seen_at > seen
    assert dict(session.execute(last_seen()).all()) == {"sweeper": first.seen_at}


def told_city(session: Session) -> tuple[City, int]:
    """A city with mail in which one case waits, and its messages with it."""
    city = make_city(session)
    session.execute(update(Person).values(email=Person.username + "@people.example"))
    city.snapshot.email_on = True
    return city, city.report()


def found(session: Session, now: datetime = MONDAY_NINE) -> dict[str, int]:
    return reconcile(session, now).alarms


def test_a_healthy_city_gives_no_alarm(session: Session) -> None:
    told_city(session)
    assert found(session) == {}
    assert set(Findings.__dataclass_fields__) >= {"repaired", "outbox_late", "clocks_late"}


def test_an_open_case_without_its_clocks_is_counted_and_none_is_invented(session: Session) -> None:
    _, case_id = told_city(session)
    clocks = update(ClockRow).where(ClockRow.case_id == case_id)
    session.execute(clocks.values(state=ClockState.OBSOLETE))
    assert found(session) == {"cases_without_state_clock": 1, "cases_without_promise": 1}
    session.execute(update(Case).values(closed_at=MONDAY_NINE))
    assert found(session) == {}


def test_a_clock_that_nobody_fires_and_one_that_is_dead_are_alarms(session: Session) -> None:
    told_city(session)
    due = session.scalars(select(ClockRow.next_at).where(ClockRow.kind == ClockKind.STATE)).one()
    assert due is not None
    assert "clocks_late" not in found(session, due + timedelta(seconds=59))
    assert found(session, due + timedelta(seconds=61))["clocks_late"] == 1
    session.execute(update(ClockRow).where(ClockRow.kind == ClockKind.PROMISE).values(state=ClockState.DEAD))
    assert found(session)["clocks_dead"] == 1


def test_mail_that_waits_ten_minutes_is_an_alarm(session: Session) -> None:
    told_city(session)
    assert found(session, MONDAY_NINE + 9 * MINUTE).get("outbox_late") is None
    assert found(session, MONDAY_NINE + 11 * MINUTE)["outbox_late"] == 1


def test_a_lease_that_nobody_ended_is_taken_away(session: Session) -> None:
    told_city(session)
    session.execute(update(Delivery).values(lease_until=func.now() - 3 * MINUTE))
    assert found(session) == {"leases_stuck": 1, "repaired": 1}
    assert session.scalars(select(Delivery.lease_until)).all() == [None]


def test_a_notice_says_what_became_of_its_message(session: Session) -> None:
    told_city(session)
    session.execute(update(Delivery).values(state=DeliveryState.SENT))
    assert found(session) == {"notices_unsettled": 1, "repaired": 1}
    assert session.scalars(select(NoticeRow.state).where(NoticeRow.channel == "email")).all() == ["sent"]


def test_a_pending_notice_without_a_message_is_an_alarm(session: Session) -> None:
    told_city(session)
    session.execute(text("DELETE FROM outbox"))
    assert found(session) == {"notices_without_delivery": 1}


def test_a_person_reads_their_own_notices_and_nobody_elses(session: Session) -> None:
    told_city(session)
    notice = session.scalars(select(NoticeRow).where(NoticeRow.channel == "in_app")).one()
    reader = notice.person_id
    assert count_unread(session, reader) == count_ringing(session, reader, MONDAY_NINE) == 1
    assert mark_read(session, reader + 1, [notice.id], MONDAY_NINE) == 0
    assert mark_read(session, reader, [notice.id, notice.id + 99], MONDAY_NINE) == 1
    assert mark_read(session, reader, [notice.id], MONDAY_NINE) == 0
    assert count_unread(session, reader) == 0
    assert len(session.scalars(notices_of(reader)).all()) == 1
