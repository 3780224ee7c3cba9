"""A catalogue file (TOML) becomes a Catalogue, or is refused with the category and the column that cannot be."""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from gridgov.domain.catalogue import PRIORITIES, URGENT, About, Catalogue, Category, Check, Evidence, Kind, LimitKind
from gridgov.domain.durations import Span
from gridgov.domain.errors import DefinitionError, Text
from gridgov.domain.org import UnitKind

_Choice = TypeVar("_Choice", bound=StrEnum)

_REQUIRED = {"code", "kind", "zh", "en", "priority", "chain", "handle", "sources", "evidence", "check"}
_REQUIRED |= {"sensitive", "public", "closing"}
_OPTIONAL = {"told", "acknowledge", "contact", "made_safe", "handle_cap", "about", "legal", "note"}
_SOURCES = ("YC-std: ", "legal: ", "proposal", "row: ")
_CODE = re.compile(r"[0-9]{4}")
_NAMED = {UnitKind.DEPARTMENT, UnitKind.UTILITY}
_HANDLERS = _NAMED | {
    UnitKind.BRANCH,
    UnitKind.BUILDING_GROUP,
    UnitKind.COMMITTEE,
    UnitKind.COMMUNITY,
    UnitKind.GRID,
    UnitKind.PROPERTY,
    UnitKind.SUBDISTRICT,
    UnitKind.TEAM,
}


