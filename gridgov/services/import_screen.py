"""Which rows of a file can become cases, beyond what their cells say. What a cell means: domain.mapping_rows."""

from collections.abc import Mapping as Names
from datetime import datetime
from zoneinfo import ZoneInfo

from gridgov.domain.catalogue import Catalogue
from gridgov.domain.errors import Invalid, Text
from gridgov.domain.mapping import ImportedCase, Mapping, Rejected

FIRST_YEAR = 2000
CHANNEL_LIMIT = 40


class Screen:
    """Looks at every case of one file in turn and remembers the numbers that it has seen."""

    def __init__(self, zone: ZoneInfo, headers: Names[str, str]) -> None:
        """`zone` is the city's; `headers` are the file's own names of the mapping's fields."""
        self._zone = zone
        self._headers = headers
        self._rows: dict[str, int] = {}

    def refusal(self, case: ImportedCase, now: datetime) -> Rejected | None:
        """Why this case cannot be imported at `now`; None when it can."""
        for field, sentence in (
            ("number", self._repeated(case)),
            ("reported_at", self._unnumbered(case)),
            ("reported_at", _ahead("reported", "上报", case.reported_at, now)),
            ("closed_at", _ahead("closed", "办结", case.closed_at, now)),
        ):
            if sentence is not None:
                return Rejected(case.row_number, str(sentence), sentence.zh, self._headers.get(field))
        return None

    def _repeated(self, case: ImportedCase) -> Text | None:
        first = self._rows.setdefault(case.external_number, case.row_number)
        if first == case.row_number:
            return None
        number = case.external_number
        return Text(f"the number {number} stands in row {first} already", f"编号 {number} 在第 {first} 行已出现")

    def _unnumbered(self, case: ImportedCase) -> Text | None:
        """A case number has two digits for the year: it can say 2000 to 2099 (domain.case_number)."""
        if case.reported_at.astimezone(self._zone).year >= FIRST_YEAR:
            return None
        return Text("cases reported before the year 2000 cannot be numbered", "2000年以前上报的案件无法编号")


def _ahead(done: str, done_zh: str, moment: datetime | None, now: datetime) -> Text | None:
    if moment is None or moment <= now:
        return None
    return Text(f"the case was {done} at a time that has not come yet", f"{done_zh}时间尚未到来")


def require_known_words(mapping: Mapping, catalogue: Catalogue) -> None:
    """Raise Invalid with one sentence when the mapping names a category or a channel that no case can have."""
    known = {category.code for category in catalogue}
    codes = {mapping.category.default, *mapping.category.values.values(), *(code for code, _ in mapping.category_words)}
    if unknown := sorted(codes - known):
        named = ", ".join(unknown)
        raise _wrong(mapping, f"names categories that the catalogue lacks: {named}", f"使用了目录中没有的类别:{named}")
    channels = {mapping.channel.default, *mapping.channel.values.values()}
    if long := next((channel for channel in channels if len(channel) > CHANNEL_LIMIT), None):
        en = f"names a channel of more than {CHANNEL_LIMIT} characters: {long}"
        raise _wrong(mapping, en, f"渠道名称超过 {CHANNEL_LIMIT} 个字符:{long}")


def _wrong(mapping: Mapping, en: str, zh: str) -> Invalid:
    return Invalid({"mapping": [Text(f"The mapping '{mapping.source}' {en}.", f"映射“{mapping.source}”{zh}。")]})
