"""Pages by key on PostgreSQL: no row lost, none twice, in every order, and each page one range of an index."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    create_engine,
    insert,
    select,
    text,
)
from sqlalchemy.orm import Session

from gridgov.db.paging import By, Key, Order, bounded_count, page

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROWS = Table(
    "paged_rows",
    MetaData(),
    Column("id", BigInteger, primary_key=True),
    Column("due_at", DateTime(timezone=True)),
    Column("priority", Integer, nullable=False),
    Column("name", String, nullable=False),
    prefixes=["TEMPORARY"],
)
DUE = By(ROWS.c.due_at, nullable=True)
DUE_DOWN = By(ROWS.c.due_at, descending=True, nullable=True)
ID, ID_DOWN = By(ROWS.c.id), By(ROWS.c.id, descending=True)
ORDERS = {
    "by the first free index": Order((ID,)),
    "newest first": Order((ID_DOWN,)),
    "due first, without a limit last": Order((DUE, ID)),
    "due last, without a limit last all the same": Order((DUE_DOWN, ID_DOWN)),
    "two directions": Order((By(ROWS.c.priority, descending=True), By(ROWS.c.name), ID_DOWN)),
    "two directions and empty values": Order((DUE, By(ROWS.c.priority, descending=True), ID)),
}


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """A session with 60 rows in a temporary table: many share a due time, every third has none."""
    engine = create_engine(database_url)
    with engine.connect() as connection, Session(connection) as open_session:
        ROWS.create(connection)
        rows = [
            {
                "id": n,
                "due_at": None if n % 3 == 0 else NOON + timedelta(hours=n % 5),
                "priority": n % 4,
                "name": "路" * (n % 2),
            }
            for n in range(1, 61)
        ]
        open_session.execute(insert(ROWS), rows)
        open_session.execute(text("CREATE INDEX ON paged_rows (due_at, id)"))
        yield open_session
    engine.dispose()


def walk(session: Session, rows: Select[Any], order: Order, limit: int) -> list[list[Any]]:
    """All pages of `rows`."""
    pages: list[list[Any]] = []
    key: Key | None = None
    while True:
        found, key = page(session, rows, order, key, limit)
        pages.append(found)
        if key is None:
            return pages


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS.keys())
@pytest.mark.parametrize("limit", [1, 7, 20, 59, 60, 61])
def test_the_pages_together_are_the_list(session: Session, order: Order, limit: int) -> None:
    whole = session.scalars(select(ROWS.c.id).order_by(*(by.clause() for by in order.by))).all()
    pages = walk(session, select(ROWS.c.id), order, limit)
    assert [row for found in pages for row in found] == whole
    assert all(len(found) == limit for found in pages[:-1])
    assert len(pages) == -(-60 // limit)


@pytest.mark.parametrize("order", [ORDERS["due first, without a limit last"], Order((DUE_DOWN, ID_DOWN))])
def test_rows_without_a_value_come_last_in_both_directions(session: Session, order: Order) -> None:
    due = [row.due_at for found in walk(session, select(ROWS), order, 9) for row in found]
    assert due[:40] == sorted(due[:40], reverse=order.by[0].descending)
    assert due[40:] == [None] * 20


def test_a_filter_and_an_order_of_the_select_do_not_disturb_a_page(session: Session) -> None:
    rows = select(ROWS.c.id, ROWS.c.name).where(ROWS.c.priority == 1).order_by(ROWS.c.name)
    found = [row.id for pages in walk(session, rows, ORDERS["newest first"], 4) for row in pages]
    assert found == [n for n in range(60, 0, -1) if n % 4 == 1]


def test_a_row_that_arrives_or_goes_between_two_pages_moves_no_other(session: Session) -> None:
    first, key = page(session, select(ROWS.c.id), ORDERS["by the first free index"], None, 10)
    session.execute(insert(ROWS), [{"id": 0, "priority": 0, "name": ""}])
    session.execute(ROWS.delete().where(ROWS.c.id.in_([3, 10])))
    second, _ = page(session, select(ROWS.c.id), ORDERS["by the first free index"], key, 10)
    assert (first, second) == (list(range(1, 11)), list(range(11, 21)))


@pytest.mark.parametrize("key", [(None, None), (NOON,), (NOON, 1, 1), ("x", 1), (1, 1), (NOON, "x"), (NOON, 2**63)])
def test_a_key_that_does_not_fit_never_reaches_the_database(session: Session, key: Key) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        page(session, select(ROWS.c.id), ORDERS["due first, without a limit last"], key, 10)


@pytest.mark.parametrize("key", [(NOON, 31), (None, 31)])
def test_each_stretch_of_a_page_is_one_range_of_the_index(session: Session, key: Key) -> None:
    order = ORDERS["due first, without a limit last"]
    session.execute(text("SET LOCAL enable_seqscan = off"))
    session.execute(text("SET LOCAL enable_bitmapscan = off"))
    for stretch in order.beyond(key):
        rows = select(ROWS.c.id).where(stretch).order_by(*(by.clause() for by in order.by)).limit(10)
        sql = rows.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
        plan = "\n".join(session.scalars(text("EXPLAIN " + str(sql).replace(":", r"\:"))))
        assert "Index Cond" in plan
        assert "Sort" not in plan
        assert "Filter" not in plan


def test_a_count_stops_at_its_bound_and_says_so(session: Session) -> None:
    rows = select(ROWS).order_by(ROWS.c.name)
    assert bounded_count(session, rows) == (60, True)
    assert bounded_count(session, rows, bound=60) == (60, True)
    assert bounded_count(session, rows, bound=59) == (59, False)
    assert bounded_count(session, rows.where(ROWS.c.id < 0)) == (0, True)
