"""Called units: which cases a call opens, which calls wait for an answer, and the lists of all sides."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, any_, false, func, literal_column, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from gridgov.db.models import Case, WhistleRow
from gridgov.db.paging import By, Order
from gridgov.domain.actors import Actor
from gridgov.domain.org import ACTING_ROLE, Tree, UnitKind
from gridgov.domain.whistling import CALLABLE

# In the words of its index, and no parameters: a planner that does not see the values cannot use a partial index.
SEEN: ColumnElement[bool] = literal_column("whistles.state IN ('called', 'answered', 'refused', 'arrived', 'finished')")
UNANSWERED: ColumnElement[bool] = literal_column("whistles.state IN ('called', 'refused')")
SIDES = ("called", "blown", "within")
NEWEST_FIRST = Order((By(WhistleRow.id, descending=True),))
COLUMNS = (
    *WhistleRow.__table__.c,
    *(Case.number.label("case_number"), Case.version, Case.title, Case.category, Case.priority),
    *(Case.state.label("case_state"), Case.definition_name, Case.definition_version),
)
"""What a call shows, with what says which case it is about."""

Calls = Select[*tuple[Any, ...]]


def callable_units(actor: Actor, tree: Tree) -> list[int]:
    """The units that this person acts for and that a whistle may call."""
    return sorted({
        post.unit_id
        for post in actor.posts
        if (kind := tree.units[post.unit_id].kind) in CALLABLE and ACTING_ROLE.get(kind) is post.role
    })  # fmt: skip


def opened_by(calls: ColumnElement[bool]) -> ColumnElement[bool]:
    """The cases that such calls open. An array, asked first: then the cases are found by their key.

    EXISTS or IN beside other conditions would read every case.
    """
    ids = select(WhistleRow.case_id).where(calls).correlate(None).scalar_subquery()
    return Case.id == any_(func.array(ids, type_=ARRAY(BigInteger)))


def to_answer(unit_ids: Sequence[int]) -> ColumnElement[bool]:
    """The cases in which a call waits for the answer of one of the units."""
    return opened_by(WhistleRow.unit_id.in_(unit_ids) & UNANSWERED)


def calls() -> Calls:
    """Every call with its case."""
    return select(*COLUMNS).join(Case, Case.id == WhistleRow.case_id)


def calls_of(unit_ids: Sequence[int], tree: Tree, side: str | None) -> Calls:
    """The calls for the units (`called`), those that they blew (`blown`), those of their territory (`within`), or all.

    Who sees the case is not asked.
    """
    sides = {
        "called": WhistleRow.unit_id.in_(unit_ids),
        "blown": WhistleRow.blown_by.in_(unit_ids),
        "within": _within(unit_ids, tree),
    }
    return calls().where(sides[side] if side is not None else or_(*sides.values()))


def _within(unit_ids: Sequence[int], tree: Tree) -> ColumnElement[bool]:
    """Of a case that lies below one of the units: those above a branch watch who comes."""
    of_kind: dict[UnitKind, list[int]] = {}
    for unit in unit_ids:
        of_kind.setdefault(tree.units[unit].kind, []).append(unit)
    if UnitKind.CITY in of_kind:
        return true()
    below = {UnitKind.SUBDISTRICT: Case.subdistrict_id, UnitKind.COMMUNITY: Case.community_id}
    return or_(false(), *(column.in_(of_kind[kind]) for kind, column in below.items() if kind in of_kind))
