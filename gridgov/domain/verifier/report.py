"""What the verifier says: findings with their counter-examples, what was looked at, and the silence bound. Values."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from gridgov.domain.durations import Span
from gridgov.domain.errors import Text

TITLES: dict[int, Text] = {
    1: Text("one start, every state is reached without force", "只有一个起点，不靠强制即可到达每个状态"),
    2: Text("a way to an end from every waiting state", "每个等待状态都有路通向终结"),
    3: Text(
        "every waiting state has a holder, a limit and what the system does then",
        "每个等待状态有责任方、时限和到期处理",
    ),
    4: Text("silence alone raises the level or ends the case", "仅靠系统动作也会升级或结束"),
    5: Text("ways out of an end are counted and dated", "终结后的出路有次数和期限"),
    6: Text("every name exists and is used", "每个名称都存在且被使用"),
    7: Text("every pause has a maximum", "每种暂停都有上限"),
    8: Text(
        "somebody free of the work verifies, judges, calls and decides", "核查、裁定、回访、决定都有无利害关系的人"
    ),
    9: Text("words in both languages, a notice rule, an Open311 status", "中英文名称、通知规则、Open311 状态"),
    10: Text("state and action determine the target", "状态加操作决定去向"),
    11: Text("the examples hold", "示例成立"),
    12: Text("every cycle is counted, and something remains afterwards", "每个循环都有次数限制，用完后仍有去路"),
    13: Text("the case goes on without the silent party, who is told on", "沉默一方缺席时案件仍能前进，且上级会得知"),
    14: Text("every clock is armed and ended", "每种计时都有起止"),
    15: Text("no working time for P1 and P2", "P1、P2 不按工作时间计"),
    16: Text("the holder can move the case forward, every way has an example", "责任方能推进案件，每条路径都有示例"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a proof refuses; `path` is the shortest counter-example.

    States and actions take turns in it; on a city it is compound, category, kind of reporter, as far as they matter.
    """

    proof: int
    sentence: Text
    path: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The finding for JSON."""
        return {"proof": self.proof, "sentence": _both(self.sentence), "path": list(self.path)}


Answer = Finding | None
"""What a proof says about each thing it looks at: None where it holds."""


@dataclass(frozen=True, slots=True)
class Checked:
    """How many things a proof looked at, and how many it refuses."""

    proof: int
    looked_at: int
    refused: int

    @property
    def title(self) -> Text:
        """What is proved."""
        return TITLES[self.proof]

    def as_dict(self) -> dict[str, Any]:
        """The line for JSON."""
        counts = {"looked_at": self.looked_at, "refused": self.refused}
        return {"proof": self.proof, "title": _both(self.title), **counts}


@dataclass(frozen=True, slots=True)
class SilenceRow:
    """How long a holder of `state` can be silent at `priority` until somebody higher is told.

    `clock` is that bound in its own way of counting, `wall` the longest it takes by the wall clock within the last
    year that a holiday plan covers. With `apart` nobody inside is silent there: the reporter is waited for.
    """

    state: str
    priority: str
    clock: Span
    wall: timedelta
    allowed: Span
    apart: bool

    def as_dict(self) -> dict[str, Any]:
        """The row for JSON; `wall_s` is in seconds."""
        spans = {"clock": str(self.clock), "allowed": str(self.allowed), "wall_s": self.wall.total_seconds()}
        return {"state": self.state, "priority": self.priority, **spans, "apart": self.apart}


@dataclass(frozen=True, slots=True)
class Report:
    """The verifier's answer: a definition may be used when it is `ok`."""

    findings: tuple[Finding, ...]
    silence: tuple[SilenceRow, ...]
    checked: tuple[Checked, ...]

    @property
    def ok(self) -> bool:
        """True when no proof refuses anything."""
        return not self.findings

    def as_dict(self) -> dict[str, Any]:
        """The report for JSON."""
        return {
            "ok": self.ok,
            "findings": [finding.as_dict() for finding in self.findings],
            "silence": [row.as_dict() for row in self.silence],
            "checked": [line.as_dict() for line in self.checked],
        }


def as_markdown(report: Report, language: str = "zh") -> str:
    """The report for people, in "zh" or "en": what was proved, what is refused, and the silence bound as a table."""
    lines = [f"{'✗' if line.refused else '✓'} {line.proof:>2} {_counted(line, language)}" for line in report.checked]
    waiting = ", ".join(str(number) for number in TITLES if number not in {line.proof for line in report.checked})
    later = f"{waiting}: 待以上问题解决后再证明" if language == "zh" else f"{waiting}: proved once these are mended"
    lines += [f"… {later}"] if waiting else []
    lines += [f"\n{_headline(report, language)}\n"]
    for finding in report.findings:
        path = f" [{' → '.join(finding.path)}]" if finding.path else ""
        lines.append(f"- {finding.proof}: {_in(finding.sentence, language)}{path}")
    return "\n".join([*lines, *(_silence_table(report.silence, language) if report.silence else ()), ""])


def wall_text(wall: timedelta, language: str = "zh") -> str:
    """A stretch of wall time in days, hours and minutes, like "2 d 14 h"."""
    days, rest = divmod(round(wall.total_seconds() / 60), 24 * 60)
    hours, minutes = divmod(rest, 60)
    units = ("天", "小时", "分") if language == "zh" else (" d", " h", " min")
    parts = [f"{number}{unit}" for number, unit in zip((days, hours, minutes), units, strict=True) if number]
    return (" " if language == "en" else "").join(parts) or f"0{units[2]}"


def _counted(line: Checked, language: str) -> str:
    looked = f"{line.looked_at} 项" if language == "zh" else f"{line.looked_at} looked at"
    return f"{_in(line.title, language)} ({looked})"


def _headline(report: Report, language: str) -> str:
    count = len(report.findings)
    if report.ok:
        return "全部证明成立。" if language == "zh" else "Every proof holds."
    return f"{count} 处不成立：" if language == "zh" else f"{count} refused:"


def _silence_table(rows: Iterable[SilenceRow], language: str) -> list[str]:
    zh = language == "zh"
    heads = (
        ("等级", "状态", "最长沉默", "最长自然时间", "允许")
        if zh
        else ("priority", "state", "silence", "wall", "allowed")
    )
    lines = ["", _row(heads), _row(["---"] * len(heads))]
    for row in sorted(rows, key=lambda each: each.priority):
        allowed = _in(row.allowed.text, language) + (("（另计）" if zh else " (apart)") if row.apart else "")
        wall = wall_text(row.wall, language)
        lines.append(_row((row.priority, row.state, _in(row.clock.text, language), wall, allowed)))
    return lines


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _in(text: Text, language: str) -> str:
    return text.zh if language == "zh" else str(text)


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": str(text)}
