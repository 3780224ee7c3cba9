"""What a request has: the runtime, the city's world, and one transaction with its moment. Who asks: access.py."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Flask, Response, current_app, g, make_response
from sqlalchemy.orm import Session

from gridgov.adapters.rate_limits import RateLimits
from gridgov.bootstrap import Runtime
from gridgov.domain.actors import Actor
from gridgov.domain.rights import Permission
from gridgov.services.identity import Caller, Moment, moment_of
from gridgov.services.places import Atlases
from gridgov.services.world import Snapshot, World

NAME = "gridgov"


@dataclass(frozen=True)
class Edge:
    """What an application serves: a runtime, what this process knows of its city and map, and who asks too often."""

    runtime: Runtime
    world: World
    limits: RateLimits
    atlases: Atlases = field(default_factory=Atlases)


@dataclass
class Work:
    """The unit of work of one request: its transaction, its moment, the city as it is then, and who asks.

    `now` is the city's time; `clock` the real one, by which credentials end. `caller` and `actor` are None, and
    `permissions` is empty, in a public view. `last` are run on the answer before the commit.
    """

    session: Session
    now: datetime
    clock: datetime
    snapshot: Snapshot
    caller: Caller | None = None
    actor: Actor | None = None
    permissions: frozenset[Permission] = frozenset()
    last: list[Callable[[Response], None]] = field(default_factory=list)


def install(app: Flask, runtime: Runtime, world: World) -> None:
    """Let the requests of `app` work on that city."""
    app.extensions[NAME] = Edge(runtime, world, RateLimits(runtime.settings.redis_url))


def edge() -> Edge:
    """The runtime and world of the current application."""
    found: Edge = current_app.extensions[NAME]
    return found


def work() -> Work:
    """The unit of work that the current request has open; a view behind `@requires` always has one."""
    found: Work = g.work
    return found


@contextmanager
def unit_of_work() -> Iterator[Work]:
    """The request's unit of work: the one that is open already, else a new one for a public view.

    Committed at the end of the outermost `with`, rolled back whole when anything is raised.
    """
    if "work" in g:
        yield g.work
        return
    with opened(lambda session: (moment_of(session), None)) as one:
        yield one


@contextmanager
def opened(begin: Callable[[Session], tuple[Moment, Caller | None]]) -> Iterator[Work]:
    """A new unit of work whose moment and caller `begin` reads, in one statement, at the start."""
    here = edge()
    with here.runtime.transaction() as session:
        moment, caller = begin(session)
        g.person_id = caller.person_id if caller else None
        snapshot = here.world.at(session, moment.now, moment.version)
        g.work = Work(session, moment.now, moment.clock, snapshot, caller)
        try:
            yield g.work
        finally:
            g.pop("work")


def finished(result: Any, work: Work) -> Response:
    """What a view gave back as a response, ready for the commit; a refusal (400 and above) changes nothing."""
    response = make_response(result)
    if response.status_code >= 400:
        work.session.info.pop("hints", None)
        work.session.rollback()
        return response
    for step in work.last:
        step(response)
    work.session.flush()
    return response
