"""Which second looks are somebody's, and which cases they are about."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select

from gridgov.db.models import Case, CaseEvent, Recheck
from gridgov.db.paging import By, Order
from gridgov.db.queries.cases import ATTACHMENTS
from gridgov.domain.actors import Actor
from gridgov.domain.evidence import RESOLVING
from gridgov.domain.org import Tree

NEWEST_FIRST = Order((By(Recheck.id, descending=True),))
DONE = (
    select(CaseEvent.note)
    .where(CaseEvent.case_id == Recheck.case_id, CaseEvent.action.in_(sorted(RESOLVING)))
    .order_by(CaseEvent.seq.desc())
    .limit(1)
    .correlate(Recheck)
    .scalar_subquery()
    .label("done")
)
"""What whoever did the work last wrote about it."""
SHOWN = (
    *(Recheck.id, Recheck.unit_id, Recheck.picked_at, Recheck.due_at, Recheck.done_at, Recheck.verdict, Recheck.note),
    *(Case.number, Case.category, Case.title, Case.description, Case.address, Case.closed_at, DONE),
    *(Case.compound_id, Case.building_id, Case.grid_id),
    *(Case.community_id, Case.subdistrict_id, Case.lat, Case.lon, ATTACHMENTS),
)


def units_of(actor: Actor, tree: Tree) -> list[int]:
    """The units that `actor` acts for."""
    return [post.unit_id for post in actor.posts if actor.person_id in tree.acting.get(post.unit_id, ())]


def rechecks_of(unit_ids: Sequence[int], open_only: bool) -> Select[Any]:
    """The second looks of those units, with what is needed to go there and look: nothing of the reporter."""
    rows = select(*SHOWN).join(Case, Case.id == Recheck.case_id).where(Recheck.unit_id.in_(unit_ids))
    return rows.where(Recheck.done_at.is_(None)) if open_only else rows


def entrusted(unit_ids: Sequence[int]) -> ColumnElement[bool]:
    """The cases that one of the units has yet to look at again: their photos are open to it, the cases are not."""
    waiting = Recheck.done_at.is_(None)
    return exists().where(Recheck.case_id == Case.id, Recheck.unit_id.in_(unit_ids), waiting).correlate(Case)
