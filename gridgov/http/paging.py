"""Pages over HTTP: the cursor, the answer's envelope and its Link. How a page is read: gridgov.db.paging."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from flask import request

from gridgov.db.paging import Key, Order, Value
from gridgov.domain.errors import Invalid, Text

NOT_OURS = Text(
    "This cursor does not belong to this list and sort; start again without one.",
    "该游标不属于此列表或排序方式，请去掉 cursor 重新开始。",
)


@dataclass(frozen=True)
class PageRequest:
    """What a caller asks of a list: at most `limit` rows `after` a key, counted too if `count`."""

    sort: str
    after: Key | None
    limit: int
    count: bool


def page_request(query: Mapping[str, Any], sort: str, order: Order) -> PageRequest:
    """The page that a loaded PageQuery asks for, in the sort called `sort`; raises Invalid for a foreign cursor."""
    cursor = query["cursor"]
    after = None if cursor is None else decode_cursor(cursor, sort, order)
    return PageRequest(sort, after, query["limit"], query["count"])


def page_answer(
    asked: PageRequest, items: Sequence[Any], next_key: Key | None, counted: tuple[int, bool] | None = None
) -> tuple[dict[str, Any], int, dict[str, str]]:
    """The body, status and headers of a page: `items`, `next_cursor`, the count if one was made, and Link."""
    next_cursor = None if next_key is None else encode_cursor(asked.sort, next_key)
    body: dict[str, Any] = {"items": items, "next_cursor": next_cursor}
    if counted is not None:
        body["count"], body["count_is_exact"] = counted
    return body, 200, {} if next_cursor is None else {"Link": f'<{_address(next_cursor)}>; rel="next"'}


def encode_cursor(sort: str, key: Key) -> str:
    """An opaque word for `key` in the sort called `sort`: base64url of JSON with a check sum."""
    plain = json.dumps([sort, *map(_packed, key)], ensure_ascii=False, separators=(",", ":")).encode()
    return urlsafe_b64encode(sha256(plain).digest()[:6] + plain).rstrip(b"=").decode()


def decode_cursor(cursor: str, sort: str, order: Order) -> Key:
    """The key in `cursor`; raises Invalid on `cursor` when it is damaged, of another sort or does not fit `order`.

    The sum finds damage, not malice: a forged key of the right types shows nothing that a filter would not.
    """
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        named, *values = json.loads(raw[6:])
        key = tuple(map(_unpacked, values))
        same = named == sort and order.takes(key) and encode_cursor(sort, key) == cursor
    except (ValueError, TypeError, KeyError, RecursionError):
        same = False
    if not same:
        raise Invalid({"cursor": [NOT_OURS]})
    return key


def _address(cursor: str) -> str:
    """The path of this request with `cursor` as its cursor; relative, so no Host header can bend it."""
    others = [(name, value) for name, value in request.args.items(multi=True) if name != "cursor"]
    return f"{request.root_path}{request.path}?{urlencode([*others, ('cursor', cursor)])}"


def _packed(value: Value) -> Any:
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    if isinstance(value, date):
        return {"on": value.isoformat()}
    return value


def _unpacked(value: Any) -> Value:
    if isinstance(value, dict):
        return datetime.fromisoformat(value["at"]) if "at" in value else date.fromisoformat(value["on"])
    if value is None or (isinstance(value, int | str) and not isinstance(value, bool)):
        return value
    raise TypeError("no such value is ever a key")
