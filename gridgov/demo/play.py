"""Plays the script: reports what is due, looks at what has changed, lets what is due be done. Short transactions only.

Everything is worked out from the rows and the script, so a player that is killed and started again goes on.
"""

import heapq
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from psycopg.errors import LockNotAvailable
from sqlalchemy import Row, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from gridgov.adapters.sealing import Sealer
from gridgov.db.session import Transactions
from gridgov.demo.actors import next_acts
from gridgov.demo.reporting import SOURCE, reported
from gridgov.demo.scene import Act, Scene
from gridgov.demo.script import Script
from gridgov.demo.telling import lines_since
from gridgov.domain.errors import Conflict, GridgovError, StaleCase
from gridgov.domain.evidence import FIELD, RESOLVING
from gridgov.domain.merging import MERGE
from gridgov.services.merging import merge
from gridgov.services.situations import lock_cases, see_cases
from gridgov.services.transitions import act
from gridgov.services.uploads import Stored, record, uploader_of
from gridgov.services.world import Snapshot, World

# Whoever waits longer gives up: the sweeper and people on the web go first.
IMPATIENT = text("SET LOCAL lock_timeout = '300ms'")
LOOKED_BACK = timedelta(days=3)
"""So long after its last event a case that has ended is still looked at: for ratings, appeals and reopening."""
CASES = text("""
SELECT id, version, external_number AS key FROM cases WHERE external_source = :source
AND (closed_at IS NULL OR last_event_at > :since) ORDER BY id
""")
KNOWN = text("""
SELECT coalesce(max(CAST(split_part(external_number, '-', 2) AS integer)) + 1, 0) FROM cases
WHERE external_source = :source AND split_part(external_number, '-', 1) = :seed
""")
BY_KEY = text("SELECT id FROM cases WHERE external_source = :source AND external_number = :key")
REAL_NOW = text("SELECT statement_timestamp()")


@dataclass(frozen=True)
class Stage:
    """What the player plays on: the city, and the photo (stored already) by which all work is proved.

    `tell` gets a line for everything that happens, `refuse` action and code of whatever the rules or a quicker
    person did not let the players do.
    """

    transaction: Transactions
    world: World
    sealer: Sealer
    photo: Stored
    tell: Callable[[str], None]
    refuse: Callable[[str, str], None]


