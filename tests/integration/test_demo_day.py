"""A day of the demonstration, lived through the services on PostgreSQL without waiting for it."""

from collections.abc import Callable, Iterator
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
HAPPENINGS = {
    "an escalation": "action = 'escalate'",
    "a whistle": "action = 'whistle'",
    "an answer to a whistle": "action = 'answer'",
    "an arrival": "action = 'arrive'",
    "a suspension": "action = 'suspend'",
    "the end of a suspension": "action = 'resume'",
    "an extension asked for": "action = 'ask_extension'",
    "a request granted": "action = 'grant'",
    "a request that nobody answered": "action = 'unanswered'",
    "a dispute": "action = 'dispute'",
    "a lapse": "action = 'lapse'",
    "a merger": "action = 'merge'",
    "a rating": "action = 'rate'",
    "work sent back": "action = 'send_back'",
    "a case that was not ours": "action = 'decline'",
    "an urging": "action = 'urge'",
    "a rating of a call": "action = 'rate_call'",
}


@pytest.fixture(scope="module")
def lived(make_database: Callable[[str], str], xuanwei_template: str) -> Iterator[tuple[Demonstration, datetime]]:
    """A day with its reports and the week in which they end; and the moment after it."""
    engine = make_engine(make_database(xuanwei_template), CITY)
    day = Demonstration(engine, Script(7, 60, ZONE, URGENT))
    now = day.live(DAWN, timedelta(days=1), timedelta(minutes=15))
    day.replayed(Script(7, 0.001, ZONE, URGENT))
    now = day.live(now, timedelta(days=8), timedelta(hours=4))
    yield day, now
    engine.dispose()


@pytest.mark.parametrize("condition", HAPPENINGS.values(), ids=HAPPENINGS)
def test_it_has_happened(lived: tuple[Demonstration, datetime], condition: str) -> None:
    assert lived[0].count(condition)


def test_doctor_finds_nothing_wrong(lived: tuple[Demonstration, datetime]) -> None:
    day, now = lived
    with day.transaction() as session:
        found = run_doctor(session, day.world, now)
    assert [str(problem.sentence) for problem in found if not problem.warning] == []


def test_nearly_every_case_has_ended_and_the_players_were_refused_next_to_nothing(
    lived: tuple[Demonstration, datetime],
) -> None:
    day, _ = lived
    with day.transaction() as session:
        ended, reported = session.execute(text("SELECT count(closed_at), count(*) FROM cases")).one()
    assert reported > 40
    assert ended / reported > 0.7
    assert day.refused.total() <= reported / 10


def test_each_line_says_when_which_case_who_and_what(lived: tuple[Demonstration, datetime]) -> None:
    day, now = lived
    assert len(day.lines) == day.count("action <> 'remind'")
    acknowledged = next(line for line in day.lines if "Acknowledge" in line)
    assert acknowledged.startswith("11-23 ")
    assert "签收" in acknowledged
    with day.transaction() as session:
        summary = "\n".join(summary_of(session, now, day.refused))
    for word in ("reported", "escalations", "level 1", "whistles", "requests", "suspend", "longest silence"):
        assert word in summary


def test_everybody_acted_under_a_post_of_their_own(lived: tuple[Demonstration, datetime]) -> None:
    assert lived[0].count(
        "actor_kind = 'person' AND NOT EXISTS (SELECT 1 FROM posts p WHERE p.person_id = case_events.person_id"
        " AND p.unit_id = case_events.unit_id AND p.role = case_events.role)"
    ) == 0  # fmt: skip


def test_a_player_that_is_started_again_reports_nothing_twice_and_tells_nothing_again(
    lived: tuple[Demonstration, datetime],
) -> None:
    day, now = lived
    told, cases = len(day.lines), day.count("action = 'report'")
    day.fresh_player().play(now, seconds=30)
    assert day.count("action = 'report'") == cases
    assert len(day.lines) == told
