"""One line and one count per request: method, path, status, how long, who. Never a query, a body or a secret."""

from time import perf_counter

import structlog
from flask import Flask, Response, current_app, g, request
from prometheus_client import Counter, Histogram

from gridgov.http.access import PUBLIC

log = structlog.get_logger(__name__)

REQUESTS = Counter("gridgov_requests_total", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram(
    "gridgov_request_seconds",
    "Seconds from a request to its answer.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
# Asked every few seconds by machines: counted, not written down.
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def install(app: Flask) -> None:
    """Log and count every request of `app`."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.began = perf_counter()


def _end(response: Response) -> Response:
    seconds = perf_counter() - g.get("began", perf_counter())
    route = str(request.url_rule) if request.url_rule is not None else "unknown"
    # A made-up method may not become a label of its own.
    method = request.method if request.method in METHODS else "other"
    REQUESTS.labels(method, route, str(response.status_code)).inc()
    SECONDS.labels(route).observe(seconds)
    if route not in QUIET:
        log.info(
            "request",
            method=request.method,
            path=_path(route),
            status=response.status_code,
            ms=round(seconds * 1000, 1),
            person=g.get("person_id"),
        )
    return response


def _path(route: str) -> str:
    """The path; of a public view its pattern only, because a tracking code in the path is a secret."""
    view = current_app.view_functions.get(request.endpoint or "")
    return route if getattr(view, "access", None) == PUBLIC else request.path
