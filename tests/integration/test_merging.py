"""Two cases become one and two again, on rows: who follows whom, what the master takes over and gives back."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gridgov.db.models import Case
from gridgov.db.queries.cases import DUPLICATES
from gridgov.domain.actors import Actor
from gridgov.domain.errors import AlreadyDone, BoundReached, Conflict, Forbidden, Invalid, TransitionNotAllowed
from gridgov.domain.life import RESIDENT
from gridgov.domain.model_city import BRANCH, CITY, COMMUNITY, GRID, GROUP, PROPERTY
from gridgov.domain.org import UnitKind
from gridgov.services.doctor import run_doctor
from gridgov.services.escalation import sweep_due
from gridgov.services.intake import Report, report_case
from gridgov.services.merging import followed, merge, unmerge
from gridgov.services.places import place_of_unit
from gridgov.services.rulebook import install_rules
from gridgov.services.world import World
from tests.factories import MONDAY_NINE, SEALER, ZONE, City, insert_tree, make_city
from tests.unit.lives import BARE, WIDE

MINUTE = timedelta(minutes=1)
LATER = MONDAY_NINE + timedelta(minutes=30)


def together(city: City, case_id: int, into: int, actor: Actor | None = None, now: datetime = LATER) -> None:
    """Merge one case with another."""
    inputs = {"into": city.case(into).number, "note": "the same bin"}
    merge(city.session, city.snapshot, case_id, into, actor or city.person(BRANCH), inputs, now)


def apart(city: City, case_id: int, now: datetime = LATER) -> None:
    """Take a case out of its master."""
    unmerge(city.session, city.snapshot, case_id, city.person(BRANCH), {"note": "another bin"}, now)


def sound(city: City, now: datetime = LATER) -> bool:
    """True when doctor finds nothing at all, once everything that is due has fired."""
    while sweep_due(city.session, city.world, now):
        pass
    return run_doctor(city.session, city.world, now) == []


def test_the_older_case_is_the_master_whichever_way_round_they_are_named(session: Session) -> None:
    city = make_city(session)
    older, younger = city.report(), city.report(now=MONDAY_NINE + MINUTE)
    together(city, older, into=younger)
    master, merged = city.case(older), city.case(younger)
    assert (master.state, merged.state, merged.holder_id) == ("reported", "merged", None)
    assert merged.facts["merged_into"] == master.number
    assert master.facts["co_reporters"] == 1
    assert followed(session, younger) == older
    assert sound(city)


def test_a_target_that_is_merged_stands_for_its_master_and_all_reporters_are_counted(session: Session) -> None:
    city = make_city(session)
    first, second, third = (city.report(now=MONDAY_NINE + number * MINUTE) for number in range(3))
    together(city, third, into=second)
    together(city, second, into=first)
    fourth = city.report(now=MONDAY_NINE + 3 * MINUTE)
    together(city, fourth, into=third)
    assert city.case(fourth).facts["merged_into"] == city.case(first).number
    assert city.case(first).facts["co_reporters"] == 3
    assert {followed(session, each) for each in (first, second, third, fourth)} == {first}
    apart(city, third)
    assert city.case(second).facts["co_reporters"] == 0
    assert city.case(first).facts["co_reporters"] == 2
    apart(city, second)
    assert city.case(first).facts["co_reporters"] == 1
    assert sound(city)


def test_no_case_is_merged_into_itself_nor_into_what_follows_it(session: Session) -> None:
    city = make_city(session)
    older, younger = city.report(), city.report(now=MONDAY_NINE + MINUTE)
    with pytest.raises(Invalid):
        together(city, older, into=older)
    together(city, younger, into=older)
    with pytest.raises(AlreadyDone):
        together(city, older, into=younger)
    with pytest.raises(TransitionNotAllowed):
        together(city, younger, into=older)
    assert sound(city)


def test_the_master_takes_priority_floor_promise_and_reporters(session: Session) -> None:
    city = make_city(session)
    older = city.report("0901", actor=city.person(GROUP))
    younger = city.report("0301", now=MONDAY_NINE + MINUTE, actor=city.person(GRID))
    city.act(younger, "supervise", city.person(COMMUNITY), LATER, note="quick")
    slow, quick = city.case(older), city.case(younger)
    assert (slow.priority, quick.priority) == ("P4", "P2")
    promised = quick.promised_at
    assert slow.promised_at is not None and promised is not None and promised < slow.promised_at
    together(city, younger, into=older)
    master = city.case(older)
    assert (master.priority, master.promised_at) == ("P2", promised)
    assert master.facts["co_reporter_ids"] == [city.person(GRID).person_id]
    running = "SELECT count(*) FROM clocks WHERE case_id = :id AND state < 2"
    assert session.execute(text(running), {"id": younger}).scalar() == 0
    told = "SELECT DISTINCT person_id FROM notices WHERE case_id = :id AND event_seq = :seq AND rule = 'reporter'"
    heard = session.execute(text(told), {"id": older, "seq": master.version}).scalars().all()
    assert set(heard) == {city.person(GROUP).person_id, city.person(GRID).person_id}
    assert sound(city)


def test_whoever_reported_a_merged_case_may_dispute_the_master(session: Session) -> None:
    city = make_city(session)
    older, younger = city.report(), city.report(now=MONDAY_NINE + MINUTE, actor=city.person(CITY))
    together(city, younger, into=older)
    for action, unit in (("accept", BRANCH), ("acknowledge", PROPERTY), ("resolve", PROPERTY), ("confirm", GROUP)):
        city.act(older, action, city.person(unit), LATER, **({"note": "done"} if action == "resolve" else {}))
    merged_reporter = Actor(city.person(CITY).person_id)
    assert city.act(older, "dispute", merged_reporter, LATER, note="still there").state == "disputed"
    assert sound(city)


def test_a_case_about_the_branch_keeps_the_branch_from_deciding_about_its_master(session: Session) -> None:
    city = make_city(session)
    older = city.report()
    younger = city.report(now=MONDAY_NINE + MINUTE, about=("branch",))
    with pytest.raises(Forbidden):
        together(city, younger, into=older)
    together(city, younger, into=older, actor=city.person(COMMUNITY))
    assert city.case(older).facts["about"] == ["branch"]
    assert city.case(older).holder_id == COMMUNITY
    assert sound(city)


def two_compounds(session: Session) -> tuple[City, int, int]:
    """A case in the model building, and a younger one in the courtyard of the same community."""
    install_rules(session, MONDAY_NINE.date())
    insert_tree(session, WIDE)
    world = World(ZONE)
    city = City(session, world, world.at(session, MONDAY_NINE))
    place = place_of_unit(BARE, "place", UnitKind.COMPOUND, city.tree)
    report = Report(place=place, description="garbage at the gate", category="0401")
    other = report_case(session, city.snapshot, SEALER, RESIDENT, report, MONDAY_NINE + MINUTE).case_id
    return city, city.report(), other


def test_cases_of_two_compounds_are_merged_by_a_supervisor_of_both_only(session: Session) -> None:
    city, here, there = two_compounds(session)
    with pytest.raises(Forbidden):
        together(city, there, into=here)
    together(city, there, into=here, actor=city.person(COMMUNITY))
    assert city.case(there).state == "merged"
    assert sound(city)


def test_a_case_in_any_other_state_is_not_merged(session: Session) -> None:
    city = make_city(session)
    older, younger = city.report(), city.report(now=MONDAY_NINE + MINUTE)
    city.act(older, "reject", city.person(BRANCH), LATER, reason="spam", note="no")
    with pytest.raises(TransitionNotAllowed, match=city.case(older).number):
        together(city, younger, into=older)
    assert city.case(younger).state == "reported"


def test_a_question_is_answered_before_its_case_takes_over_an_urgent_one(session: Session) -> None:
    city = make_city(session)
    older = city.report(actor=city.person(GRID))
    younger = city.report("0301", now=MONDAY_NINE + MINUTE)
    city.act(older, "ask_info", city.person(BRANCH), LATER, note="which bin")
    with pytest.raises(Conflict, match="supply"):
        together(city, younger, into=older)
    assert city.case(younger).version == 1


def test_unmerged_it_begins_anew_with_what_was_left_of_its_promise_and_only_once(session: Session) -> None:
    city = make_city(session)
    older, younger = city.report(), city.report(now=MONDAY_NINE + MINUTE)
    city.act(younger, "accept", city.person(BRANCH), LATER)
    before = city.case(younger).promised_at
    together(city, younger, into=older)
    week = timedelta(days=7)
    while sweep_due(session, city.world, LATER + week):
        pass
    apart(city, younger, LATER + week)
    freed = city.case(younger)
    assert (freed.state, freed.level, freed.facts["floor"], freed.handler_id) == ("reported", 1, 1, None)
    assert before is not None and freed.promised_at == before + week
    assert freed.due_at == LATER + week + timedelta(hours=2)
    city.act(younger, "accept", city.person(BRANCH), LATER + week)
    assert city.case(younger).promised_at == before + week
    together(city, younger, into=older, now=LATER + week)
    with pytest.raises(BoundReached):
        apart(city, younger, LATER + week)
    assert sound(city, LATER + week)


def test_a_promise_that_had_passed_is_one_accept_limit_after_an_unmerge(session: Session) -> None:
    city = make_city(session)
    older, younger = city.report("0301"), city.report("0301", now=MONDAY_NINE + MINUTE)
    late = MONDAY_NINE + timedelta(days=4)
    while sweep_due(session, city.world, late):
        pass
    together(city, younger, into=older, now=late)
    apart(city, younger, late + MINUTE)
    assert city.case(younger).promised_at == late + 31 * MINUTE
    assert sound(city, late + MINUTE)


def test_after_thirty_days_it_stays_merged(session: Session) -> None:
    city = make_city(session)
    older, younger = city.report(), city.report(now=MONDAY_NINE + MINUTE)
    together(city, younger, into=older)
    with pytest.raises(TransitionNotAllowed, match="30 days"):
        apart(city, younger, LATER + timedelta(days=30, seconds=1))
    apart(city, younger, LATER + timedelta(days=30))


def test_a_master_that_is_over_still_gives_a_case_back(session: Session) -> None:
    city = make_city(session)
    older, younger = city.report(), city.report(now=MONDAY_NINE + MINUTE)
    together(city, younger, into=older)
    city.act(older, "reject", city.person(BRANCH), LATER, reason="spam", note="no")
    apart(city, younger)
    assert (city.case(older).state, city.case(older).facts["co_reporters"]) == ("rejected", 0)
    assert sound(city)


def test_both_holders_hear_of_a_merge_and_nothing_of_it_waits_for_them(session: Session) -> None:
    city = make_city(session)
    older, younger = city.report(), city.report(now=MONDAY_NINE + MINUTE)
    city.act(younger, "accept", city.person(BRANCH), LATER)
    city.act(younger, "acknowledge", city.person(PROPERTY), LATER)
    together(city, younger, into=older, actor=city.person(COMMUNITY))
    told = "SELECT DISTINCT person_id FROM notices WHERE case_id = :id AND event_seq = :seq"
    merged, master = (
        session.execute(text(told), {"id": each, "seq": city.case(each).version}).scalars().all()
        for each in (younger, older)
    )
    assert city.person(PROPERTY).person_id in merged
    assert city.person(BRANCH).person_id in master
    assert sound(city)


def test_the_link_of_a_merged_report_leads_to_its_master(session: Session) -> None:
    city = make_city(session)
    older, younger = city.report(), city.report(now=MONDAY_NINE + MINUTE)
    together(city, younger, into=older)
    for action, unit in (("accept", BRANCH), ("acknowledge", PROPERTY), ("resolve", PROPERTY), ("confirm", GROUP)):
        city.act(older, action, city.person(unit), LATER, **({"note": "done"} if action == "resolve" else {}))
    target = followed(session, younger)
    assert city.act(target, "dispute", Actor(None, reporter_of=target), LATER, note="still there").state == "disputed"


def test_doctor_names_what_follows_nothing_and_a_master_that_forgot_somebody(session: Session) -> None:
    city = make_city(session)
    older, younger = city.report(), city.report(now=MONDAY_NINE + MINUTE)
    together(city, younger, into=older)
    forget = """UPDATE cases SET facts = facts || '{"co_reporters": 0}' WHERE id = :id"""
    session.execute(text(forget), {"id": older})
    lose = """UPDATE cases SET facts = facts || '{"merged_into": "261123-9999-9"}' WHERE id = :id"""
    found = {problem.case_number for problem in run_doctor(session, city.world, LATER) if problem.invariant == "I2"}
    assert found == {city.case(older).number}
    session.execute(text(lose), {"id": younger})
    assert city.case(younger).number in {problem.case_number for problem in run_doctor(session, city.world, LATER)}


def test_among_thousands_of_cases_the_duplicates_of_one_are_found_by_the_index(session: Session) -> None:
    city = make_city(session)
    older, younger = city.report(), city.report(now=MONDAY_NINE + MINUTE)
    together(city, younger, into=older)
    session.execute(text(MANY), {"id": older})
    session.execute(text("ANALYZE cases"))
    query = select(Case.id, DUPLICATES).where(Case.id == older)
    compiled = query.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    plan = session.connection().exec_driver_sql(f"EXPLAIN {compiled}".replace("%", "%%")).scalars().all()
    assert "ix_cases_merged_into" in " ".join(plan), plan
    assert session.execute(query).one().duplicates == [{"number": city.case(younger).number}]


MANY = """
INSERT INTO cases (number, kind, definition_name, definition_version, title, description, source, compound_id,
  community_id, subdistrict_id, owner_id, state, category, priority, level, facts, version, last_hash, reported_at,
  state_since, last_event_at, sensitive, paused)
SELECT number || n, kind, definition_name, definition_version, title, description, source, compound_id, community_id,
  subdistrict_id, owner_id, state, category, priority, level,
  facts || jsonb_build_object('merged_into', CASE WHEN n % 5 = 0 THEN n::text END), version, last_hash, reported_at,
  state_since, last_event_at, sensitive, paused
FROM cases, generate_series(1, 3000) AS n WHERE id = :id
"""