class Player:
    """Plays one script on one stage."""

    def __init__(self, stage: Stage, script: Script) -> None:
        """Nothing is read before the first `play`."""
        self._stage, self._script = stage, script
        self._next: tuple[int, datetime] | None = None
        self._seen: dict[int, int] = {}
        self._planned: dict[int, list[Act]] = {}
        self._given_up: dict[int, set[str]] = {}
        self._queue: list[tuple[datetime, int]] = []

    def play(self, now: datetime, seconds: float = 0.5) -> int:
        """Everything that is due at `now` (aware, the city's time), for so many real seconds; how much was done."""
        end = time.monotonic() + seconds
        if self._next is None:
            self._begin(now)
        done = self._report(now, end)
        self._look(now)
        while acted := self._act(now, end):
            done += acted
            self._look(now)
        return done

    def _act(self, now: datetime, end: float) -> int:
        """Let what is due be done, one act for each case: the next one is planned on what it leaves behind."""
        done = 0
        while time.monotonic() < end and (case_id := self._due(now)) is not None:
            self._do(case_id, self._planned[case_id][0], now)
            done += 1
        return done

    def _begin(self, now: datetime) -> None:
        """What happened before is not told again; the reports go on where they were left."""
        with self._stage.transaction() as session:
            values = {"source": SOURCE, "seed": str(self._script.seed)}
            number = session.execute(KNOWN, values).scalar_one()
            rows = self._rows(session, now)
            self._seen = {row.id: row.version for row in rows}
            self._plan(session, self._stage.world.at(session, now), rows)
        self._next = (number, self._script.next_at(number, now))

    def _report(self, now: datetime, end: float) -> int:
        done = 0
        while self._next is not None and self._next[1] <= now and time.monotonic() < end:
            number, at = self._next
            self._take_in(self._script.key(number), now)
            self._next = (number + 1, self._script.next_at(number + 1, at))
            done += 1
        return done

    def _take_in(self, key: str, now: datetime) -> None:
        stage = self._stage
        try:
            with stage.transaction() as session:
                reported(session, stage.world.at(session, now), stage.sealer, self._script.fate(key), now)
        except Conflict as error:
            stage.refuse("report", error.code)

    def _rows(self, session: Session, now: datetime) -> Sequence[Row[Any]]:
        return session.execute(CASES, {"source": SOURCE, "since": now - LOOKED_BACK}).all()

    def _look(self, now: datetime) -> None:
        """Tell what has happened since the last look, and plan those cases anew."""
        with self._stage.transaction() as session:
            snapshot = self._stage.world.at(session, now)
            changed = [row for row in self._rows(session, now) if self._seen.get(row.id) != row.version]
            told = lines_since(session, snapshot, {row.id: self._seen.get(row.id, 0) for row in changed})
            self._plan(session, snapshot, changed)
        self._seen.update((row.id, row.version) for row in changed)
        for line in told:
            self._stage.tell(line)

    def _plan(self, session: Session, snapshot: Snapshot, rows: Sequence[Row[Any]]) -> None:
        presents = see_cases(session, [row.id for row in rows])
        for row in rows:
            present = presents[row.id]
            rules = snapshot.rules(session, *present.definition)
            scene = Scene(row.id, self._script.fate(row.key), rules, snapshot.tree, present.situation)
            self._given_up.pop(row.id, None)
            self._schedule(row.id, next_acts(scene))

    def _schedule(self, case_id: int, acts: list[Act]) -> None:
        """Keep what is wanted of the case; the queue may hold older moments of it, which find nothing due."""
        wanted = [each for each in acts if each.action not in self._given_up.get(case_id, ())]
        self._planned[case_id] = sorted(wanted, key=lambda each: each.at)
        if wanted:
            heapq.heappush(self._queue, (self._planned[case_id][0].at, case_id))

    def _due(self, now: datetime) -> int | None:
        while self._queue and self._queue[0][0] <= now:
            at, case_id = heapq.heappop(self._queue)
            if (acts := self._planned.get(case_id)) and acts[0].at == at:
                return case_id
        return None

    def _do(self, case_id: int, wanted: Act, now: datetime) -> None:
        """Let it be done. What the rules refuse is not tried again before the case has moved on."""
        rest = self._planned.pop(case_id)[1:]
        try:
            self._write(case_id, wanted, now)
        except GridgovError as error:
            self._stage.refuse(wanted.action, error.code)
            self._given_up.setdefault(case_id, set()).add(wanted.action)
            self._schedule(case_id, rest)
        except OperationalError as error:
            self._schedule(case_id, [wanted, *rest])
            if not isinstance(error.orig, LockNotAvailable):
                raise
            self._stage.refuse(wanted.action, "busy")

    def _write(self, case_id: int, wanted: Act, now: datetime) -> None:
        stage = self._stage
        with stage.transaction() as session:
            session.execute(IMPATIENT)
            snapshot = stage.world.at(session, now)
            if wanted.action == MERGE:
                other = session.execute(BY_KEY, {"source": SOURCE, "key": wanted.inputs["into"]}).scalar_one()
                merge(session, snapshot, case_id, other, wanted.actor, wanted.inputs, now)
                return
            present = lock_cases(session, [case_id])[case_id]
            if present.situation.seq != self._seen[case_id]:
                raise StaleCase("Somebody was quicker.", "他人已先行办理。")
            inputs = {**wanted.inputs, **self._photo(session, wanted)}
            act(session, snapshot, present, wanted.action, wanted.actor, inputs, now)

    def _photo(self, session: Session, wanted: Act) -> dict[str, Any]:
        if wanted.action not in RESOLVING:
            return {}
        real_now: datetime = session.execute(REAL_NOW).scalar_one()
        row, _ = record(session, uploader_of(wanted.actor), uuid4(), self._stage.photo, real_now)
        return {FIELD: [row.id]}
