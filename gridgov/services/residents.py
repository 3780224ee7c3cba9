"""What residents do without an account: report by a code on the wall, and act on the one case that their link opens."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gridgov.adapters.sealing import Sealer
from gridgov.domain.actors import Actor
from gridgov.domain.org import Tree
from gridgov.domain.scrub import scrub
from gridgov.services import ledger
from gridgov.services.intake import Report, Reported, report_case
from gridgov.services.places import Place, place_of_unit
from gridgov.services.qr_codes import place_behind
from gridgov.services.situations import Present
from gridgov.services.tracking import code_of, issue_code, known_report
from gridgov.services.transitions import act
from gridgov.services.world import Snapshot

SOURCE = "qr"
NOBODY = Actor(None)
"""Whoever stands before a wall."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A resident's report: the case, and the code by which it is followed (None: the secret key was changed)."""

    reported: Reported
    code: str | None


@dataclass(frozen=True)
class WallReport:
    """What a resident sends: the code on the wall, and their words; `contact` holds name, phone and email, if any."""

    qr: str
    description: str
    category: str | None = None
    address: str | None = None
    contact: Mapping[str, str] | None = None
    wants_updates: bool = False
    client_ref: str | None = None
    captured_at: datetime | None = None


def report_by_code(session: Session, snapshot: Snapshot, sealer: Sealer, report: WallReport, now: datetime) -> Followed:
    """The case that the report becomes, with its tracking code; the same report sent again is the same case.

    The same: the same words from the same place under the same `client_ref`. The words count, because a reference
    alone may be guessed, and the answer opens the case.

    Raises UnknownCode for a code that does not hang, Invalid for what intake refuses.
    """
    place = place_of_code(session, snapshot.tree, report.qr)
    key = _report_key(sealer, report, place)
    known = known_report(session, key) if key else None
    if known is not None:
        return Followed(Reported(known), code_of(session, sealer, known))
    taken = report_case(session, snapshot, sealer, NOBODY, _as_report(report, place), now)
    return Followed(taken, issue_code(session, sealer, taken.case_id, key, now))


def place_of_code(session: Session, tree: Tree, qr: str) -> Place:
    """Compound and building behind a code on the wall. Raises UnknownCode."""
    unit = tree.units[place_behind(session, qr)]
    return place_of_unit(unit.id, "qr", unit.kind, tree)


def respond(
    session: Session, snapshot: Snapshot, present: Present, action: str, inputs: Mapping[str, Any], now: datetime
) -> ledger.Entry:
    """Let whoever holds the link do `action` on its case, locked; numbers of people in the note are masked first.

    Raises what services.transitions.act raises.
    """
    words = {name: scrub(value).text if name == "note" else value for name, value in inputs.items()}
    return act(session, snapshot, present, action, reporter_of(present.case_id), words, now)


def reporter_of(case_id: int) -> Actor:
    """Whoever holds the link of a case."""
    return Actor(None, reporter_of=case_id)


def _as_report(report: WallReport, place: Place) -> Report:
    """A client's own reference stays with the tracking code: two residents may well use the same one."""
    filled = Report(place, report.description, category=report.category, address=report.address, source=SOURCE)
    contact = dict(report.contact or {})
    return replace(filled, contact=contact, wants_updates=report.wants_updates, captured_at=report.captured_at)


def _report_key(sealer: Sealer, report: WallReport, place: Place) -> bytes | None:
    if report.client_ref is None:
        return None
    where = f"{place.compound_id}/{place.building_id}"
    return sealer.mark("resident's report", "\0".join((where, report.client_ref, report.description)))
