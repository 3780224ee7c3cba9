"""Through whose eyes an answer is made: what every portrait needs to name units and speak a language."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gridgov.domain.actors import Actor
from gridgov.domain.errors import Text
from gridgov.services.world import Snapshot


@dataclass(frozen=True)
class View:
    """Through whose eyes and when: the city, the person, the moment (aware UTC), `zh` or `en`."""

    session: Session
    snapshot: Snapshot
    actor: Actor
    now: datetime
    language: str

    def word(self, text: str) -> str:
        """A sentence in the language of the view."""
        return text.zh if self.language == "zh" and isinstance(text, Text) else str(text)

    def unit(self, unit_id: int | None) -> dict[str, Any] | None:
        """A unit as an answer names it."""
        unit = self.snapshot.tree.units.get(unit_id) if unit_id is not None else None
        if unit is None:
            return None
        name = unit.name_zh if self.language == "zh" else unit.name_en
        return {"id": unit.id, "code": unit.code, "kind": unit.kind.value, "name": name}
