"""A demonstration lived without waiting: the clock is moved, the player plays, the sweeper sweeps."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, text

from gridgov.adapters.sealing import Sealer
from gridgov.db.session import Transactions
from gridgov.demo.play import Player, Stage
from gridgov.demo.script import Script
from gridgov.services.escalation import sweep_due
from gridgov.services.uploads import Stored
from gridgov.services.world import World

ZONE = ZoneInfo("Asia/Shanghai")
PHOTO = Stored("0" * 64, "0" * 64, "0" * 64, "image/jpeg", 1, 1, 1)
URGENT = frozenset({"0101", "0102", "0105", "0106", "0107", "0201", "0202", "0206", "0301", "0303", "0304", "0305"})


@dataclass
class Demonstration:
    """A player in a city of its own database, what it told and what was refused."""

    engine: Engine
    script: Script
    lines: list[str] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.transaction, self.world = Transactions(self.engine), World(ZONE)
        self.player = self.fresh_player()

    def fresh_player(self) -> Player:
        """A player who has seen nothing yet, as after a restart."""
        stage = Stage(
            self.transaction, World(ZONE), Sealer("for tests only"), PHOTO, self.lines.append,
            lambda action, code: self.refused.update([f"{action} {code}"]),
        )  # fmt: skip
        return Player(stage, self.script)

    def replayed(self, script: Script) -> None:
        """Go on by another script, as after a restart with other options."""
        self.script = script
        self.player = self.fresh_player()

    def live(self, begin: datetime, span: timedelta, step: timedelta) -> datetime:
        """Live so long in such steps; the moment at the end."""
        now = begin
        while now < begin + span:
            now += step
            self.player.play(now, seconds=30)
            self.sweep(now)
        self.player.play(now, seconds=30)
        return now

    def sweep(self, now: datetime) -> None:
        """Fire everything that is due."""
        while True:
            with self.transaction() as session:
                if not sweep_due(session, self.world, now):
                    return

    def count(self, condition: str) -> int:
        """How many events of the city there are for which the SQL holds."""
        with self.transaction() as session:
            return int(session.execute(text(f"SELECT count(*) FROM case_events WHERE {condition}")).scalar_one())
