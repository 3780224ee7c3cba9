"""Called units: which cases a call opens, which calls wait for an answer, and the lists of both sides."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, any_, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from gridgov.db.models import Case, WhistleRow
from gridgov.db.paging import By, Order
from gridgov.domain.actors import Actor
from gridgov.domain.org import ACTING_ROLE, Tree
from gridgov.domain.whistling import CALLABLE

# In the words of its index, and no parameters: a planner that does not see the values cannot use a partial index.
SEEN: ColumnElement[bool] = literal_column("whistles.state IN ('called', 'answered', 'refused', 'arrived', 'finished')")
UNANSWERED: ColumnElement[bool] = literal_column("whistles.state IN ('called', 'refused')")
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


def calls_of(unit_ids: Sequence[int], side: str | None) -> Calls:
    """The calls for the units (`called`), those that they blew (`blown`), or both. Who sees the case is not asked."""
    called, blown = WhistleRow.unit_id.in_(unit_ids), WhistleRow.blown_by.in_(unit_ids)
    return calls().where({"called": called, "blown": blown}.get(side or "", or_(called, blown)))
