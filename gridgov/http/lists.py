"""A Select becomes a page of an answer: read by key, counted if asked, each row shaped."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Response, jsonify

from gridgov.db.paging import Order, Rows, bounded_count, page
from gridgov.http.context import work
from gridgov.http.paging import page_answer, page_request


def answer_list(
    rows: Rows,
    query: Mapping[str, Any],
    sort: str,
    order: Order,
    shape: Callable[[Sequence[Any]], list[dict[str, Any]]],
    **beside: Any,
) -> Response:
    """The page of `rows` that a loaded PageQuery asks for, in the sort called `sort`, as a response.

    `beside` are further members of the answer, as JSON has them.
    """
    session = work().session
    asked = page_request(query, sort, order)
    found, next_key = page(session, rows, order, asked.after, asked.limit)
    counted = bounded_count(session, rows) if asked.count else None
    body, _, headers = page_answer(asked, shape(found), next_key, counted)
    response = jsonify({**body, **beside})
    response.headers.update(headers)
    return response
