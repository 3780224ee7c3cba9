"""The three texts a case is judged by, held together: the definition, the catalogue, the calendar."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from gridgov.domain.calendar import Calendar
from gridgov.domain.case import Facts
from gridgov.domain.catalogue import Catalogue, Category
from gridgov.domain.durations import Span
from gridgov.domain.workflow import Definition


@dataclass(frozen=True)
class Rules:
    """What the city has decided: immutable, shared by every case of one definition version."""

    definition: Definition
    catalogue: Catalogue
    calendar: Calendar

    def day(self, moment: datetime) -> date:
        """The date in the city at that moment."""
        return moment.astimezone(self.calendar.zone).date()

    def category(self, facts: Facts) -> Category:
        """The case's category."""
        return self.catalogue.get(facts.category)

    def ladder(self, priority: str) -> Mapping[str, Span]:
        """The steps after a missed limit for that priority: subdistrict, city, again."""
        return {name: row[priority] for name, row in self.definition.ladder.items()}
