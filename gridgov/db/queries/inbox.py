"""What waits for somebody: one condition per bucket over the cases that are open."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select

from gridgov.db.models import Case
from gridgov.db.queries.cases import held_by, lamp_is
from gridgov.db.queries.requests import waits_for
from gridgov.db.queries.whistles import to_answer
from gridgov.domain.actors import Actor
from gridgov.domain.org import ACTING_ROLE, Level, Tree, UnitKind

BY_STATE = {
    "to_accept": "reported",
    "to_acknowledge": "dispatched",
    "to_do": "handling",
    "to_verify": "resolved",
    "to_call": "awaiting_rating",
    "to_judge": "disputed",
}
TO_DECIDE = "to_decide"
BUCKETS = (*BY_STATE, "to_answer", "to_decide", "due_soon", "overdue", "supervised")


def buckets(actor: Actor, tree: Tree, now: datetime) -> Mapping[str, ColumnElement[bool]]:
    """The condition of each bucket for this person at `now`."""
    mine = held_by(acting_units(actor, tree))
    conditions = {bucket: and_(Case.state == state, mine) for bucket, state in BY_STATE.items()}
    conditions["to_acknowledge"] = and_(Case.state == "dispatched", or_(mine, _property_of(actor, tree)))
    return {
        **conditions,
        "to_answer": or_(
            and_(Case.state == "needs_info", Case.reporter_id == actor.person_id),
            and_(Case.closed_at.is_(None), to_answer(acting_units(actor, tree))),
        ),
        "to_decide": Case.id.in_(waits_for(acting_units(actor, tree))),
        "due_soon": and_(mine, lamp_is("yellow", now)),
        "overdue": and_(mine, lamp_is("red", now)),
        "supervised": and_(Case.closed_at.is_(None), _supervised(actor, tree)),
    }


def acting_units(actor: Actor, tree: Tree) -> list[int]:
    """The units for which this person may act."""
    posts = [post for post in actor.posts if ACTING_ROLE.get(tree.units[post.unit_id].kind) is post.role]
    return sorted({post.unit_id for post in posts})


def waiting_for(condition: ColumnElement[bool]) -> Select[Case]:
    """The cases of one bucket."""
    return select(Case).where(condition)


def counts(conditions: Mapping[str, ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    """One row with the size of every bucket, in their order, from one pass over the open cases that are in any.

    What is to be decided may be about a closed case, and is counted by itself.
    """
    passed = [condition for name, condition in conditions.items() if name != TO_DECIDE]
    apart = select(func.count()).select_from(Case).where(conditions[TO_DECIDE]).scalar_subquery()
    columns = [
        (apart if name == TO_DECIDE else func.count().filter(condition)).label(name)
        for name, condition in conditions.items()
    ]
    return select(*columns).where(or_(*passed), Case.closed_at.is_(None))


def _property_of(actor: Actor, tree: Tree) -> ColumnElement[bool]:
    """A committee acknowledges for the property of its compound."""
    compounds = [
        territory
        for unit in _units_of(actor, tree, UnitKind.COMMITTEE)
        for territory in tree.territories_of.get(unit, ())
    ]
    served = [
        org
        for kind in (UnitKind.PROPERTY, UnitKind.EMERGENCY_PROPERTY)
        for compound in compounds
        for org in tree.served_by(compound, kind)
    ]
    return and_(Case.compound_id.in_(compounds), Case.handler_id.in_(served))


def _supervised(actor: Actor, tree: Tree) -> ColumnElement[bool]:
    """The cases that have climbed to this person's level."""
    columns = {
        UnitKind.COMMUNITY: (Case.community_id, Level.COMMUNITY),
        UnitKind.SUBDISTRICT: (Case.subdistrict_id, Level.SUBDISTRICT),
    }
    found = [
        and_(column.in_(list(_units_of(actor, tree, kind))), Case.level == int(level))
        for kind, (column, level) in columns.items()
    ]
    city = any(True for _ in _units_of(actor, tree, UnitKind.CITY))
    return or_(*found, Case.level == int(Level.CITY) if city else false())


def _units_of(actor: Actor, tree: Tree, kind: UnitKind) -> Iterable[int]:
    return (unit for unit in acting_units(actor, tree) if tree.units[unit].kind is kind)
