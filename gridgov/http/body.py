"""How large, of which type and how sound a request's body must be. What its fields mean: schemas."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from math import isinf
from typing import Any, NoReturn, TypeVar

import marshmallow
from flask import Flask, Request, current_app, request
from webargs.core import is_json
from webargs.flaskparser import FlaskParser
from webargs.multidictproxy import MultiDictProxy
from werkzeug.exceptions import BadRequest, NotFound, RequestEntityTooLarge, UnsupportedMediaType

from gridgov.domain.errors import Invalid, Text
from gridgov.http.headers import API
from gridgov.http.validation import WHOLE, located_field_errors

JSON_BYTES = 1024 * 1024
UPLOAD_BYTES = 10 * 1024 * 1024
# A multipart body carries its boundaries and part headers around the file.
ENVELOPE_BYTES = 64 * 1024
MOST_LEVELS = 64
MOST_ERRORS = 20
UNSTORABLE_CHARACTER = re.compile("[\x00\ud800-\udfff]")

UNSTORABLE = Text(
    "Holds a character that cannot be stored (NUL, or half of a surrogate pair).",
    "含有无法保存的字符（NUL 或不完整的代理对）。",
)

TOO_LARGE_JSON = Text("A JSON body may hold 1 MiB at most.", "JSON 请求体不得超过 1 MiB。")
TOO_LARGE_UPLOAD = Text("An upload may hold 10 MiB at most.", "上传文件不得超过 10 MiB。")

View = TypeVar("View", bound=Callable[..., Any])


class MalformedJson(BadRequest):
    """400: the body is not one sound JSON value; the description says why."""

    problem_code = "malformed_json"


class StrictParser(FlaskParser):
    """webargs with the house's rules: strict JSON, unknown query parameters refused, our own error."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": marshmallow.RAISE}

    def _raw_load_json(self, req: Request) -> Any:
        body = req.get_data(cache=True)
        if len(body) > JSON_BYTES:
            raise RequestEntityTooLarge(TOO_LARGE_JSON)
        if not body or not is_json(req.mimetype):
            return marshmallow.missing
        return read_json(body)

    def load_querystring(self, req: Request, schema: marshmallow.Schema) -> Any:
        """The query of `req`; raises Invalid for a parameter that is given twice where one is meant."""
        proxy: MultiDictProxy = super().load_querystring(req, schema)
        twice = [name for name, values in req.args.lists() if len(values) > 1 and name not in proxy.multiple_keys]
        if twice:
            raise Invalid({name: [Text("Give this parameter once.", "该参数只能出现一次。")] for name in twice})
        return proxy

    def handle_error(self, error: marshmallow.ValidationError, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Raise Invalid with the dotted paths and sentences of `error`."""
        raise Invalid(located_field_errors(error.messages))


def takes(*media_types: str) -> Callable[[View], View]:
    """Let a view take bodies of `media_types` up to 10 MiB besides JSON; without it an API view takes JSON only."""

    def mark(view: View) -> View:
        view.media_types = frozenset(media_types)  # type: ignore[attr-defined]
        return view

    return mark


def install(app: Flask) -> None:
    """Check every body that comes to `app` before a view sees it; nothing larger than an upload is ever read."""
    app.config["MAX_CONTENT_LENGTH"] = UPLOAD_BYTES + ENVELOPE_BYTES
    app.before_request(_check)


def read_json(body: bytes) -> Any:
    """The JSON value in `body`, UTF-8.

    Raises MalformedJson for what RFC 8259 or I-JSON (RFC 7493) does not know: another encoding, NaN, a number
    beyond a double, the same name twice in an object, more than 64 levels; Invalid with the field's path for
    a string that PostgreSQL cannot store.
    """
    try:
        value = json.loads(body.decode(), object_pairs_hook=_object, parse_constant=_constant, parse_float=_real)
    except UnicodeDecodeError:
        raise MalformedJson(Text("The body is not UTF-8.", "请求体不是 UTF-8 编码。")) from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise MalformedJson(
            Text(f"{error.msg} ({where}).", f"JSON 语法错误：第 {error.lineno} 行第 {error.colno} 列。")
        ) from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:  # Python reads no integer of more than 4,300 digits
        raise MalformedJson(Text("A number is too long.", "数字过长。")) from None
    _check_value(value, body)
    return value


def _check() -> None:
    if request.url_rule is None or not request.path.startswith(API):
        return
    if "\x00" in request.path:
        raise NotFound
    _check_query()
    if request.method in {"POST", "PUT", "PATCH", "DELETE"}:
        _check_type_and_size()


def _check_query() -> None:
    pairs = request.args.items(multi=True)
    bad = {_printable(name): [UNSTORABLE] for name, value in pairs if UNSTORABLE_CHARACTER.search(name + value)}
    if bad:
        raise Invalid(bad)


def _check_type_and_size() -> None:
    """Raise 415 or 413 by the headers; a body without a length is cut off while it is read."""
    has_body = bool(request.content_length) or "chunked" in request.headers.get("Transfer-Encoding", "").lower()
    also: frozenset[str] = getattr(current_app.view_functions[request.endpoint or ""], "media_types", frozenset())
    if has_body and request.mimetype not in {"application/json", *also}:
        raise UnsupportedMediaType(_wanted(also))
    if request.mimetype in also:
        if (request.content_length or 0) > UPLOAD_BYTES + ENVELOPE_BYTES:
            raise RequestEntityTooLarge(TOO_LARGE_UPLOAD)
        return
    if (request.content_length or 0) > JSON_BYTES:
        raise RequestEntityTooLarge(TOO_LARGE_JSON)
    # werkzeug cuts a body without a length silently at its limit: one byte more shows that it went on.
    request.max_content_length = JSON_BYTES + 1


def _wanted(also: Iterable[str]) -> Text:
    wanted = " / ".join(["application/json", *sorted(also)])
    return Text(f"Send the body as {wanted}.", f"请求体的内容类型应为 {wanted}。")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for name, item in pairs:
        if name in value:
            shown = ascii(name[:64])
            raise MalformedJson(Text(f"The name {shown} stands twice in one object.", f"同一对象中字段 {shown} 重复。"))
        value[name] = item
    return value


def _constant(name: str) -> NoReturn:
    raise MalformedJson(Text(f"{name} is not a JSON number.", f"{name} 不是有效的 JSON 数字。"))


def _real(digits: str) -> float:
    value = float(digits)
    if isinf(value):
        raise MalformedJson(Text("A number is too large.", "数字过大。"))
    return value


def _too_deep() -> MalformedJson:
    return MalformedJson(Text(f"The body is nested deeper than {MOST_LEVELS} levels.", f"嵌套超过 {MOST_LEVELS} 层。"))


def _check_value(value: Any, body: bytes) -> None:
    # Only an escape can smuggle in a NUL or half a pair, and few brackets cannot be deep: most bodies are not walked.
    if b"\\u" not in body and body.count(b"[") + body.count(b"{") <= MOST_LEVELS:
        return
    bad = (path for path, text in _strings(value) if UNSTORABLE_CHARACTER.search(text))
    if found := {path: [UNSTORABLE] for path in islice(bad, MOST_ERRORS)}:
        raise Invalid(found)


def _strings(value: Any) -> Iterator[tuple[str, str]]:
    """Every string in `value`, names too, with its dotted path; no recursion, so no body can exhaust the stack."""
    waiting: list[tuple[str, Any, int]] = [("", value, 0)]
    while waiting:
        path, item, level = waiting.pop()
        if level >= MOST_LEVELS and isinstance(item, dict | list):
            raise _too_deep()
        if isinstance(item, str):
            yield path.lstrip(".") or WHOLE, item
        elif isinstance(item, dict):
            yield from ((f"{path}.{_printable(name)}".lstrip("."), name) for name in item)
            waiting.extend((f"{path}.{_printable(name)}", inner, level + 1) for name, inner in item.items())
        elif isinstance(item, list):
            waiting.extend((f"{path}.{index}", inner, level + 1) for index, inner in enumerate(item))


def _printable(name: str) -> str:
    return UNSTORABLE_CHARACTER.sub("\ufffd", name)
