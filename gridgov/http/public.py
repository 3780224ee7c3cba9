"""What stands around a view that residents reach without an account: budgets first, then one transaction.

The budgets are asked before the transaction begins, and a code that opened nothing is counted after it has ended:
no database connection ever waits for Redis.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any

from flask import Response, request

from gridgov.domain.addresses import caller_network
from gridgov.domain.errors import RateLimited, Text
from gridgov.domain.secret_codes import UnknownCode
from gridgov.http.context import edge, finished, unit_of_work

View = Callable[..., Any]

MINUTE, HOUR = 60, 3600
TOO_OFTEN = Text("Too many requests from here; please wait a moment.", "请求过于频繁，请稍后再试。")


class Per(StrEnum):
    """Whose tries are counted together."""

    ADDRESS = "address"
    CODE = "code"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Budget:
    """`most` tries within `seconds`, for each address, each code, or each of both together."""

    name: str
    per: Per
    most: int
    seconds: int


REPORTS = (
    Budget("report here", Per.BOTH, 5, 10 * MINUTE),
    Budget("report", Per.ADDRESS, 30, 10 * MINUTE),
    # Far above what a building reports in its worst hour: a crowd of addresses shall not bury a branch.
    Budget("reports of a place", Per.CODE, 120, HOUR),
)
LOOK_UPS = (Budget("look up", Per.ADDRESS, 30, MINUTE),)
RESPONSES = (*LOOK_UPS, Budget("respond", Per.CODE, 20, 10 * MINUTE))
PLACES = (Budget("place", Per.ADDRESS, 60, MINUTE),)

# Apart, so that whoever guesses tracking codes behind a shared address stops nobody's report from a wall.
WRONG_TRACKING = Budget("wrong tracking code", Per.ADDRESS, 20, HOUR)
WRONG_QR = Budget("wrong QR code", Per.ADDRESS, 20, HOUR)


def within(budgets: tuple[Budget, ...], wrong: Budget, code: Callable[..., str]) -> Callable[[View], View]:
    """Let the view run while every budget holds; `code` names, from what the view gets, the code that was sent.

    A code that opens nothing is charged to `wrong`; once that is spent, no code is looked at. Raises RateLimited.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def limited(*args: Any, **kwargs: Any) -> Any:
            asked = code(*args, **kwargs)
            _require(edge().limits.wait(*_window(wrong, asked)))
            for budget in budgets:
                _require(edge().limits.take(*_window(budget, asked)))
            try:
                return view(*args, **kwargs)
            except UnknownCode:
                edge().limits.take(*_window(wrong, asked))
                raise

        return limited

    return mark


def transacted(view: View) -> Callable[..., Response]:
    """Run the view in a unit of work of its own that is committed before its answer leaves, as `@requires` does."""

    @wraps(view)
    def whole(*args: Any, **kwargs: Any) -> Response:
        with unit_of_work() as work:
            return finished(view(*args, **kwargs), work)

    return whole


def _window(budget: Budget, code: str) -> tuple[str, int, int]:
    """The key is a mark: neither an address nor a code reaches the server that counts."""
    address = caller_network(request.remote_addr or "")
    who = {Per.ADDRESS: address, Per.CODE: code, Per.BOTH: f"{address} {code}"}[budget.per]
    key = edge().runtime.sealer.mark("rate limit", f"{budget.name}\0{who}").hex()[:32]
    return key, budget.most, budget.seconds


def _require(wait: float) -> None:
    if wait > 0:
        raise RateLimited(str(TOO_OFTEN), TOO_OFTEN.zh, retry_after=wait)
