"""Who serves whom, by date: a property company is replaced, a committee is elected. A compound has a branch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from gridgov.db.models import ServiceRow
from gridgov.domain.errors import Conflict, Invalid, NotFound, Text
from gridgov.domain.moves import EXCLUSIVE, TERRITORY
from gridgov.domain.org import Tree, UnitKind
from gridgov.services.rulebook import touch_city
from gridgov.services.world import Snapshot


@dataclass(frozen=True)
class Serving:
    """A service to begin: from the day `begins` until just before `ends`; `replaces` is one that ends on that day."""

    org_id: int
    territory_id: int
    kind: UnitKind
    begins: date
    ends: date | None = None
    replaces: int | None = None


def begin_service(session: Session, snapshot: Snapshot, order: Serving) -> ServiceRow:
    """Let the organisation serve the territory. Running cases keep their handler and their owner.

    Raises Invalid for units that do not fit or a past day, Conflict where only one may serve, and NotFound.
    """
    touch_city(session)
    _check(order, snapshot.tree, snapshot.day)
    if order.replaces is not None:
        _replace(session, order)
    if order.kind in EXCLUSIVE:
        _require_free(session, order, snapshot.tree)
    row = ServiceRow(
        org_id=order.org_id,
        kind=order.kind.value,
        territory_id=order.territory_id,
        valid=Range(order.begins, order.ends),
    )
    session.add(row)
    session.flush()
    return row


def end_service(session: Session, snapshot: Snapshot, service_id: int, on: date) -> ServiceRow:
    """End the service; `on` is the first day without it.

    Raises Conflict for a branch (a compound always has one: begin the next with `replaces`, or merge), Invalid for
    a past day, and NotFound.
    """
    touch_city(session)
    row = _service(session, service_id)
    if on < snapshot.day:
        raise Invalid({"on": [PAST]})
    if row.kind == UnitKind.BRANCH.value:
        raise Conflict(
            "A compound always has a branch: begin the next one with “replaces”, or merge the branch.",
            "小区不能没有支部：请以 replaces 指定接替支部，或办理支部合并。",
        )
    _end(row, on)
    session.flush()
    return row


def served_after(session: Session, org_id: int, on: date) -> Sequence[ServiceRow]:
    """The services of the organisation that go on after the day or begin after it, locked."""
    rows = select(ServiceRow).where(ServiceRow.org_id == org_id, ServiceRow.valid.overlaps(Range(on, None)))
    return session.execute(rows.order_by(ServiceRow.id).with_for_update()).scalars().all()


def _check(order: Serving, tree: Tree, today: date) -> None:
    org, territory = tree.units.get(order.org_id), tree.units.get(order.territory_id)
    fields: dict[str, list[str]] = {}
    if org is None or org.kind is not order.kind or org.kind in TERRITORY:
        fields["org_id"] = [Text(f"Name an organisation of the kind {order.kind}.", f"须为 {order.kind} 类组织。")]
    if territory is None or territory.kind not in TERRITORY:
        fields["territory_id"] = [Text("Name a territory.", "须为地域单元。")]
    if order.begins < today:
        fields["from"] = [PAST]
    if order.ends is not None and order.ends <= order.begins:
        fields["until"] = [Text("This has to lie after the first day.", "须晚于起始日期。")]
    if order.ends is not None and order.kind is UnitKind.BRANCH:
        fields["until"] = [Text("A branch serves until another does.", "支部须服务至其他支部接替。")]
    if fields:
        raise Invalid(fields)


def _replace(session: Session, order: Serving) -> None:
    old = _service(session, order.replaces or 0)
    if (old.kind, old.territory_id) != (order.kind.value, order.territory_id):
        sentence = Text("This serves something else.", "该服务关系的对象或类别不同。")
        raise Invalid({"replaces": [sentence]})
    _end(old, order.begins)
    session.flush()


def _end(row: ServiceRow, on: date) -> None:
    lower, upper = row.valid.lower, row.valid.upper
    if row.valid.isempty or (upper is not None and upper <= on):
        raise Conflict("This service ends by then anyway.", "该服务届时已经结束。")
    row.valid = Range(lower, on) if lower is None or lower < on else Range(empty=True)


def _require_free(session: Session, order: Serving, tree: Tree) -> None:
    same = (ServiceRow.territory_id == order.territory_id, ServiceRow.kind == order.kind.value)
    range_ = func.daterange(order.begins, order.ends)
    other = session.execute(select(ServiceRow).where(*same, ServiceRow.valid.op("&&")(range_))).scalars().first()
    if other is not None:
        unit = tree.units[other.org_id]
        raise Conflict(
            f"{unit.name_en} serves there in that time; name its service in “replaces”.",
            f"{unit.name_zh}在此期间已服务该处，请用 replaces 指明接替。",
            service_id=other.id,
        )


def _service(session: Session, service_id: int) -> ServiceRow:
    row = session.get(ServiceRow, service_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("There is no such service.", "没有这项服务关系。")
    return row


PAST = Text("This lies in the past.", "不能早于今天。")
