"""Reports become cases: place → owner branch, category → priority, clocks, notices, one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gridgov.adapters.sealing import Sealer
from gridgov.db.models import Case
from gridgov.domain.actors import Actor, Signature
from gridgov.domain.bigrams import words_of
from gridgov.domain.case import Facts
from gridgov.domain.case_number import format_case_number
from gridgov.domain.catalogue import Category
from gridgov.domain.effects import about_of
from gridgov.domain.errors import Conflict, Invalid, NotFound, Text
from gridgov.domain.evidence import FIELD
from gridgov.domain.org import Tree, UnitKind
from gridgov.domain.rules import Rules
from gridgov.domain.scrub import scrub
from gridgov.domain.steps import Situation, follow_up, opened
from gridgov.services import ledger
from gridgov.services.attachments import attach, take
from gridgov.services.history import GENESIS
from gridgov.services.places import Place
from gridgov.services.repeats import raised_if_repeated
from gridgov.services.situations import Present
from gridgov.services.world import Snapshot

UNKNOWN_CATEGORY = "9999"
NEXT_IDS = text("SELECT nextval('cases_id_seq'), nextval('case_number')")


@dataclass(frozen=True)
class Report:
    """What somebody reports; the place is resolved, texts are as they were typed."""

    place: Place
    description: str
    title: str = ""
    category: str | None = None
    address: str | None = None
    point: tuple[float, float] | None = None
    contact: Mapping[str, str] = field(default_factory=dict)
    wants_updates: bool = False
    on_behalf: bool = False
    anonymous: bool = False
    about: tuple[str, ...] = ()
    urgent: bool = False
    client_ref: str | None = None
    external_ref: tuple[str, str] | None = None
    occurred_at: datetime | None = None
    captured_at: datetime | None = None
    source: str = "staff"
    attachments: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Reported:
    """The case that a report became: its id, what was written and its columns; `entry` is None for a repeat."""

    case_id: int
    entry: ledger.Entry | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)


def report_case(
    session: Session, snapshot: Snapshot, sealer: Sealer, actor: Actor, report: Report, now: datetime
) -> Reported:
    """The case that the report becomes; a client's repeat of the same report is the same case.

    A P1 category is accepted by the system at once (workflow.md §3). Raises Invalid, and Conflict when
    `external_ref` is known already.
    """
    rules = snapshot.present_rules(session)
    facts = facts_of(rules, snapshot.tree, actor, report)
    known = _known(session, report, facts.reporter_id)
    if known is not None:
        return Reported(known)
    taken = take(session, actor, report.attachments) if report.attachments else None
    inputs = {} if taken is None else {FIELD: taken.references}
    if taken is not None:
        taken.require()
    first = opened(rules, snapshot.tree, facts, _signature(actor, report), inputs, now)
    steps = (first, *follow_up(rules, snapshot.tree, first, now))
    case_id, sequence = session.execute(NEXT_IDS).one()
    number = format_case_number(rules.day(now), sequence)
    steps = (*steps, *raised_if_repeated(session, rules, snapshot.tree, number, steps, now))
    before = Situation(facts, (), 0, now, now)
    present = Present(case_id, number, (rules.definition.name, rules.definition.version), GENESIS, before)
    contact = _contact(case_id, sealer, report, now) if report.contact else None
    entry = ledger.Entry(present, rules, steps)
    columns = ledger.write_new(session, entry, _written(report, rules, facts), contact, snapshot.email_on)
    if taken is not None:
        attach(session, taken, case_id, first.event)
    return Reported(case_id, entry, columns)


def facts_of(rules: Rules, tree: Tree, actor: Actor, report: Report) -> Facts:
    """What the rules know of the report. Raises Invalid for an unknown category."""
    entry = _category(report.category or UNKNOWN_CATEGORY, rules)
    urgent = report.urgent and entry.priority > "P2"
    own = not report.on_behalf and not report.anonymous
    compound = report.place.compound_id
    return Facts(
        state=rules.definition.initial,
        category=entry.code,
        priority="P2" if urgent else entry.priority,
        compound_id=compound,
        community_id=tree.above(compound, UnitKind.COMMUNITY) or 0,
        subdistrict_id=tree.above(compound, UnitKind.SUBDISTRICT) or 0,
        city_id=tree.city.id,
        owner_id=_owner(compound, tree),
        building_id=report.place.building_id,
        grid_id=report.place.grid_id,
        reporter_id=actor.person_id if own else None,
        answerable=(own and actor.person_id is not None) or bool(report.contact),
        about=tuple(sorted({*report.about, *about_of(entry.about)})),
    )


def _category(code: str, rules: Rules) -> Category:
    try:
        return rules.catalogue.get(code)
    except NotFound as error:
        raise Invalid({"category": [error.sentence]}) from None


def _owner(compound_id: int, tree: Tree) -> int:
    branches = tree.served_by(compound_id, UnitKind.BRANCH)
    if not branches:
        raise Invalid({"place": [Text("No branch answers for this place.", "该地点没有对应的党支部。")]})
    return branches[0]


def _signature(actor: Actor, report: Report) -> Signature:
    if actor.person_id is None or report.anonymous:
        return Signature("reporter")
    post = actor.posts[0] if actor.posts else None
    return Signature("person", actor.person_id, post.role.value if post else None, post.unit_id if post else None)


def _known(session: Session, report: Report, reporter_id: int | None) -> int | None:
    if report.client_ref is not None and reporter_id is not None:
        query = select(Case.id).where(Case.reporter_id == reporter_id, Case.client_ref == report.client_ref)
        return session.execute(query).scalar()
    if report.external_ref is not None:
        source, number = report.external_ref
        query_number = select(Case.number).where(Case.external_source == source, Case.external_number == number)
        if (known := session.execute(query_number).scalar()) is not None:
            sentence = Text(f"{source} {number} is case {known} already.", f"{source} {number} 已登记为案件 {known}。")
            raise Conflict(str(sentence), sentence.zh, number=known)
    return None


def _written(report: Report, rules: Rules, facts: Facts) -> dict[str, Any]:
    """The columns that hold what the reporter wrote, with numbers of people masked on the way."""
    category = rules.catalogue.get(facts.category)
    title, description = scrub(report.title).text, scrub(report.description).text
    address = scrub(report.address).text if report.address else None
    title = title or description.split("\n")[0][:60] or category.title.zh
    source, number = report.external_ref or (None, None)
    return {
        "kind": "incident",
        "title": title,
        "description": description,
        "address": address,
        "lon": report.point[0] if report.point else None,
        "lat": report.point[1] if report.point else None,
        "source": report.source,
        "external_source": source,
        "external_number": number,
        "client_ref": report.client_ref,
        "sensitive": category.sensitive,
        "occurred_at": report.occurred_at,
        "captured_at": report.captured_at,
        "search": " ".join(words_of(f"{title} {description} {address or ''}")),
    }


def _contact(case_id: int, sealer: Sealer, report: Report, now: datetime) -> dict[str, Any]:
    sealed = sealer.seal({name: value for name, value in report.contact.items() if value})
    return {"case_id": case_id, "sealed": sealed, "wants_updates": report.wants_updates, "created_at": now}
