"""What marshmallow says of a wrong field, as dotted paths and in both languages. The rules themselves: schemas."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gridgov.domain.errors import Text

WHOLE = "body"

# marshmallow's own sentences (4.x), matched as a whole; `\1` in the Chinese is what stood in the English.
_CHINESE = [
    (re.compile(english), chinese)
    for english, chinese in (
        (r"Missing data for required field\.", "缺少必填项。"),
        (r"Field may not be null\.", "不能为 null。"),
        (r"Unknown field\.", "没有这个字段。"),
        (r"Invalid (?:input )?type\.", "类型不正确。"),
        (r"Invalid (?:value|input)\.", "取值不正确。"),
        (r"Not a valid string\.", "应为字符串。"),
        (r"Not a valid utf-8 string\.", "应为有效的 UTF-8 字符串。"),
        (r"Not a valid number\.", "应为数字。"),
        (r"Not a valid integer\.", "应为整数。"),
        (r"Not a valid boolean\.", "应为 true 或 false。"),
        (r"Not a valid list\.", "应为列表。"),
        (r"Not a valid mapping type\.", "应为对象。"),
        (r"Not a valid date\.", "应为日期，例如 2026-03-01。"),
        (r"Not a valid time\.", "应为时间，例如 08:30:00。"),
        (r"Not a valid datetime\.", "应为日期时间。"),
        (r"Not a valid period of time\.", "应为时长。"),
        (r"Not a valid UUID\.", "应为 UUID。"),
        (r"Not a valid URL\.", "应为网址。"),
        (r"Not a valid email address\.", "应为电子邮箱地址。"),
        (r"Number too large\.", "数字过大。"),
        (r"Special numeric values \(nan or infinity\) are not permitted\.", "不能为 NaN 或无穷大。"),
        (r"String does not match expected pattern\.", "格式不正确。"),
        (r"Must be one of: (.*)\.", r"只能是以下之一：\1。"),
        (r"Must be equal to (.*)\.", r"必须等于 \1。"),
        (r"Shorter than minimum length (\d+)\.", r"长度不能少于 \1。"),
        (r"Longer than maximum length (\d+)\.", r"长度不能超过 \1。"),
        (r"Length must be between (\d+) and (\d+)\.", r"长度应在 \1 到 \2 之间。"),
        (r"Length must be (\d+)\.", r"长度必须为 \1。"),
        (r"Must be greater than or equal to (\S+) and less than or equal to (\S+)\.", r"应在 \1 到 \2 之间。"),
        (r"Must be greater than or equal to (\S+)\.", r"不能小于 \1。"),
        (r"Must be less than or equal to (\S+)\.", r"不能大于 \1。"),
        (r"Must be greater than (\S+)\.", r"必须大于 \1。"),
        (r"Must be less than (\S+)\.", r"必须小于 \1。"),
    )
]


def field_errors(messages: Any) -> dict[str, list[str]]:
    """marshmallow's `messages` as dotted field path → sentences; the whole body is called `body`.

    `{"place": {"point": {"lat": ["Not a valid number."]}}}` gives `{"place.point.lat": [...]}`.
    """
    found: dict[str, list[str]] = {}
    for path, sentence in _leaves(messages, ()):
        found.setdefault(path, []).append(in_both_languages(sentence))
    return found


def located_field_errors(messages: Any) -> dict[str, list[str]]:
    """The same for webargs, which puts the place (`json`, `query`) around what marshmallow says."""
    if not isinstance(messages, Mapping):
        return field_errors(messages)
    found: dict[str, list[str]] = {}
    for inner in messages.values():
        found.update(field_errors(inner))
    return found


def in_both_languages(sentence: str) -> str:
    """`sentence` with its Chinese: its own if it is a Text, else the known one, else only as it is."""
    if isinstance(sentence, Text):
        return sentence
    for english, chinese in _CHINESE:
        if match := english.fullmatch(sentence):
            return Text(sentence, match.expand(chinese))
    return sentence


def _leaves(messages: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from _leaves(inner, path if key == "_schema" else (*path, str(key)))
    elif isinstance(messages, list | tuple):
        for inner in messages:
            yield from _leaves(inner, path)
    else:
        yield ".".join(path) or WHOLE, messages if isinstance(messages, str) else str(messages)
