"""Which cases somebody may see: ONE builder for list, count, detail, files and exports, and the filters upon it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    any_,
    bindparam,
    case,
    cast,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY, aggregate_order_by
from sqlalchemy.orm import aliased

from gridgov.db.models import Case, CaseContact, ClockRow, Recheck, Upload, WhistleRow
from gridgov.db.queries.whistles import SEEN, callable_units, opened_by
from gridgov.domain.actors import Actor
from gridgov.domain.bigrams import query_of
from gridgov.domain.clock import ClockKind, ClockState
from gridgov.domain.org import Post, Role, Tree

EVERYTHING = frozenset({Role.CITY_SUPERVISOR, Role.AUDITOR})
BY_UNIT = {
    Role.SUBDISTRICT_DISPATCHER: Case.subdistrict_id,
    Role.COMMUNITY_OFFICER: Case.community_id,
    Role.GRID_WORKER: Case.grid_id,
    Role.BRANCH_SECRETARY: Case.owner_id,
    Role.PROPERTY_STAFF: Case.handler_id,
    Role.UTILITY_STAFF: Case.handler_id,
    Role.DEPARTMENT_OFFICER: Case.handler_id,
}
"""Which column of a case a post's own unit is looked up in."""
BY_TERRITORY = {
    Role.BUILDING_LEADER: Case.building_id,
    Role.HOUSEHOLD_LEAD: Case.building_id,
    Role.COMMITTEE_MEMBER: Case.compound_id,
}
"""The same for posts that see the territory which their organisation serves."""

DUPLICATE = aliased(Case, name="duplicate")
CALLED = WhistleRow.unit_id.key
"""Not a column of a case: it is seen by a call for the unit."""

ANEW = aliased(Case)
BRIEF = (
    *(Case.number, Case.version, Case.kind, Case.definition_name, Case.definition_version, Case.title, Case.source),
    *(Case.state, Case.category, Case.priority, Case.level, Case.facts, Case.address, Case.lat, Case.lon),
    *(Case.compound_id, Case.building_id, Case.grid_id, Case.community_id, Case.subdistrict_id),
    *(Case.owner_id, Case.handler_id, Case.holder_id),
    *(Case.reported_at, Case.due_at, Case.warn_at, Case.paused, Case.promised_at, Case.closed_at),
)
"""What a line of a list shows. Rows of columns: an entity takes three times as long to read."""
STATE_CLOCK = (
    select(func.to_jsonb(literal_column("clocks")))
    .select_from(ClockRow)
    .where(ClockRow.case_id == Case.id, ClockRow.state < ClockState.DONE, ClockRow.kind == ClockKind.STATE)
    .order_by(ClockRow.state)
    .limit(1)
    .correlate(Case)
    .scalar_subquery()
    .label("state_clock")
)
"""The clock of the present state as JSON: a pending one wins over one set aside."""
PHOTO = func.json_build_object(
    *("id", Upload.id, "kind", Upload.shows, "media_type", Upload.media_type),
    *("width", Upload.width, "height", Upload.height, "at", Upload.attached_at),
)
ATTACHMENTS = (
    select(func.json_agg(aggregate_order_by(PHOTO, Upload.attached_at, Upload.id)))
    .where(Upload.case_id == Case.id)
    .correlate(Case)
    .scalar_subquery()
    .label("attachments")
)
"""The photos of the case as JSON, the first first; None where there is none."""
FOUND = func.json_build_object(
    *("verdict", Recheck.verdict, "note", Recheck.note, "unit_id", Recheck.unit_id, "done_at", Recheck.done_at)
)
_RECHECKED = (
    select(FOUND)
    .where(Recheck.case_id == Case.id, Recheck.done_at.is_not(None))
    .order_by(Recheck.event_seq.desc())
    .limit(1)
    .correlate(Case)
    .scalar_subquery()
)
RECHECK = case((Case.closed_at.is_not(None), _RECHECKED)).label("recheck")
"""What a second look at the closed case found, as JSON; None before that, so that nobody knows which are picked."""
_MERGED = (
    select(func.json_agg(aggregate_order_by(func.json_build_object("number", DUPLICATE.number), DUPLICATE.id)))
    .where(literal_column("duplicate.facts ->> 'merged_into'") == Case.number)
    .correlate(Case)
    .scalar_subquery()
)
DUPLICATES = case((literal_column("cases.facts ->> 'co_reporters' <> '0'"), _MERGED)).label("duplicates")
"""What is merged into the case, as JSON; the key stands in the text, so that the index on it is seen."""
WHOLE = (
    *(*BRIEF, Case.id, Case.description, Case.reporter_id, Case.occurred_at, Case.captured_at),
    *(Case.external_source, Case.external_number, Case.state_since, Case.last_event_at),
    *(ATTACHMENTS, RECHECK, DUPLICATES, STATE_CLOCK),
)
"""What the portrait of a case shows."""
CONTACT = (
    select(
        func.json_build_object(
            *("sealed", func.encode(CaseContact.sealed, "base64"), "wants_updates", CaseContact.wants_updates)
        )
    )
    .where(CaseContact.case_id == Case.id)
    .correlate(Case)
    .scalar_subquery()
    .label("contact")
)
SHOWN = (*WHOLE, CONTACT)
"""What a case that somebody looks at is shown with: also how its reporter can be reached, still sealed."""
LOCKED = (
    *(*WHOLE[:-1], Case.last_hash),
    select(func.json_agg(aggregate_order_by(literal_column("clocks"), ClockRow.id)))
    .select_from(ClockRow)
    .where(ClockRow.case_id == Case.id, ClockRow.state < ClockState.DONE)
    .correlate(Case)
    .scalar_subquery()
    .label("running"),
    select(ANEW.version).where(ANEW.id == Case.id).correlate(Case).scalar_subquery().label("seen_version"),
)
"""What a case that somebody is about to act on is locked with: all its running clocks instead of the state's."""


