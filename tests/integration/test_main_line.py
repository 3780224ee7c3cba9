"""The main line of a case's life through the services, on real rows."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridgov.db.models import CaseEvent, ClockRow, NoticeRow
from gridgov.domain.model_city import BRANCH, COMMUNITY, GROUP, PROPERTY
from gridgov.services.escalation import sweep_due
from tests.factories import MONDAY_NINE, make_city

CALL = {"kind": "call", "made_safe": True}
HAPPY = {"contacted": True, "solved": True, "satisfaction": "satisfied"}


def test_a_report_is_acknowledged_resolved_checked_rated_and_closed(session: Session) -> None:
    city = make_city(session)
    number = city.report(contact={"phone": "13800001234"})
    city.act(number, "accept", city.person(BRANCH))
    city.act(number, "acknowledge", city.person(PROPERTY))
    city.act(number, "contact", city.person(PROPERTY), contact=CALL)
    city.act(number, "resolve", city.person(PROPERTY), note="cleared")
    city.act(number, "confirm", city.person(GROUP))
    case = city.act(number, "rate", city.person(COMMUNITY), rating=HAPPY)
    assert (case.state, case.facts["outcome"], case.holder_id, case.due_at) == ("closed", "rated", None, None)
    assert case.version == 7
    running = select(ClockRow).where(ClockRow.case_id == number, ClockRow.state < 2)
    assert session.scalars(running).all() == []


def test_a_silent_case_climbs_to_the_city(session: Session) -> None:
    city = make_city(session)
    case_id = city.report()
    moment = MONDAY_NINE
    for _ in range(200):
        moment += timedelta(hours=4)
        sweep_due(session, city.world, moment)
    case = city.case(case_id)
    assert (case.state, case.level) == ("reported", 3)
    events = session.scalars(select(CaseEvent.action).where(CaseEvent.case_id == case_id).order_by(CaseEvent.seq)).all()
    assert [action for action in events if action == "escalate"] == ["escalate"] * 3
    assert "supervise" in events
    assert session.scalars(select(NoticeRow).where(NoticeRow.channel == "email")).first().reason == "email_off"


def test_the_third_accepted_case_of_a_category_at_a_building_raises_itself(session: Session) -> None:
    city = make_city(session)
    priorities = []
    for _ in range(3):
        case_id = city.report()
        priorities.append(city.act(case_id, "accept", city.person(BRANCH)).priority)
    assert priorities == ["P3", "P3", "P2"]
    last = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.seq.desc())).first()
    assert (last.action, last.actor_kind) == ("reprioritise", "system")