def load_catalogue(text: str) -> Catalogue:
    """The catalogue that `text` (TOML) describes.

    Raises DefinitionError: with line and column for a file that does not parse, else naming the category and the
    column, as for working time in P1 and P2 (workflow.md §4), a limit without its source, or a sensitive public one.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"The catalogue does not parse: {error}.", f"类别目录无法解析：{error}。") from None
    version = table.get("version")
    if type(version) is not int or version < 1:
        raise _refusal("catalogue", "version", "must be a whole number from 1", "应为不小于1的整数")
    groups = {code: _words("groups", code, words) for code, words in _table(table, "groups").items()}
    legal = _table(table, "legal")
    rows = table.get("categories")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise _refusal("catalogue", "categories", "must be a list of tables, and not empty", "应为非空的表列表")
    categories = tuple(_category(row, groups, legal) for row in rows)
    for code, times in Counter(category.code for category in categories).items():
        if times > 1:
            raise _refusal(code, "code", f"stands {times} times", f"重复了{times}次")
    return Catalogue(version, groups, categories)


def _category(row: Mapping[str, Any], groups: Mapping[str, Text], legal: Mapping[str, Any]) -> Category:
    code = row["code"] if isinstance(row.get("code"), str) else "without code"
    _check_columns(code, row)
    if _CODE.fullmatch(code) is None or code[:2] not in groups:
        raise _refusal(
            code, "code", "must be four digits, the first two a group of [groups]", "应为四位数字，前两位是分组"
        )
    if row["priority"] not in PRIORITIES:
        raise _refusal(code, "priority", f"must be one of {', '.join(PRIORITIES)}", f"应为{'、'.join(PRIORITIES)}之一")
    limits = _limits(code, row)
    category = Category(
        code=code,
        kind=_choice(code, "kind", row, Kind),
        title=_words(code, "zh, en", {"zh": row["zh"], "en": row["en"]}),
        group=code[:2],
        priority=row["priority"],
        chain=_handlers(code, "chain", row),
        told=_handlers(code, "told", row) if "told" in row else (),
        limits=limits,
        handle_cap=_span(code, "handle_cap", row["handle_cap"]) if "handle_cap" in row else None,
        made_safe=_words(code, "made_safe", row["made_safe"]) if "made_safe" in row else None,
        sources=_sources(code, row, limits),
        evidence=_choice(code, "evidence", row, Evidence),
        check=_choice(code, "check", row, Check),
        about=_choice(code, "about", row, About) if "about" in row else None,
        sensitive=_flag(code, "sensitive", row),
        public=_flag(code, "public", row),
        closing=_words(code, "closing", row["closing"]),
        legal=_legal(code, row, legal),
        note=_words(code, "note", row["note"]) if "note" in row else None,
    )
    _check_sense(category)
    return category


def _check_columns(code: str, row: Mapping[str, Any]) -> None:
    for column in sorted(_REQUIRED - row.keys()):
        raise _refusal(code, column, "is missing", "缺失")
    for column in sorted(row.keys() - _REQUIRED - _OPTIONAL):
        raise _refusal(code, column, "is not a column of the catalogue", "不是类别目录的列")


def _check_sense(category: Category) -> None:
    """What each column says alone may be right and both together not."""
    code = category.code
    if category.sensitive and category.public:
        raise _refusal(code, "public", "cannot be true where sensitive is", "敏感类别不得公开")
    if category.check is Check.DESK and category.evidence is Evidence.NONE:
        raise _refusal(code, "check", "cannot be desk without a photo to look at", "没有照片不能书面核查")
    if category.made_safe is None and LimitKind.CONTACT in category.limits:
        raise _refusal(code, "made_safe", "has to say what the first contact achieves", "应说明首联要达到的效果")
    if category.handle_cap is not None and category.priority != "P4":
        raise _refusal(code, "handle_cap", "belongs to P4 only", "仅适用于P4")


def _limits(code: str, row: Mapping[str, Any]) -> dict[LimitKind, Span]:
    limits = {kind: _span(code, kind.value, row[kind.value]) for kind in LimitKind if kind.value in row}
    for kind, span in limits.items():
        if row["priority"] in URGENT and not span.is_continuous:
            raise _refusal(
                code, kind.value, f"is {span}, but P1 and P2 admit no working time", "P1、P2不得按工作时计时"
            )
    return limits


def _span(code: str, column: str, text: Any) -> Span:
    try:
        span = Span.parse(str(text))
    except DefinitionError as error:
        raise DefinitionError(
            f"Category {code}: {column}: {error}", f"类别{code}的{column}：{error.sentence.zh}"
        ) from None
    if span.amount == 0:
        raise _refusal(code, column, "must be longer than nothing", "必须大于零")
    return span


def _sources(code: str, row: Mapping[str, Any], limits: Mapping[LimitKind, Span]) -> dict[LimitKind, str]:
    table = _table(row, "sources", code)
    for key, source in table.items():
        if key not in {kind.value for kind in LimitKind}:
            raise _refusal(code, f"sources.{key}", "is not a limit", "不是时限")
        if not isinstance(source, str) or not source.startswith(_SOURCES):
            raise _refusal(code, f"sources.{key}", f"must begin with one of {_SOURCES}", f"应以{_SOURCES}之一开头")
    for kind in limits:
        if kind.value not in table:
            raise _refusal(code, f"sources.{kind}", "is missing: every limit names its source", "缺失：时限须注明来源")
    return {LimitKind(key): source for key, source in table.items()}


def _handlers(code: str, column: str, row: Mapping[str, Any]) -> tuple[str, ...]:
    chain = row[column]
    if not isinstance(chain, list) or not chain:
        raise _refusal(code, column, "must be a list with at least one handler", "至少需要一个承办单位")
    for handler in chain:
        kind, _, name = str(handler).partition(":")
        if kind not in _HANDLERS or (kind in _NAMED) != bool(re.fullmatch("[a-z_]+", name)):
            raise _refusal(code, column, f"knows no handler {handler!r}", f"没有承办单位“{handler}”")
    return tuple(chain)


def _legal(code: str, row: Mapping[str, Any], legal: Mapping[str, Any]) -> tuple[str, ...]:
    anchors = row.get("legal", [])
    if not isinstance(anchors, list) or not set(map(str, anchors)) <= legal.keys():
        raise _refusal(code, "legal", "must name keys of the table [legal]", "应引用[legal]表中的条目")
    return tuple(str(legal[anchor]) for anchor in anchors)


def _choice(code: str, column: str, row: Mapping[str, Any], choices: type[_Choice]) -> _Choice:
    try:
        return choices(row[column])
    except ValueError:
        words = ", ".join(choices)
        raise _refusal(code, column, f"is {row[column]!r}, not one of {words}", f"应为{words}之一") from None


def _flag(code: str, column: str, row: Mapping[str, Any]) -> bool:
    if not isinstance(row[column], bool):
        raise _refusal(code, column, "must be true or false", "应为true或false")
    return row[column] is True


def _words(code: str, column: str, words: Any) -> Text:
    if not isinstance(words, dict) or words.keys() != {"zh", "en"}:
        raise _refusal(code, column, "needs zh and en", "应有zh和en")
    if not all(isinstance(word, str) and word.strip() for word in words.values()):
        raise _refusal(code, column, "needs words in both zh and en", "zh和en都不能为空")
    return Text(words["en"], words["zh"])


def _table(table: Mapping[str, Any], key: str, code: str = "catalogue") -> Mapping[str, Any]:
    found = table.get(key, {})
    if not isinstance(found, dict):
        raise _refusal(code, key, "must be a table", "应为表")
    return found


def _refusal(code: str, column: str, en: str, zh: str) -> DefinitionError:
    where, wo = ("The catalogue", "类别目录") if code == "catalogue" else (f"Category {code}", f"类别{code}")
    return DefinitionError(f"{where}: {column} {en}.", f"{wo}的{column}：{zh}。", category=code, column=column)
