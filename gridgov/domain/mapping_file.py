"""A mapping file (TOML) → Mapping, with every doubt named: what it says is law for an import, nothing is guessed."""

import re
import tomllib
from collections import abc
from importlib import resources
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from gridgov.domain.errors import DefinitionError
from gridgov.domain.mapping import Choice, Mapping, header_key
from gridgov.domain.mapping_cells import Clock

TIME_FIELDS = ("reported_at", "due_at", "closed_at", "replied_at")
FIELDS = ("number", "title", "description", *TIME_FIELDS, "address", "lat", "lon", "reply")
CLOCK_KEYS = ("zone", "misread_as", "formats")
SECTIONS = ("source", "times", "columns", "on_time", "category", "channel")
CODE = re.compile(r"\d{4}")
PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")


def built_in_mappings() -> tuple[str, ...]:
    """The names of the mappings that come with gridgov, sorted."""
    files = resources.files("gridgov.mappings").iterdir()
    return tuple(sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml")))


def find_mapping(name_or_path: str | Path) -> Mapping:
    """The built-in mapping of that name, or the one in that file.

    Raises DefinitionError with one sentence when there is none or when the file cannot be right.
    """
    if str(name_or_path) in built_in_mappings():
        text = resources.files("gridgov.mappings").joinpath(f"{name_or_path}.toml").read_text(encoding="utf-8")
        return parse_mapping(text, str(name_or_path))
    try:
        text = Path(name_or_path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise _wrong(str(name_or_path), "the file is not UTF-8 text", "文件不是 UTF-8 文本") from None
    except OSError as error:
        known = ", ".join(built_in_mappings())
        en = f"there is no built-in mapping of this name ({known}) and no such file ({error.strerror})"
        raise _wrong(str(name_or_path), en, f"没有此名称的内置映射({known})，也没有这个文件") from None
    return parse_mapping(text, str(name_or_path))


def parse_mapping(text: str, origin: str) -> Mapping:
    """The mapping that `text` (TOML) states; `origin` names it in the sentences.

    Raises DefinitionError: line and column when it does not parse, else the key that is unknown, missing or wrong.
    """
    try:
        return _MappingFile(origin, tomllib.loads(text)).mapping()
    except tomllib.TOMLDecodeError as error:
        at = PLACE.search(str(error))
        line, column = (int(at[1]), int(at[2])) if at else _end_of(text)
        said = str(error).split(" (at ")[0]
        en, zh = f"line {line}, column {column}: {said}", f"第 {line} 行第 {column} 列:{said}"
        raise _wrong(origin, en, zh, line=line, column=column) from None


def _end_of(text: str) -> tuple[int, int]:
    lines = text.split("\n")
    return len(lines), len(lines[-1]) + 1


def _wrong(origin: str, en: str, zh: str, **facts: int) -> DefinitionError:
    return DefinitionError(f"Mapping {origin}: {en}.", f"映射 {origin}:{zh}。", **facts)


class _MappingFile:
    """Reads the parsed file; every refusal names the file and the path of the key."""

    def __init__(self, origin: str, content: dict[str, Any]) -> None:
        self.origin = origin
        self.content = content

    def mapping(self) -> Mapping:
        self.refuse_unknown("", self.content, SECTIONS)
        source = self.text("source", self.content.get("source"))
        columns, clocks = self.columns(self.clock("times", self.section("times"), None))
        on_time, words = self.on_time()
        category = self.choice("category", ("headers", "values", "default", "words"))
        if bad := [code for code in (category.default, *category.values.values()) if not CODE.fullmatch(code)]:
            raise self.wrong("category", f"'{bad[0]}' is not a code of four digits", f"“{bad[0]}”不是四位代码")
        channel = self.choice("channel", ("headers", "values", "default"))
        keywords = self.category_words()
        return Mapping(source, {**columns, **on_time}, clocks, words, category, keywords, channel)

    def columns(self, clock: Clock) -> tuple[dict[str, tuple[str, ...]], dict[str, Clock]]:
        stated = self.section("columns")
        self.refuse_unknown("columns", stated, FIELDS)
        columns, clocks = {}, {}
        for field, said in stated.items():
            path, own = f"columns.{field}", said if isinstance(said, dict) else {"headers": said}
            timed = field in TIME_FIELDS
            self.refuse_unknown(path, own, ("headers", *CLOCK_KEYS) if timed else ("headers",))
            columns[field] = self.headers(f"{path}.headers" if isinstance(said, dict) else path, own.get("headers"))
            if timed:
                clocks[field] = self.clock(path, {key: own[key] for key in own if key != "headers"}, clock)
        for field in ("number", "reported_at"):
            if field not in columns:
                raise self.missing(f"columns.{field}")
        if "title" not in columns and "description" not in columns:
            raise self.missing("columns.title")
        return columns, clocks

    def clock(self, path: str, said: dict[str, Any], outer: Clock | None) -> Clock:
        """The clock of `path`; one that states a zone of its own inherits nothing of the outer one but the formats."""
        self.refuse_unknown(path, said, CLOCK_KEYS)
        if outer is None and "zone" not in said:
            raise self.missing(f"{path}.zone")
        formats = (
            self.texts(f"{path}.formats", said["formats"]) if "formats" in said else outer.formats if outer else ()
        )
        zone = self.zone(f"{path}.zone", said["zone"]) if "zone" in said else outer.zone if outer else ZoneInfo("UTC")
        inherited = outer.misread_as if outer and "zone" not in said else None
        misread = self.zone(f"{path}.misread_as", said["misread_as"]) if "misread_as" in said else inherited
        return Clock(zone, misread, formats)

    def on_time(self) -> tuple[dict[str, tuple[str, ...]], dict[str, bool]]:
        said = self.section("on_time", needed=False)
        if not said:
            return {}, {}
        self.refuse_unknown("on_time", said, ("headers", "yes", "no"))
        yes, no = (self.texts(f"on_time.{key}", said.get(key)) for key in ("yes", "no"))
        words = {word.casefold(): False for word in no} | {word.casefold(): True for word in yes}
        return {"on_time": self.headers("on_time.headers", said.get("headers"))}, words

    def choice(self, name: str, keys: tuple[str, ...]) -> Choice:
        said = self.section(name)
        self.refuse_unknown(name, said, keys)
        headers = self.headers(f"{name}.headers", said["headers"]) if "headers" in said else ()
        values = self.table(f"{name}.values", said.get("values", {}))
        stated = {header_key(word): self.text(f"{name}.values.{word}", code) for word, code in values.items()}
        return Choice(headers, stated, self.text(f"{name}.default", said.get("default")))

    def category_words(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        words = self.table("category.words", self.section("category").get("words", {}))
        for code in words:
            if not CODE.fullmatch(code):
                raise self.wrong(f"category.words.{code}", "is not a code of four digits", "不是四位代码")
        return tuple(
            (code, tuple(word.casefold() for word in self.texts(f"category.words.{code}", said)))
            for code, said in words.items()
        )

    def section(self, name: str, *, needed: bool = True) -> dict[str, Any]:
        if needed and name not in self.content:
            raise self.missing("times.zone" if name == "times" else name)
        return self.table(name, self.content.get(name, {}))

    def table(self, path: str, said: object) -> dict[str, Any]:
        if isinstance(said, dict):
            return said
        raise self.wrong(path, "must be a table", "必须是表")

    def headers(self, path: str, said: object) -> tuple[str, ...]:
        return tuple(header_key(name) for name in self.texts(path, said))

    def texts(self, path: str, said: object) -> tuple[str, ...]:
        several = said if isinstance(said, list) else [said]
        if said is not None and not several:
            raise self.wrong(path, "must not be empty", "不能为空")
        return tuple(self.text(path, one) for one in several)

    def text(self, path: str, said: object) -> str:
        if said is None:
            raise self.missing(path)
        if isinstance(said, str) and said.strip():
            return said
        raise self.wrong(path, "must be text", "必须是文本")

    def zone(self, path: str, said: object) -> ZoneInfo:
        name = self.text(path, said)
        try:
            return ZoneInfo(name)
        except (OSError, ValueError, LookupError):
            raise self.wrong(path, f"'{name}' is not a time zone", f"“{name}”不是时区") from None

    def refuse_unknown(self, path: str, said: abc.Mapping[str, Any], known: tuple[str, ...]) -> None:
        for key in said:
            if key not in known:
                name = f"{path}.{key}" if path else key
                raise self.wrong(
                    name, f"is not known here (known: {', '.join(known)})", f"未知(可用:{'、'.join(known)})"
                )

    def missing(self, path: str) -> DefinitionError:
        return self.wrong(path, "is missing and must be stated", "缺失，必须写明")

    def wrong(self, path: str, en: str, zh: str) -> DefinitionError:
        return _wrong(self.origin, f"{path} {en}", f"{path} {zh}")
