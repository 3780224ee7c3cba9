"""A definition file (TOML) becomes a Definition. Only its shape is checked here; the verifier proves what it means."""

import hashlib
import tomllib
from collections.abc import Mapping
from typing import Any

from gridgov.domain.durations import Span
from gridgov.domain.errors import DefinitionError, Text
from gridgov.domain.requests import RequestRule
from gridgov.domain.workflow import (
    START,
    WAITING,
    Action,
    ClockRule,
    Counter,
    Definition,
    Example,
    HolderRule,
    State,
    Way,
    WhistleKind,
)


def load_definition(text: str) -> Definition:
    """The definition that `text` (TOML) describes.

    Raises DefinitionError: for a file that does not parse with line and column, for a missing or
    unknown key with the table that lacks or holds it.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"The definition does not parse: {error}.", f"流程文件无法解析：{error}。") from None
    try:
        return _definition(table, text)
    except KeyError as error:
        raise DefinitionError(f"The definition lacks {error}.", f"流程文件缺少{error}。") from None
    except (TypeError, AttributeError) as error:
        raise DefinitionError(f"The definition has a wrong shape: {error}.", f"流程文件结构有误：{error}。") from None


def _definition(table: dict[str, Any], text: str) -> Definition:
    states = {code: _state(code, row) for code, row in table["states"].items()}
    waiting = tuple(code for code, state in states.items() if not state.final)
    return Definition(
        name=table["name"],
        version=table["version"],
        title=_text(table, table["name"]),
        start=table["start"],
        priorities=tuple(table["priorities"]),
        stages={code: _text({"title": words}, code) for code, words in table["stages"].items()},
        who={code: _text({"title": words}, code) for code, words in table["who"].items()},
        holders={code: _holder(row) for code, row in table["holders"].items()},
        limits=_spans(table["limits"]),
        ladder=_spans(table["ladder"]),
        counters={code: Counter(row["most"], row["per"], row.get("then")) for code, row in table["counters"].items()},
        clocks={kind: _clock(kind, row, waiting) for kind, row in table["clocks"].items()},
        states=states,
        actions={code: _action(code, row, waiting) for code, row in table["actions"].items()},
        requests={kind: _request(kind, row) for kind, row in table.get("requests", {}).items()},
        examples=tuple(_example(row) for row in table.get("examples", [])),
        text=text,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        whistles={code: _whistle(code, row) for code, row in table.get("whistles", {}).items()},
    )


def _text(row: Mapping[str, Any], code: str) -> Text:
    words = row.get("title", {})
    if not isinstance(words, dict) or set(words) - {"zh", "en"}:
        raise DefinitionError(f"The title of {code} needs zh and en.", f"{code} 的名称需要 zh 和 en。")
    return Text(words.get("en", ""), words.get("zh", ""))


def _spans(table: Mapping[str, Mapping[str, str]]) -> dict[str, Mapping[str, Span]]:
    return {name: {priority: Span.parse(text) for priority, text in row.items()} for name, row in table.items()}


def _state(code: str, row: Mapping[str, Any]) -> State:
    _only(row, f"states.{code}", State.__dataclass_fields__)
    rest: dict[str, Any] = {key: row.get(key) for key in ("holder", "limit", "at_limit", "forward", "spent", "pauses")}
    rest |= {"until": row.get("until", False), "priorities": tuple(row.get("priorities", ()))}
    return State(code, _text(row, code), row["stage"], row.get("open311", ""), **rest)


def _holder(row: Mapping[str, Any]) -> HolderRule:
    flags = (row.get("impartial", False), row.get("unused", False))
    return HolderRule(tuple(row["chain"]), *flags, row.get("city_after"))


def _clock(kind: str, row: Mapping[str, Any], waiting: tuple[str, ...]) -> ClockRule:
    _only(row, f"clocks.{kind}", ClockRule.__dataclass_fields__)
    within = waiting if row["within"] == WAITING else tuple(row["within"])
    floor = row.get("floor")
    tell = tuple(row.get("tell", ()))
    armed, ended = tuple(row["armed_by"]), tuple(row["ended_by"])
    paused = tuple(row.get("paused_in", ()))
    return ClockRule(kind, within, armed, ended, row.get("limit"), row.get("again"), floor, tell, paused)


def _request(kind: str, row: Mapping[str, Any]) -> RequestRule:
    _only(row, f"requests.{kind}", RequestRule.__dataclass_fields__)
    asked = (row["answer"], tuple(row["deciders"]), row["unanswered"], row.get("chosen", "first"))
    return RequestRule(kind, _text(row, kind), *asked, tuple(row.get("days", ())), row.get("ups"), row.get("grants"))


def _whistle(code: str, row: Mapping[str, Any]) -> WhistleKind:
    _only(row, f"whistles.{code}", WhistleKind.__dataclass_fields__)
    answer, arrive = Span.parse(row["answer"]), Span.parse(row["arrive"])
    progress = Span.parse(row["progress"]) if "progress" in row else None
    return WhistleKind(code, _text(row, code), answer, arrive, tuple(row["priorities"]), progress)


def _action(code: str, row: Mapping[str, Any], waiting: tuple[str, ...]) -> Action:
    ways = row.get("ways", [row])
    needs, tell = tuple(row.get("needs", ())), tuple(row.get("tell", ()))
    _only(row, f"actions.{code}", {"title", "needs", "tell", "ways", *WAY_KEYS})
    return Action(code, _text(row, code), tuple(_way(code, way, waiting) for way in ways), needs, tell)


WAY_KEYS = {"from", "to", "by", "when", "counts", "effects", "impartial", "limit"}


def _way(code: str, row: Mapping[str, Any], waiting: tuple[str, ...]) -> Way:
    _only(row, f"actions.{code}", {"title", "needs", "tell", *WAY_KEYS})
    origins = tuple(state for each in row["from"] for state in (waiting if each == WAITING else (each,)))
    return Way(
        origins=origins,
        target=row["to"],
        by=tuple(row["by"]),
        when=tuple(row.get("when", ())),
        counts=row.get("counts"),
        effects=tuple(row.get("effects", ())),
        impartial=row.get("impartial", False),
        limit=row.get("limit"),
    )


def _example(row: Mapping[str, Any]) -> Example:
    return Example(row["title"], dict(row["given"]), tuple(row["steps"]), dict(row["expect"]))


def _only(row: Mapping[str, Any], place: str, known: Any) -> None:
    unknown = sorted(set(row) - set(known) - {START})
    if unknown:
        names = ", ".join(unknown)
        raise DefinitionError(f"{place} holds unknown keys: {names}.", f"{place} 含有未知的键：{names}。")
