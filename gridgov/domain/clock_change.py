"""An event as the clocks of its case see it."""

from dataclasses import dataclass
from datetime import datetime

from gridgov.domain.case import Facts
from gridgov.domain.rules import Rules


@dataclass(frozen=True, slots=True)
class Change:
    """What the clocks must know of an event: the facts around it, the action, its number and its moment.

    `limit` is the way's own limit name, `by_holder` whether the holder acted; `order` is a supervision's
    (due moment or None, level and unit of the orderer); `until` is the end that was granted to a suspension, and
    `public` says that everybody may read what was written.
    """

    rules: Rules
    before: Facts | None
    after: Facts
    action: str
    seq: int
    now: datetime
    limit: str | None = None
    by_holder: bool = False
    order: tuple[datetime | None, int, int | None] | None = None
    until: datetime | None = None
    public: bool = False

    @property
    def entered(self) -> bool:
        """True when a state begins: another one, or the same anew (redispatch, designate)."""
        if self.before is None or self.before.state != self.after.state:
            return True
        return self.before.handler_id != self.after.handler_id
