"""Working a job off, in turns of some seconds: rows and progress are committed together, chunk by chunk.

A turn is shorter than a task may be. A worker that dies leaves a chunk that never happened; the next turn reads the
file again up to there and goes on.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridgov.adapters.job_files import JobFiles
from gridgov.db.models import Job
from gridgov.db.session import city_now
from gridgov.domain.errors import GridgovError, Text
from gridgov.domain.jobs import ImportKind
from gridgov.services.imports.jobs import (
    MOST_ATTEMPTS,
    Overtaken,
    end,
    hold,
    move_on,
    open_files,
    options_of,
    take_up,
    wait_for_turn,
)
from gridgov.services.imports.kinds import Desk, open_import
from gridgov.services.imports.outcome import Importer, Outcome, Tally, tally_from

TURN_SECONDS = 20.0

log = logging.getLogger("gridgov.imports")


@dataclass(frozen=True)
class Workshop:
    """The city that is imported into, and where the files lie."""

    desk: Desk
    files: JobFiles


def work_off(shop: Workshop, seconds: float = TURN_SECONDS) -> bool:
    """Work on the oldest free job for `seconds`, one chunk at least; False when none is free.

    Whatever is wrong with the file ends the job with a reason; whatever is wrong with us is raised, and the job is
    taken up again when its last sign of life is a minute old.
    """
    with shop.desk.transaction() as session:
        job = take_up(session)
    if job is None:
        _clear_away(shop)
        return False
    try:
        _turn(shop, job, time.monotonic() + seconds)
    except Overtaken as error:
        log.warning("taken over by another worker: %s", error)
    except GridgovError as error:
        _fail(shop, job, error.sentence)
    except FileNotFoundError:
        _fail(shop, job, Text("The uploaded file is gone: upload it again.", "上传的文件已不存在，请重新上传。"))
    return True


def _turn(shop: Workshop, job: Job, deadline: float) -> None:
    if job.attempts > MOST_ATTEMPTS:
        en = f"The import broke off {MOST_ATTEMPTS} times after row {job.done}; what was imported stays."
        _fail(shop, job, Text(en, f"导入在第 {job.done} 行后中断 {MOST_ATTEMPTS} 次；已导入的保留。"))
        return
    path = shop.files.path(job.file_key or "", job.file_name)
    if not path.exists():
        raise FileNotFoundError
    with open_import(shop.desk, ImportKind(job.kind), path, options_of(job)) as importer:
        tally = tally_from(job.summary)
        if _chunks(shop.desk, job, importer, tally, deadline):
            tally.remark(importer.remarks())
            _finish(shop, job, tally)
        else:
            with shop.desk.transaction() as session:
                wait_for_turn(session, job)


def _chunks(desk: Desk, job: Job, importer: Importer[Any], tally: Tally, deadline: float) -> bool:
    """Do the chunks that are not done yet until the deadline; whether the file is through."""
    _begin(desk, job, importer)
    passed, worked = 0, False
    for chunk in importer.chunks():
        if passed < job.done:
            with desk.transaction() as session:
                importer.pass_over(chunk, city_now(session))
        elif worked and time.monotonic() >= deadline:
            return False
        else:
            _chunk(desk, job, importer, tally, chunk)
            worked = True
        passed += len(chunk)
    return True


def _begin(desk: Desk, job: Job, importer: Importer[Any]) -> None:
    """Say how much there is, which the first turn counts, and that the file is open."""
    total = importer.count() if job.total is None else job.total
    with desk.transaction() as session:
        hold(session, job, total=total)


def _chunk(desk: Desk, job: Job, importer: Importer[Any], tally: Tally, chunk: Sequence[Any]) -> None:
    """One chunk and its progress in one transaction; in a dry run the look is a reading transaction of its own."""
    if job.dry_run:
        outcome = look(desk, importer, chunk)
        with desk.transaction() as session:
            _note(session, job, tally, outcome, len(chunk))
        return
    with desk.transaction() as session:
        hold(session, job)
        outcome = importer.write(session, chunk, city_now(session))
        _note(session, job, tally, outcome, len(chunk))


def look(desk: Desk, importer: Importer[Any], chunk: Sequence[Any]) -> Outcome:
    """What would become of the chunk, in a transaction that cannot write."""
    with desk.transaction() as session:
        session.execute(text("SET TRANSACTION READ ONLY"))
        return importer.look(session, chunk, city_now(session))


def _note(session: Session, job: Job, tally: Tally, outcome: Outcome, rows: int) -> None:
    tally.add(outcome)
    move_on(session, job, job.done + rows, outcome.refused, tally)


def _finish(shop: Workshop, job: Job, tally: Tally) -> None:
    with shop.desk.transaction() as session:
        end(session, job, None, {"summary": tally.as_plain()})
    shop.files.drop(job.file_key or "")


def _fail(shop: Workshop, job: Job, reason: Text) -> None:
    with shop.desk.transaction() as session:
        end(session, job, reason)
    shop.files.drop(job.file_key or "")


def _clear_away(shop: Workshop) -> None:
    """Drop the files of orders that never became jobs, and of ends that were cut short."""
    with shop.desk.transaction() as session:
        wanted = open_files(session)
    if dropped := shop.files.drop_others(wanted):
        log.info("%s files of no job were dropped", dropped)
