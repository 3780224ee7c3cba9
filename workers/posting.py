"""The lanes' loop: it looks with little whether anything is to be sent, and loads what sending needs when there is."""

from importlib import import_module
from typing import Protocol

from gridgov.db.session import Transactions
from gridgov.services.due_lanes import prepare_lanes
from gridgov.services.world import World
from gridgov.settings import Settings

DISPATCHER = "workers.dispatcher"


class Sending(Protocol):
    """What starts lanes: workers.dispatcher.Dispatcher."""

    def start(self, lanes: list[str]) -> int:
        """Start those that are not at work; how many were started."""

    def join(self, seconds: float) -> None:
        """Wait for what is on its way."""


class Posting:
    """Makes the rows that are due and has their lanes started. A city without addresses carries no Apprise."""

    def __init__(self, settings: Settings, transaction: Transactions) -> None:
        """`transaction` is the lanes' own: they wait for services, never for a connection that the sweep needs."""
        self._settings, self._transaction = settings, transaction
        self._world = World(settings.timezone)
        self._sending: Sending | None = None

    def start_due(self) -> int:
        """One look; how many lanes were started."""
        lanes = prepare_lanes(self._transaction, self._world)
        if not lanes:
            return 0
        if self._sending is None:
            self._sending = import_module(DISPATCHER).make_dispatcher(self._settings, self._transaction)
        return self._sending.start(lanes)

    def join(self, seconds: float) -> None:
        """Wait for what is on its way, `seconds` at most."""
        if self._sending is not None:
            self._sending.join(seconds)
