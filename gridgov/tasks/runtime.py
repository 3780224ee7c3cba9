"""What a task finds when it starts: the runtime of its process, made once and only when first needed.

`workers` says how it is made; a forked child forgets its parent's and makes its own.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from celery import shared_task
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gridgov.adapters.mail import Mailer
from gridgov.db.session import Transactions, city_now, dispose_after_fork
from gridgov.services.delivery import PostOffice
from gridgov.services.world import World
from gridgov.tasks import TaskName

Body = TypeVar("Body", bound=Callable[..., None])


@dataclass(frozen=True)
class TaskRuntime:
    """The database, the city and the mailer of one process; `mailer` is None when no mail leaves the house."""

    engine: Engine
    transaction: Transactions
    world: World
    mailer: Mailer | None
    city: str
    public_url: str
    process: str
    files: Path

    @property
    def office(self) -> PostOffice | None:
        """What sending needs, None when no mail leaves the house."""
        if self.mailer is None:
            return None
        return PostOffice(self.transaction, self.world, self.mailer, self.city, self.public_url)


@dataclass
class _Place:
    factory: Callable[[], TaskRuntime] | None = None
    made: TaskRuntime | None = field(default=None)


_PLACE = _Place()


def configure(factory: Callable[[], TaskRuntime]) -> None:
    """Say how the runtime of this process and of its children is made."""
    _PLACE.factory, _PLACE.made = factory, None


def forget_parents() -> None:
    """In a forked child: drop the parent's runtime without closing its connections."""
    if _PLACE.made is not None:
        dispose_after_fork(_PLACE.made.engine)
        _PLACE.made = None


def current() -> TaskRuntime:
    """The runtime of this process. Raises RuntimeError when no entry point has configured one."""
    if _PLACE.factory is None:
        raise RuntimeError("No entry point has configured the tasks.")
    if _PLACE.made is None:
        _PLACE.made = _PLACE.factory()
    return _PLACE.made


@contextmanager
def at_work() -> Iterator[tuple[Session, TaskRuntime, datetime]]:
    """A transaction, the runtime and the city's time: committed at the end, rolled back when anything is raised."""
    here = current()
    with here.transaction() as session:
        yield session, here, city_now(session)


def task(name: TaskName) -> Callable[[Body], Body]:
    """Register a function as the task of that name."""
    registered: Callable[[Body], Body] = shared_task(name=name.value)
    return registered
