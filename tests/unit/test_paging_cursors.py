"""A cursor comes back as the key that went in, and a cursor that somebody touched does not come back at all."""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Column, DateTime, MetaData, String, Table, Text, TypeDecorator

from gridgov.db.paging import By, Key, Order
from gridgov.domain.errors import Invalid
from gridgov.http.paging import decode_cursor, encode_cursor, page_answer, page_request


class Utc(TypeDecorator[datetime]):
    """A column type such as the models have."""

    impl = DateTime(timezone=True)
    cache_ok = True


ROWS = Table("rows", MetaData(), Column("id", BigInteger), Column("due_at", Utc), Column("name", String))
BY_DUE = Order((By(ROWS.c.due_at, nullable=True), By(ROWS.c.id)))
BY_NAME = Order((By(ROWS.c.name), By(ROWS.c.id)))

ids = st.integers(-(2**63), 2**63 - 1)
moments = st.datetimes(timezones=st.just(UTC))
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)


@given(st.tuples(st.none() | moments, ids))
def test_a_cursor_comes_back_as_the_key_that_went_in(key: Key) -> None:
    assert decode_cursor(encode_cursor("due_at", key), "due_at", BY_DUE) == key


@given(st.tuples(names, ids))
def test_a_text_in_a_key_comes_back_whatever_it_holds(key: Key) -> None:
    assert decode_cursor(encode_cursor("name", key), "name", BY_NAME) == key


@given(st.tuples(st.none() | moments, ids), st.data())
def test_a_cursor_with_one_character_changed_is_refused(key: Key, data: st.DataObject) -> None:
    cursor = encode_cursor("due_at", key)
    place = data.draw(st.integers(0, len(cursor) - 1))
    other = data.draw(st.characters().filter(lambda character: character != cursor[place]))
    refused(cursor[:place] + other + cursor[place + 1 :])


@given(st.text())
def test_any_other_text_is_refused(text: str) -> None:
    refused(text)


def refused(cursor: str, sort: str = "due_at", order: Order = BY_DUE) -> None:
    """Hold that `cursor` is refused on the field `cursor`."""
    with pytest.raises(Invalid) as refusal:
        decode_cursor(cursor, sort, order)
    assert list(refusal.value.fields) == ["cursor"]


def test_a_cursor_of_another_sort_is_refused() -> None:
    refused(encode_cursor("-due_at", (None, 1)))
    refused(encode_cursor("due_at", (None, 1)), sort="name", order=BY_NAME)


def forged(plain: str) -> str:
    """A cursor around `plain` with a right sum, as a reader of our source can make it."""
    body = plain.encode()
    return urlsafe_b64encode(sha256(body).digest()[:6] + body).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "plain",
    [
        "[]",
        "{}",
        "5",
        '["due_at"]',
        '["due_at",null]',
        '["due_at",null,null]',
        '["due_at",null,1,2]',
        '["due_at",1,1]',
        '["due_at","x",1]',
        '["due_at",null,"x"]',
        '["due_at",null,true]',
        '["due_at",null,1.5]',
        '["due_at",null,9223372036854775808]',
        '["due_at",{"at":"never"},1]',
        '["due_at",{"at":5},1]',
        '["due_at",{"on":"2026-03-01"},1]',
        '["due_at",{},1]',
        '["due_at",[],1]',
        "[" * 100_000,
    ],
)
def test_a_forged_key_of_the_wrong_shape_is_refused_before_the_database_sees_it(plain: str) -> None:
    refused(forged(plain))


def test_a_forged_text_that_cannot_be_stored_is_refused() -> None:
    refused(forged('["name","a\\u0000",1]'), "name", BY_NAME)
    refused(forged('["name","a\\ud800",1]'), "name", BY_NAME)


def test_a_page_says_where_the_next_one_begins_and_keeps_the_rest_of_the_query() -> None:
    query = {"cursor": None, "limit": 2, "count": False}
    with Flask("test").test_request_context("/api/v1/cases?q=%E8%B7%AF%26&state=a&state=b&cursor=old&limit=2"):
        asked = page_request(query, "due_at", BY_DUE)
        assert asked.after is None
        body, status, headers = page_answer(asked, [1, 2], (None, 2), (10_000, False))
    cursor = encode_cursor("due_at", (None, 2))
    assert status == 200
    assert body == {"items": [1, 2], "next_cursor": cursor, "count": 10_000, "count_is_exact": False}
    assert headers == {"Link": f'</api/v1/cases?q=%E8%B7%AF%26&state=a&state=b&limit=2&cursor={cursor}>; rel="next"'}
    with Flask("test").test_request_context("/api/v1/cases"):
        assert page_request({**query, "cursor": cursor}, "due_at", BY_DUE).after == (None, 2)


def test_the_last_page_has_no_next_one() -> None:
    with Flask("test").test_request_context("/api/v1/cases"):
        asked = page_request({"cursor": None, "limit": 2, "count": False}, "due_at", BY_DUE)
        assert page_answer(asked, [1], None) == ({"items": [1], "next_cursor": None}, 200, {})


@pytest.mark.parametrize(
    "columns",
    [
        lambda: (),
        lambda: (By(ROWS.c.id, nullable=True),),
        lambda: (By(ROWS.c.id), By(ROWS.c.due_at, nullable=True)),
        lambda: (By(ROWS.c.name), By(ROWS.c.due_at, nullable=True), By(ROWS.c.id)),
    ],
)
def test_an_order_that_could_lose_a_row_cannot_be_made(columns: Callable[[], Any]) -> None:
    with pytest.raises(ValueError, match="unique last column"):
        Order(columns())


def test_a_text_type_says_its_python_type_too() -> None:
    assert By(Column("code", Text)).takes("a")
    assert not By(Column("code", Text)).takes(None)
