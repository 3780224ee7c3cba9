"""The law of this package: doctor only reads. One invariant of workflow.md §6 a module; each check names what is wrong.

`run_doctor` looks at every case, a batch at a time. A case whose events do not even fold is named for that alone.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from gridgov.adapters.file_store import FileStore
from gridgov.services.doctor.bounds import counters_are_bounded
from gridgov.services.doctor.calls import calls_are_repeated
from gridgov.services.doctor.case_file import CaseFile, Moment
from gridgov.services.doctor.chain import chain_holds
from gridgov.services.doctor.fold import (
    events_are_numbered,
    floors_never_fall,
    row_is_the_fold,
    transitions_are_legal,
    versions_follow_each_other,
)
from gridgov.services.doctor.merged import merged_cases_follow
from gridgov.services.doctor.mirror import columns_repeat_the_case
from gridgov.services.doctor.own_work import nobody_judged_themselves
from gridgov.services.doctor.photos import files_are_whole, photos_are_proved
from gridgov.services.doctor.problem import Finding, Problem, wrong
from gridgov.services.doctor.reading import batches, case_count, files_of, first_notices
from gridgov.services.doctor.references import number_is_well_formed, reports_are_one_case
from gridgov.services.doctor.seconds import holders_are_charged, seconds_add_up
from gridgov.services.doctor.stages import due_clocks_fire, fired_stages_have_events, stages_fire_once
from gridgov.services.doctor.telling import notices_are_complete, the_right_people_were_told
from gridgov.services.doctor.waiting import one_clock_runs, requests_are_answered, somebody_holds_it
from gridgov.services.world import World

__all__ = ["Problem", "case_count", "run_doctor"]

Check = Callable[[CaseFile, list[Moment]], Iterator[Finding]]

CHECKS: tuple[tuple[str, Check], ...] = (
    ("I1", number_is_well_formed),
    ("I2", events_are_numbered),
    ("I2", row_is_the_fold),
    ("I2", transitions_are_legal),
    ("I2", versions_follow_each_other),
    ("I2", floors_never_fall),
    ("I2", columns_repeat_the_case),
    ("I2", calls_are_repeated),
    ("I3", stages_fire_once),
    ("I3", due_clocks_fire),
    ("I3", fired_stages_have_events),
    ("I4", notices_are_complete),
    ("I4", the_right_people_were_told),
    ("I5", somebody_holds_it),
    ("I5", one_clock_runs),
    ("I5", requests_are_answered),
    ("I6", seconds_add_up),
    ("I6", holders_are_charged),
    ("I7", chain_holds),
    ("I8", nobody_judged_themselves),
    ("I9", counters_are_bounded),
)


def run_doctor(
    session: Session,
    world: World,
    now: datetime,
    progress: Callable[[int], None] = lambda count: None,
    files: FileStore | None = None,
) -> list[Problem]:
    """Every offender in the city at `now`, warnings included; `progress` hears how many cases each batch had.

    On a city that is at work the session's transaction has to be repeatable read, else a case that moves between
    two queries looks broken. Without `files` photos are checked by their rows only.
    """
    snapshot = world.at(session, now)
    served_since = first_notices(session, snapshot.day)
    found = [*reports_are_one_case(session), *photos_are_proved(session), *merged_cases_follow(session)]
    found += files_are_whole(session, files) if files is not None else ()
    for rows in batches(session):
        for file in files_of(session, snapshot, rows, now, served_since):
            found += _problems(file)
        progress(len(rows))
    return found


def _problems(file: CaseFile) -> Iterator[Problem]:
    try:
        moments = file.moments()
    except ValueError as error:
        yield _problem("I2", file, wrong(f"Its events do not fold: {error}.", f"事件无法还原案件：{error}。"))
        return
    if not moments:
        yield _problem("I2", file, wrong("It has no events.", "没有任何事件。"))
        return
    for invariant, check in CHECKS:
        for finding in check(file, moments):
            yield _problem(invariant, file, finding)


def _problem(invariant: str, file: CaseFile, finding: Finding) -> Problem:
    return Problem(invariant, file.row.number, finding.sentence, finding.warning)
