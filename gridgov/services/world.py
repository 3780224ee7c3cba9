"""The city and its rules as the values that the core works with, kept per process and renewed when they are old.

One small query per transaction asks whether the snapshot still holds; only a change of the city, or a new
day, loads it again.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridgov.adapters.holiday_tables import DayRow, build_calendar, official_until
from gridgov.db.models import CalendarDay, CatalogueRow, DefinitionRow, HourProfileRow
from gridgov.db.queries.changes import places_on, shifts_between, successors_on
from gridgov.db.queries.org import all_units, org_version, posts_on, services_on
from gridgov.domain.appointments import with_merged
from gridgov.domain.calendar import Calendar, DayKind, DaySource, HourProfile
from gridgov.domain.catalogue import Catalogue
from gridgov.domain.catalogue_file import load_catalogue
from gridgov.domain.definition_file import load_definition
from gridgov.domain.errors import NotFound
from gridgov.domain.org import Post, Role, Shift, Tree, Unit, UnitKind
from gridgov.domain.rules import Rules
from gridgov.domain.workflow import Definition

MAIN = "one_compound_one_branch"
ROSTER_AHEAD = timedelta(hours=48)


@dataclass
class World:
    """What this process knows of its city. `at(session, now)` answers with a snapshot that is true at `now`."""

    zone: ZoneInfo
    email_on: bool = False
    _snapshot: "Snapshot | None" = field(default=None, repr=False)

    def at(self, session: Session, now: datetime, version: int | None = None) -> "Snapshot":
        """The city as it is at `now`: the kept snapshot, or a fresh one after a change or at a new day.

        `version` is the city's version where this transaction has read it already.
        """
        if version is None:
            version = session.execute(org_version()).scalar_one()
        day = now.astimezone(self.zone).date()
        known = self._snapshot
        if known is None or (known.tree.version, known.day) != (version, day):
            self._snapshot = known = _load(session, self.zone, version, day)
            known.email_on = self.email_on
        return known


@dataclass
class Snapshot:
    """A city at one moment: its tree and its rules; definitions are read when a case first asks for them.

    `kept` is for what an edge works out of the snapshot again and again, such as a person's statements.
    """

    tree: Tree
    day: date
    catalogue: Catalogue
    calendar: Calendar
    active: tuple[str, int]
    email_on: bool = False
    kept: dict[Hashable, Any] = field(default_factory=dict, repr=False)
    _rules: dict[tuple[str, int], Rules] = field(default_factory=dict, repr=False)

    def rules(self, session: Session, name: str, version: int) -> Rules:
        """The rules that a case pinned to (name, version) is judged by. Raises NotFound."""
        if (name, version) not in self._rules:
            definition = _definition(session, name, version)
            self._rules[name, version] = Rules(definition, self.catalogue, self.calendar)
        return self._rules[name, version]

    def present_rules(self, session: Session) -> Rules:
        """The rules of the definition that new cases are pinned to."""
        return self.rules(session, *self.active)


def renewed(session: Session, snapshot: Snapshot) -> Snapshot:
    """The snapshot with the city as this transaction has made it. Never kept: the transaction may still fail."""
    tree = tree_on(session, snapshot.calendar.zone, snapshot.day, snapshot.tree.version)
    return replace(snapshot, tree=tree, kept={})


def _load(session: Session, zone: ZoneInfo, version: int, day: date) -> Snapshot:
    active = session.execute(
        select(DefinitionRow.version).where(DefinitionRow.name == MAIN, DefinitionRow.active)
    ).scalar_one()
    body = session.execute(select(CatalogueRow.body).where(CatalogueRow.active)).scalar_one()
    tree, calendar = tree_on(session, zone, day, version), _calendar(session, zone)
    return Snapshot(tree, day, load_catalogue(body), calendar, (MAIN, active))


def tree_on(session: Session, zone: ZoneInfo, day: date, version: int = 0) -> Tree:
    """The city as the rows say it is on that day, with the duty shifts of 48 hours from its beginning."""
    units = {row[0]: Unit(row[0], row[1], UnitKind(row[2]), *row[3:]) for row in session.execute(all_units())}
    for unit_id, parent_id, grid_id in session.execute(places_on(day)):
        units[unit_id] = replace(units[unit_id], parent_id=parent_id, grid_id=grid_id)
    serving: dict[tuple[int, UnitKind], tuple[int, ...]] = {}
    for territory, kind, org in session.execute(services_on(day)):
        key = (territory, UnitKind(kind))
        serving[key] = (*serving.get(key, ()), org)
    posts = tuple(Post(person, Role(role), unit) for person, role, unit in session.execute(posts_on(day)))
    into = dict(session.execute(successors_on(day)).all())
    begins = datetime.combine(day, time(0), zone).astimezone(UTC)
    shifts = tuple(Shift(*row) for row in session.execute(shifts_between(begins, begins + ROSTER_AHEAD)))
    return Tree(units, serving, with_merged(posts, into), version, with_merged(shifts, into))


def _calendar(session: Session, zone: ZoneInfo) -> Calendar:
    days = session.execute(select(CalendarDay)).scalars().all()
    rows = [
        DayRow(day.on, DayKind(day.kind), day.name_zh, day.name_en, DaySource(day.source), _hours(day.hours))
        for day in days
    ]
    profiles = session.execute(select(HourProfileRow).order_by(HourProfileRow.valid_from)).scalars()
    dated = tuple(HourProfile(each.valid_from, _hours(each.hours) or ()) for each in profiles)
    return build_calendar(rows, dated, zone, official_until(rows))


def _hours(pairs: list[Any] | None) -> tuple[tuple[time, time], ...] | None:
    if pairs is None:
        return None
    return tuple((time.fromisoformat(begins), time.fromisoformat(ends)) for begins, ends in pairs)


def _definition(session: Session, name: str, version: int) -> Definition:
    body = session.execute(
        select(DefinitionRow.body).where(DefinitionRow.name == name, DefinitionRow.version == version)
    ).scalar()
    if body is None:
        raise NotFound(f"There is no workflow {name} version {version}.", f"没有流程 {name} 第 {version} 版。")
    return load_definition(body)
