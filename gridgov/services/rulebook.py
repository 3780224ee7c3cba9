"""Putting rules into a city: the shipped definition, catalogue and calendar, once; what comes later waits."""

import hashlib
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gridgov.adapters.holiday_tables import seed_rows
from gridgov.db.models import CalendarDay, CatalogueRow, DefinitionRow, HourProfileRow, RuleChange
from gridgov.domain.calendar import STANDARD_HOURS
from gridgov.domain.catalogue_file import load_catalogue
from gridgov.domain.definition_file import load_definition
from gridgov.domain.workflow import Definition
from gridgov.workflows import read_text

LOCK = 0x72756C65  # "rule": one refresh at a time
FIRST_YEAR, YEARS_AHEAD = 2010, 3
LONG_AGO = date(1900, 1, 1)
SHIPPED = ("one_compound_one_branch",)


def install_rules(session: Session, today: date) -> None:
    """Add whatever of the shipped rules the city does not have yet: what stands there already is left alone."""
    for name in SHIPPED:
        _install_definition(session, read_text(f"{name}.toml"))
    _install_catalogue(session, read_text("catalogue.toml"))
    _install_calendar(session, today.year + YEARS_AHEAD)
    touch_city(session)


@dataclass(frozen=True)
class Refreshed:
    """What an upgrade found: versions that it `added`, and those that are shipped with `another_text` than is kept."""

    added: tuple[str, ...] = ()
    another_text: tuple[str, ...] = ()


def refresh_rules(session: Session, today: date) -> Refreshed:
    """After an upgrade: add the shipped definitions that are new as versions that are not active, and calendar years.

    A city without rules gets none: seeding installs them. What stands under the same name and version is left alone.
    """
    # Two programs may be started at once: the second waits and finds everything there.
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    if session.execute(select(DefinitionRow.version).limit(1)).scalar() is None:
        return Refreshed()
    added, another_text = list[str](), list[str]()
    for body in (read_text(f"{name}.toml") for name in SHIPPED):
        definition = load_definition(body)
        named = f"{definition.name} {definition.version}"
        known = session.get(DefinitionRow, (definition.name, definition.version))
        if known is None:
            _add_waiting(session, definition, body)
            added.append(named)
        elif known.digest != definition.digest:
            another_text.append(named)
    _install_calendar(session, today.year + YEARS_AHEAD)
    touch_city(session)
    return Refreshed(tuple(added), tuple(another_text))


def _add_waiting(session: Session, definition: Definition, body: str) -> None:
    _add(session, definition, body, active=False)
    note = RuleChange(kind="install", name=definition.name, version=definition.version, data={"by": "upgrade"})
    session.add(note)
    session.flush()


def touch_city(session: Session) -> None:
    """Raise the city's version: every process renews its snapshot at its next transaction."""
    session.execute(text("UPDATE org_version SET version = version + 1"))


def _install_definition(session: Session, body: str) -> None:
    definition = load_definition(body)
    known = session.execute(select(DefinitionRow.version).where(DefinitionRow.name == definition.name)).scalars().all()
    if definition.version in known:
        return
    _add(session, definition, body, active=not known)


def _add(session: Session, definition: Definition, body: str, active: bool) -> None:
    row = {"name": definition.name, "version": definition.version, "digest": definition.digest, "body": body}
    session.add(DefinitionRow(**row, active=active))
    session.flush()


def _install_catalogue(session: Session, body: str) -> None:
    if session.execute(select(CatalogueRow.version).limit(1)).scalar() is not None:
        return
    digest = hashlib.sha256(body.encode()).hexdigest()
    session.add(CatalogueRow(version=load_catalogue(body).version, digest=digest, body=body, active=True))
    session.flush()


def _install_calendar(session: Session, last_year: int) -> None:
    known = {(on, source) for on, source in session.execute(select(CalendarDay.on, CalendarDay.source))}
    fresh = [row for row in seed_rows(FIRST_YEAR, last_year) if (row.on, row.source.value) not in known]
    session.add_all(
        CalendarDay(on=row.on, source=row.source.value, kind=row.kind.value, name_zh=row.name_zh, name_en=row.name_en)
        for row in fresh
    )
    if session.execute(select(HourProfileRow.valid_from).limit(1)).scalar() is None:
        hours = [[begins.isoformat("minutes"), ends.isoformat("minutes")] for begins, ends in STANDARD_HOURS]
        session.add(HourProfileRow(valid_from=LONG_AGO, hours=hours))
    session.flush()
