"""Pages by key: page 1,000 costs what page 1 costs. No offset, no total, and nothing here knows a model."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import TypeEngine

Value: TypeAlias = datetime | date | int | str | None
Key: TypeAlias = tuple[Value, ...]
Rows: TypeAlias = Select[*tuple[Any, ...]]

COUNT_BOUND = 10_000
_BIGINT = 2**63


@dataclass(frozen=True)
class By:
    """One column of an order; empty values come last in both directions, and only the first column may have any."""

    column: ColumnElement[Any] | InstrumentedAttribute[Any]
    descending: bool = False
    nullable: bool = False

    def clause(self) -> ColumnElement[Any]:
        """The ORDER BY of this column, written so that an index in the same words serves it.

        PostgreSQL puts NULL last ascending and first descending, and a planner that cannot see NOT NULL
        takes `DESC NULLS LAST` only from an index declared so: it is written for nullable columns alone.
        """
        if not self.descending:
            return self.column.asc()
        return self.column.desc().nulls_last() if self.nullable else self.column.desc()

    def beyond(self, value: Value) -> ColumnElement[bool]:
        """True where the column comes after `value`, which is not None; never true for NULL."""
        other = literal(value, self.column.type)
        return self.column < other if self.descending else self.column > other

    def takes(self, value: Value) -> bool:
        """Whether `value` can stand in this column: a key from outside is not trusted."""
        if value is None:
            return self.nullable
        if isinstance(value, int) and not -_BIGINT <= value < _BIGINT:
            return False
        if isinstance(value, str) and "\x00" in value:
            return False
        # A TypeDecorator does not say its Python type, what it decorates does.
        stored: TypeEngine[Any] = getattr(self.column.type, "impl_instance", self.column.type)
        return type(value) is stored.python_type


@dataclass(frozen=True)
class Order:
    """How a list is sorted; the last column is unique and never NULL, so that no two rows are equal."""

    by: tuple[By, ...]

    def __post_init__(self) -> None:
        """Raise ValueError for an order that a page could lose a row by."""
        if not self.by or any(column.nullable for column in self.by[1:]) or self.by[-1].nullable:
            raise ValueError("an order needs a unique last column, and NULL only in the first of several")

    def takes(self, key: Key) -> bool:
        """Whether `key` has as many values as this order has columns, each of its column's type."""
        return len(key) == len(self.by) and all(by.takes(value) for by, value in zip(self.by, key, strict=True))

    def beyond(self, key: Key) -> tuple[ColumnElement[bool], ...]:
        """The conditions of the stretches of the list that follow `key`, in their order.

        A nullable first column cuts the list in two: the rows with a value, then those without. One WHERE
        for both would need OR, which no index range serves; so they are two statements, each one range of the
        same index, and the second runs only for the page on which the first ends.
        """
        first, rest = self.by[0], self.by[1:]
        if key[0] is None:
            return (and_(first.column.is_(None), _after(rest, key[1:])),)
        with_value = _after(self.by, key)
        return (with_value, first.column.is_(None)) if first.nullable else (with_value,)


def page(session: Session, rows: Rows, order: Order, after: Key | None, limit: int) -> tuple[list[Any], Key | None]:
    """The first `limit` of `rows` in `order` behind the key `after`, and the key of the last one or None at the end.

    A select of one entity gives entities; a select of several columns gives rows, which carry the key as well.
    Raises ValueError for a key that does not fit the order.
    """
    if after is not None and not order.takes(after):
        raise ValueError("the key does not fit the order")
    single = len(rows.column_descriptions) == 1
    sorted_rows = rows.add_columns(*(by.column.label(f"key_{n}") for n, by in enumerate(order.by)))
    sorted_rows = sorted_rows.order_by(None).order_by(*(by.clause() for by in order.by))
    found: list[Any] = []
    for stretch in (None,) if after is None else order.beyond(after):
        missing = limit + 1 - len(found)
        if missing:
            wanted = sorted_rows if stretch is None else sorted_rows.where(stretch)
            found.extend(session.execute(wanted.limit(missing)).all())
    next_key = tuple(found[limit - 1][-len(order.by) :]) if len(found) > limit else None
    return [row[0] if single else row for row in found[:limit]], next_key


def bounded_count(session: Session, rows: Rows, bound: int = COUNT_BOUND) -> tuple[int, bool]:
    """How many `rows` there are, counting to `bound` at most, and whether that is all of them."""
    some = rows.with_only_columns(literal(1).label("one"), maintain_column_froms=True).order_by(None).limit(bound + 1)
    count = session.execute(select(func.count()).select_from(some.subquery())).scalar_one()
    return min(count, bound), count <= bound


def _after(by: tuple[By, ...], key: Key) -> ColumnElement[bool]:
    if len({column.descending for column in by}) == 1:
        return _row_comparison(by, key)
    # Mixed directions: the bound on the first column is implied by the rest and is what an index can start from.
    first, value = by[0], key[0]
    other = literal(value, first.column.type)
    start: Callable[..., ColumnElement[bool]] = first.column.__le__ if first.descending else first.column.__ge__
    return and_(start(other), or_(first.beyond(value), and_(first.column == other, _after(by[1:], key[1:]))))


def _row_comparison(by: tuple[By, ...], key: Key) -> ColumnElement[bool]:
    """`(a, b) > (x, y)`: one range of an index on (a, b)."""
    columns = tuple_(*(column.column for column in by))
    values = tuple_(*(literal(value, column.column.type) for column, value in zip(by, key, strict=True)))
    return columns < values if by[0].descending else columns > values
