"""Views whose body takes long to work on: the caller is known, then the work is done, then a transaction opens."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, g

from gridgov.domain.actors import Actor
from gridgov.domain.rights import Permission
from gridgov.http.access import requires

View = Callable[..., Any]


def requires_prepared(permission: Permission, prepare: Callable[[], Any]) -> Callable[[View], Callable[..., Response]]:
    """As `@requires`, but with `prepare` done between two units of work: no transaction is open meanwhile.

    Who may not come in is refused before `prepare` runs; the view finds what it made by `prepared()`.
    """

    def mark(view: View) -> Callable[..., Response]:
        gate, through = requires(permission)(_come_in), requires(permission)(view)

        @wraps(through)
        def allowed(*args: Any, **kwargs: Any) -> Response:
            gate()
            g.prepared = prepare()
            return through(*args, **kwargs)

        return allowed

    return mark


def prepared() -> Any:
    """What `prepare` made for the current request."""
    return g.prepared


def _come_in(actor: Actor) -> tuple[str, int]:
    return "", 204
