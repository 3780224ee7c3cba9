"""The three texts a case is judged by, held together: the definition, the catalogue, the calendar."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from gridgov.domain.calendar import Calendar
from gridgov.domain.case import Facts
from gridgov.domain.catalogue import Catalogue, Category
from gridgov.domain.durations import Span
from gridgov.domain.workflow import Definition, HolderRule


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

    def holder_rule(self, facts: Facts) -> HolderRule:
        """Who must act in the case's state: with a counter used up that leaves only the city, the city."""
        rule = self.definition.holders[self.definition.states[facts.state].holder or ""]
        if rule.city_after is None or facts.count(rule.city_after) < self.definition.counters[rule.city_after].most:
            return rule
        return replace(rule, chain=rule.chain[-1:], unused=False)
