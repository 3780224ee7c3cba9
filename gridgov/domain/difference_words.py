"""How a difference is said: "what: before → after" in both languages. What differs: definition_diff."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from gridgov.domain.durations import Span
from gridgov.domain.errors import Text

Item = TypeVar("Item")
Found = Iterator[tuple[str, Text]]
"""What a comparison finds: the subject, and the sentence about it."""

NOTHING = Text("nothing", "无")


def added_and_removed(
    old: Mapping[str, Item], new: Mapping[str, Item], what: Text, title: Callable[[Item], Text]
) -> Found:
    """What only one of the tables has, by code and title."""
    for code in old.keys() - new.keys():
        en, zh = _named(title(old[code]), code)
        yield code, Text(f"{what} removed: {en}", f"删除{what.zh}：{zh}")
    for code in new.keys() - old.keys():
        en, zh = _named(title(new[code]), code)
        yield code, Text(f"{what} added: {en}", f"新增{what.zh}：{zh}")


def _named(title: Text, code: str) -> tuple[str, str]:
    return (f"{title} ({code})", f"{title.zh}（{code}）") if title else (code, code)


def titles(code: str, old: Text, new: Text) -> Found:
    """Another title, in either language."""
    if (str(old), old.zh) != (str(new), new.zh):
        yield code, arrow(Text(f"{code}: title", f"{code}：名称"), old, new)


def changed(label: Text, before: Any, after: Any, said: Callable[[Any], Text], subject: str) -> Found:
    """The sentence where the two values differ."""
    if before != after:
        yield subject, arrow(label, said(before), said(after))


def arrow(label: Text, before: Text, after: Text) -> Text:
    """The sentence: label: before → after."""
    return Text(f"{label}: {before} → {after}", f"{label.zh}：{before.zh} → {after.zh}")


def labelled(what: Text, title: Text, code: str, word: Text) -> Text:
    """Whose property it is: "state Handling (handling): limit"."""
    return Text(f"{what} {title} ({code}): {word}", f"{what.zh}“{title.zh}”（{code}）：{word.zh}")


def plain(value: Any) -> Text:
    """A value as it stands in the file."""
    return NOTHING if value is None or value == "" else Text(str(value), str(value))


def span(value: Span | None) -> Text:
    """A length of time as the file writes it, in Chinese as people say it."""
    return NOTHING if value is None else Text(str(value), value.text.zh)


def listed(value: Any) -> Text:
    """A list with commas, a flag as a word, anything else as it stands."""
    if isinstance(value, bool):
        return Text("yes", "是") if value else Text("no", "否")
    if not isinstance(value, list | tuple):
        return plain(value)
    return joined([Text(str(each), str(each)) for each in value])


def joined(texts: list[Text]) -> Text:
    """The texts in a row, "nothing" for none."""
    return Text(", ".join(texts), "、".join(text.zh for text in texts)) if texts else NOTHING


STATE_WORDS = {
    "stage": Text("stage", "阶段"),
    "open311": Text("Open311 status", "Open311 状态"),
    "holder": Text("who holds it", "当前责任方"),
    "limit": Text("limit", "时限"),
    "at_limit": Text("at the limit", "到期处理"),
    "forward": Text("forward action", "前进操作"),
    "spent": Text("what remains when spent", "次数用完后"),
    "pauses": Text("pauses", "暂停的状态"),
    "until": Text("lasts until the moment that was granted", "以批准的时间为期"),
    "priorities": Text("only for", "限于等级"),
}
STATE_SAID: Mapping[str, Callable[[Any], Text]] = {"priorities": listed, "until": listed}
ACTION_WORDS = {"needs": Text("needs", "需填写"), "tell": Text("tells", "通知")}
WAY_WORDS = {
    "by": Text("who may", "办理人"),
    "origins": Text("from", "从"),
    "target": Text("to", "到"),
    "when": Text("only when", "条件"),
    "counts": Text("counts", "计次"),
    "effects": Text("effects", "效果"),
    "impartial": Text("only who is free of the work", "须无利害关系"),
    "limit": Text("limit of its own", "专用时限"),
}
HOLDER_WORDS = {
    "chain": Text("asked in turn", "依次为"),
    "impartial": Text("only who is free of the work", "须无利害关系"),
    "unused": Text("only who has not judged or handled it", "须未裁定或承办过"),
    "city_after": Text("the city alone after", "用完后仅由市级"),
}
COUNTER_WORDS = {
    "most": Text("at most", "最多"),
    "per": Text("counted per", "计次范围"),
    "then": Text("what remains", "用完后"),
}
CLOCK_WORDS = {
    "within": Text("runs in", "运行状态"),
    "armed_by": Text("armed by", "启动于"),
    "ended_by": Text("ended by", "结束于"),
    "limit": Text("limit", "时限"),
    "again": Text("repeats after", "重复间隔"),
    "floor": Text("raises the floor", "抬高下限"),
    "tell": Text("tells", "通知"),
    "paused_in": Text("stands aside in", "暂停于"),
}
REQUEST_WORDS = {
    "answer": Text("limit of the answer", "答复时限"),
    "deciders": Text("who decides", "审批单位"),
    "chosen": Text("who of them is asked", "由谁审批"),
    "days": Text("days that each may grant", "各级可批天数"),
    "unanswered": Text("without an answer", "逾期未答复"),
    "ups": Text("moves up at most", "上转次数上限"),
    "grants": Text("a yes leads to", "同意后执行"),
}
WHISTLE_WORDS = {
    "answer": Text("time to answer", "响应时限"),
    "arrive": Text("time to be there", "到场时限"),
    "progress": Text("says how it goes every", "进展通报间隔"),
    "priorities": Text("only for", "限于等级"),
}
