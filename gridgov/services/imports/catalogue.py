"""A catalogue file becomes the city's active catalogue, once it is proved. Running cases keep their frozen limits."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from gridgov.db.models import Case, CatalogueRow
from gridgov.domain.calendar import Calendar
from gridgov.domain.catalogue import Catalogue, Category
from gridgov.domain.catalogue_file import load_catalogue
from gridgov.domain.errors import Text
from gridgov.domain.mapping import Rejected
from gridgov.domain.org import Tree
from gridgov.domain.verifier import Finding, verify
from gridgov.domain.workflow import Definition
from gridgov.services.imports.outcome import Outcome, Verdict
from gridgov.services.intake import UNKNOWN_CATEGORY
from gridgov.services.rulebook import touch_city

WHOLE_FILE = 0
"""The row number of what concerns no row."""


@dataclass(frozen=True)
class City:
    """What a catalogue is proved against: the active definition, catalogue and calendar, the units and people."""

    definition: Definition
    catalogue: Catalogue
    calendar: Calendar
    tree: Tree


class CatalogueImport:
    """One catalogue file; it is taken whole or not at all."""

    def __init__(self, text: str, city: City) -> None:
        """Load and prove it, which takes seconds: never inside a transaction. Raises DefinitionError."""
        self._text, self._city = text, city
        self._digest = hashlib.sha256(text.encode()).hexdigest()
        self._catalogue = load_catalogue(text)
        self._findings = _findings(self._catalogue, city)

    def count(self) -> int:
        """The categories of the file."""
        return len(self._catalogue.categories)

    def chunks(self) -> Iterator[Sequence[Category]]:
        """All categories at once."""
        yield self._catalogue.categories

    def pass_over(self, chunk: Sequence[Category], now: datetime) -> None:
        """Nothing follows the only chunk."""

    def look(self, session: Session, chunk: Sequence[Category], now: datetime) -> Outcome:
        """What would become of the categories; with one refusal nothing becomes of any."""
        outcome = Outcome()
        if self._is_active(session):
            outcome.counts[Verdict.UNCHANGED] = len(chunk)
            return outcome
        refusals = [*self._findings, *self._of_the_city(session)]
        outcome.refused = [Rejected(WHOLE_FILE, str(each), each.zh) for each in refusals]
        if not refusals:
            self._compare(outcome)
        return outcome

    def write(self, session: Session, chunk: Sequence[Category], now: datetime) -> Outcome:
        """Make the catalogue the active one, and let every process learn of it."""
        outcome = self.look(session, chunk, now)
        if not outcome.refused and not self._is_active(session):
            session.execute(update(CatalogueRow).where(CatalogueRow.active).values(active=False))
            row = CatalogueRow(version=self._catalogue.version, digest=self._digest, body=self._text, active=True)
            session.add(row)
            session.flush()
            touch_city(session)
        return outcome

    def remarks(self) -> Sequence[Text]:
        """Everything is said row by row."""
        return ()

    def _is_active(self, session: Session) -> bool:
        return session.execute(select(CatalogueRow.digest).where(CatalogueRow.active)).scalar() == self._digest

    def _of_the_city(self, session: Session) -> Iterator[Text]:
        """What the city's cases and earlier catalogues do not allow."""
        newest = session.execute(select(func.max(CatalogueRow.version))).scalar() or 0
        if self._catalogue.version <= newest:
            yield Text(f"version has to be {newest + 1} at least.", f"version 至少应为 {newest + 1}。")
        codes = {category.code for category in self._catalogue}
        gone = [category.code for category in self._city.catalogue if category.code not in codes]
        used = set(session.execute(select(Case.category).where(Case.category.in_(gone)).distinct()).scalars())
        for code in sorted(used | ({UNKNOWN_CATEGORY} - codes)):
            yield Text(f"Category {code} is needed by cases and cannot go.", f"类别 {code} 仍被案件使用，不能删除。")

    def _compare(self, outcome: Outcome) -> None:
        before = {category.code: category for category in self._city.catalogue}
        for category in self._catalogue:
            known = before.pop(category.code, None)
            differing = () if known is None else _differing(known, category)
            verdict = Verdict.ADDED if known is None else Verdict.CHANGED if differing else Verdict.UNCHANGED
            outcome.add(None, category.code, verdict, differing)
        for code in before:
            outcome.add(None, code, Verdict.REMOVED)


def _findings(catalogue: Catalogue, city: City) -> list[Text]:
    """What the proofs say against the catalogue in this city, and did not say against the one before."""
    new = verify(city.definition, catalogue, city.calendar, city.tree).findings
    if not new:
        return []
    old = {_key(each) for each in verify(city.definition, city.catalogue, city.calendar, city.tree).findings}
    return [_sentence(each) for each in new if _key(each) not in old]


def _key(finding: Finding) -> tuple[int, str]:
    return finding.proof, str(finding.sentence)


def _sentence(finding: Finding) -> Text:
    path = " → ".join(finding.path)
    en = f"Proof {finding.proof}: {finding.sentence} ({path})"
    return Text(en, f"验证项 {finding.proof}:{finding.sentence.zh}（{path}）")


def _differing(one: Category, other: Category) -> tuple[str, ...]:
    """The fields in which two categories differ, Chinese sentences included."""
    return tuple(each.name for each in fields(Category) if _told(one, each.name) != _told(other, each.name))


def _told(category: Category, name: str) -> object:
    value = getattr(category, name)
    return (str(value), value.zh) if isinstance(value, Text) else value
