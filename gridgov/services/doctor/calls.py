"""I2: the rows of `whistles` repeat the calls of the facts, with the times of the events and of the clocks."""

from collections.abc import Iterator

from gridgov.services.call_rows import rows_of
from gridgov.services.doctor.case_file import CaseFile, Moment
from gridgov.services.doctor.problem import Finding, wrong


def calls_are_repeated(file: CaseFile, moments: list[Moment]) -> Iterator[Finding]:
    """A row for each call and none besides, and every column of it that says something else than what it repeats."""
    events = [(moment.before.calls if moment.before else (), moment.after, moment.event.at) for moment in moments]
    wanted = rows_of(events, file.clocks)
    kept = {row.number: row for row in file.whistles}
    for number in sorted(wanted.keys() ^ kept.keys()):
        yield wrong(f"Call {number} has no row, or a row has no call.", f"吹哨{number}与记录不符。")
    for number in sorted(wanted.keys() & kept.keys()):
        different = [name for name, value in wanted[number].items() if getattr(kept[number], name) != value]
        if different:
            names = ", ".join(different)
            yield wrong(
                f"The row of call {number} says something else: {names}.", f"吹哨{number}的记录不一致：{names}。"
            )