def reach_of(actor: Actor, tree: Tree) -> Mapping[str, list[int]] | None:
    """What `actor` sees cases by: which ids in which columns, any of them; None for everything.

    Posts open their unit or the territory it serves; everybody sees what they reported themselves. A handler
    sees what it handles, a called unit what it was called for. An administrator sees no case by default
    (workflow.md §1).
    """
    if any(post.role in EVERYTHING for post in actor.posts):
        return None
    found: dict[str, set[int]] = {}
    for column, unit_id in _reach(actor.posts, tree):
        found.setdefault(column.key, set()).add(unit_id)
    if called := callable_units(actor, tree):
        found[CALLED] = set(called)
    if actor.person_id is not None:
        found["reporter_id"] = {actor.person_id}
    if actor.reporter_of is not None:
        found["id"] = {actor.reporter_of}
    return {key: sorted(ids) for key, ids in found.items()}


def visible(actor: Actor, tree: Tree) -> ColumnElement[bool]:
    """The condition that holds for exactly the cases that `actor` may see."""
    return _within(reach_of(actor, tree), lambda column, ids: column.in_(ids))


def visible_by_name(reach: Mapping[str, list[int]] | None) -> ColumnElement[bool]:
    """The same condition with each column's ids as a parameter of the column's name: one statement for many actors."""
    return _within(reach, lambda column, _: column == any_(bindparam(column.key, type_=ARRAY(BigInteger))))


def _within(
    reach: Mapping[str, list[int]] | None, among: Callable[[Any, list[int]], ColumnElement[bool]]
) -> ColumnElement[bool]:
    if reach is None:
        return true()
    return or_(false(), *(_by(key, ids, among) for key, ids in reach.items()))


def _by(key: str, ids: list[int], among: Callable[[Any, list[int]], ColumnElement[bool]]) -> ColumnElement[bool]:
    """By a column of the case, or by a call that stands or came to something."""
    if key == CALLED:
        return opened_by(among(WhistleRow.unit_id, ids) & SEEN)
    return among(getattr(Case, key), ids)


def _reach(posts: Iterable[Post], tree: Tree) -> Iterable[tuple[Any, int]]:
    for post in posts:
        if post.role in BY_UNIT:
            yield BY_UNIT[post.role], post.unit_id
        elif post.role in BY_TERRITORY:
            for territory in tree.territories_of.get(post.unit_id, ()):
                yield BY_TERRITORY[post.role], territory


def visible_cases(actor: Actor, tree: Tree) -> Select[Case]:
    """Every case that `actor` may see."""
    return select(Case).where(visible(actor, tree))


def in_unit(unit_id: int, tree: Tree) -> ColumnElement[bool]:
    """The cases of a unit: of a territory those within it, of an organisation those it owns, handles or holds."""
    kind = tree.units[unit_id].kind.value
    territories = {
        "subdistrict": Case.subdistrict_id,
        "community": Case.community_id,
        "compound": Case.compound_id,
        "grid": Case.grid_id,
        "building": Case.building_id,
    }
    if kind == "city":
        return true()
    if kind in territories:
        return territories[kind] == unit_id
    return or_(Case.owner_id == unit_id, Case.handler_id == unit_id, Case.holder_id == unit_id)


def held_by(unit_ids: Sequence[int]) -> ColumnElement[bool]:
    """The cases that wait for one of the units: only open ones have a holder, and their index holds only those."""
    return and_(Case.closed_at.is_(None), Case.holder_id.in_(unit_ids))


def lamp_is(lamp: str, now: datetime) -> ColumnElement[bool]:
    """The cases whose state clock shows that lamp at `now`: grey while paused, yellow from 80 %, red past the limit."""
    running = and_(Case.closed_at.is_(None), Case.due_at.is_not(None))
    going = and_(running, Case.paused.is_(False))
    return {
        "grey": and_(running, Case.paused),
        "red": and_(going, Case.due_at < now),
        "yellow": and_(going, Case.due_at >= now, Case.warn_at <= now),
        "green": and_(going, Case.warn_at > now),
    }[lamp]


def matches(words: str) -> ColumnElement[bool]:
    """The cases whose text holds all of the words; Chinese is found by its bigrams (domain.bigrams)."""
    return Case.search.op("@@")(cast(literal(query_of(words)), TSQUERY))
