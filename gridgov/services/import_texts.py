"""What people wrote in an imported case, with the numbers that identify somebody masked before anything is kept."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gridgov.domain.bigrams import words_of
from gridgov.domain.mapping import ImportedCase
from gridgov.domain.scrub import Identifier, scrub


@dataclass(frozen=True, slots=True)
class Draft:
    """A case to import with its texts masked; `masked` counts what was found in them, by kind."""

    case: ImportedCase
    title: str
    description: str
    address: str
    reply: str
    masked: Mapping[Identifier, int]

    def columns(self, sensitive: bool, promised_at: datetime | None) -> dict[str, Any]:
        """The columns of the case's row that its facts do not tell."""
        case = self.case
        return {
            "kind": "imported",
            "title": self.title,
            "description": self.description,
            "address": self.address or None,
            "lat": case.point.lat if case.point else None,
            "lon": case.point.lon if case.point else None,
            "source": case.channel,
            "external_source": case.external_source,
            "external_number": case.external_number,
            "sensitive": sensitive,
            "promised_at": promised_at,
            "search": " ".join(words_of(f"{self.title} {self.description} {self.address}")),
        }


def masked(case: ImportedCase) -> Draft:
    """The case with title, description, address and reply as they may be kept."""
    found: Counter[Identifier] = Counter()
    texts = [scrub(text) for text in (case.title, case.description, case.address, case.reply)]
    for text in texts:
        found.update(text.found)
    return Draft(case, texts[0].text, texts[1].text, texts[2].text, texts[3].text, found)
