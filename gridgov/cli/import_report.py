"""What an import says at its end: the summary as lines for a person, or as one JSON object."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gridgov.domain.errors import Invalid, Text
from gridgov.domain.mapping import Rejected
from gridgov.services.import_summary import Summary, Verdict

NAMED = 20
VERDICTS = {
    Verdict.BOTH: "both say on time 双方均为按期",
    Verdict.NEITHER: "both say late 双方均为超期",
    Verdict.DISAGREEING: "disagreeing 不一致",
    Verdict.FILE_SILENT: "the file does not say 文件未注明",
    Verdict.OPEN: "open and not yet due 未办结且未到期",
    Verdict.NO_PROMISE: "without a promised time 无承诺时限",
}


@dataclass(frozen=True)
class Report:
    """An import that is over: what was asked, what came of it, how long it took."""

    file: str
    mapping: str
    into: str
    live: bool
    dry_run: bool
    absent_columns: tuple[str, ...]
    summary: Summary
    seconds: float
    errors_file: Path | None
    first_refused: tuple[Rejected, ...]

    @property
    def rows_per_second(self) -> int:
        """Rows read, mapped and written in a second of wall time."""
        return round(self.summary.rows / self.seconds) if self.seconds else 0

    def as_json(self) -> str:
        """The report as one JSON object."""
        return json.dumps(self._plain(), ensure_ascii=False, indent=2)

    def _plain(self) -> dict[str, Any]:
        summary = self.summary
        asked = {name: getattr(self, name) for name in ("file", "mapping", "into", "live", "dry_run")}
        counts = {name: getattr(summary, name) for name in ("rows", "cases", "refused", "already_there", "remarks")}
        against_file = {verdict.value: summary.verdicts[verdict] for verdict in Verdict}
        named = [each._asdict() for each in summary.disagreeing]
        return {
            **asked,
            **counts,
            "on_time": summary.on_time,
            "late": summary.late,
            "against_the_file": {**against_file, "disagreeing_rows": named},
            "masked": {kind.value: count for kind, count in sorted(summary.masked.items())},
            "absent_columns": list(self.absent_columns),
            "errors_file": str(self.errors_file) if self.errors_file else None,
            "seconds": round(self.seconds, 3),
            "rows_per_second": self.rows_per_second,
        }

    def lines(self) -> Iterator[str]:
        """The report line by line."""
        yield from self._counts()
        yield from self._on_time()
        yield from self._refused()
        masked = ", ".join(f"{kind.value} {count}" for kind, count in sorted(self.summary.masked.items()))
        yield f"Numbers masked 已脱敏: {masked or 'none 无'}"
        if self.absent_columns:
            yield f"The file has no columns for 文件中没有的列: {', '.join(self.absent_columns)}"
        yield f"Time 用时: {self.seconds:.1f} s, {self.rows_per_second:,} rows/s 行/秒"

    def _counts(self) -> Iterator[str]:
        summary = self.summary
        if self.dry_run:
            yield "A dry run: nothing was written. 试运行：未写入任何数据。"
        yield f"{self.file} → {self.into} ({self.mapping})"
        new = "cases that would be imported 将导入" if self.dry_run else "cases imported 已导入"
        yield f"Rows 行数: {summary.rows:,}; {new}: {summary.cases:,}"
        yield f"Already there 已存在: {summary.already_there:,}; refused 未导入: {summary.refused:,}"
        if summary.remarks:
            yield f"Imported with a remark in the first event 带备注导入: {summary.remarks:,}"

    def _on_time(self) -> Iterator[str]:
        summary = self.summary
        yield f"On time 按期: {summary.on_time:,}; late 超期: {summary.late:,}; against the file's own word 与文件对照:"
        for verdict, words in VERDICTS.items():
            if summary.verdicts[verdict]:
                yield f"  {words}: {summary.verdicts[verdict]:,}"
        for each in summary.disagreeing[:NAMED]:
            ours, theirs = (("on time 按期" if word else "late 超期") for word in (each.ours, each.file))
            yield f"    row 行 {each.row}, {each.number}: {ours}, the file says 文件为 {theirs}"
        if (more := len(summary.disagreeing) - NAMED) > 0:
            yield f"    and {more:,} more; --json names them all. 另有 {more:,} 行，--json 列出全部。"

    def _refused(self) -> Iterator[str]:
        for row in self.first_refused:
            yield f"  row 行 {row.row_number}, {row.column or '—'}: {row.reason_en} {row.reason_zh}"
        if self.errors_file is not None:
            yield f"All refused rows 全部未导入的行: {self.errors_file}"


def errors_file(file: Path, named: Path | None) -> Path:
    """Where refused rows go. Raises Invalid when that is the imported file itself."""
    path = named or Path.cwd() / f"{file.name}.errors.csv"
    if path.exists() and file.exists() and path.samefile(file):
        raise Invalid(
            {"errors": [Text("--errors names the file to be imported.", "--errors 不能是要导入的文件本身。")]}
        )
    return path
