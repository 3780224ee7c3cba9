"""I6: the seconds charged to holders add up to what has passed, and go to those who held the case."""

from collections.abc import Iterator

from gridgov.domain.durations import CountedIn
from gridgov.domain.working_time import elapsed
from gridgov.services.doctor.case_file import CaseFile, Moment
from gridgov.services.doctor.problem import Finding, suspect, wrong

TOLERANCE_S = 0.01


def seconds_add_up(file: CaseFile, moments: list[Moment]) -> Iterator[Finding]:
    """Wall seconds to the total; working seconds never more than these, and by today's calendar the same."""
    first, last = moments[0].event.at, moments[-1].event.at
    wall = sum(moment.event.wall_s for moment in moments)
    if abs(wall - (last - first).total_seconds()) > TOLERANCE_S:
        yield wrong(
            f"{wall:.0f} s are charged, {(last - first).total_seconds():.0f} s have passed.", "计入时长与实际不符。"
        )
    for moment in moments:
        if not -TOLERANCE_S <= moment.event.working_s <= moment.event.wall_s + TOLERANCE_S:
            yield wrong(
                f"Event {moment.event.seq} charges more working time than has passed.",
                f"事件{moment.event.seq}计入的工作时间超过实际时间。",
            )
    working = sum(moment.event.working_s for moment in moments)
    counted = elapsed(CountedIn.WORK_HOUR, first, last, file.rules.calendar)
    if abs(working - counted) > TOLERANCE_S:
        yield suspect(
            f"{working:.0f} working seconds are charged; today's calendar counts {counted:.0f}.",
            f"计入工作时间{working:.0f}秒，按现行日历为{counted:.0f}秒。",
        )


def holders_are_charged(file: CaseFile, moments: list[Moment]) -> Iterator[Finding]:
    """Each stretch goes to the unit that held the case during it; an imported one to nobody."""
    for moment in moments:
        held = moment.before.holder_id if moment.before else None
        if moment.event.charged_id != held:
            yield wrong(
                f"Event {moment.event.seq} charges {moment.event.charged_id}, but {held} held the case.",
                f"事件{moment.event.seq}计入单位{moment.event.charged_id}，当时责任方为{held}。",
            )
