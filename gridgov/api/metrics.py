"""Numbers for Prometheus, outside /api/v1: requests of this server, and four gauges of the city. No personal data."""

import os
from collections.abc import Iterable

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from gridgov.db.queries.readiness import gauges
from gridgov.http.access import public
from gridgov.http.context import edge

blueprint = Blueprint("metrics", __name__)

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
GAUGES = (
    ("gridgov_cases_open", "Cases that are not over."),
    ("gridgov_clocks_overdue", "Running clocks whose next moment is past: work that the sweeper has before it."),
    ("gridgov_clocks_oldest_overdue_seconds", "How long the oldest of them is past, in the city's time."),
    ("gridgov_outbox_pending", "Messages that are to be sent."),
)


@blueprint.get("/metrics")
@public
def metrics() -> Response:
    """Counters of all workers where they share a folder (PROMETHEUS_MULTIPROC_DIR), else of this process."""
    body = generate_latest(_requests()) + generate_latest(_city())
    return Response(body, content_type=CONTENT_TYPE_LATEST)


def _requests() -> CollectorRegistry:
    folder = os.environ.get(SHARED_FOLDER)
    if not folder:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]  # prometheus-client leaves it out
    return registry


def _city() -> CollectorRegistry:
    with edge().runtime.transaction() as session:
        values = session.execute(gauges()).one()
    registry = CollectorRegistry()
    registry.register(_Gauges([float(value or 0) for value in values]))
    return registry


class _Gauges(Collector):
    """The city's gauges as they stand now."""

    def __init__(self, values: list[float]) -> None:
        self.values = values

    def collect(self) -> Iterable[Metric]:
        """One family a gauge."""
        for (name, meaning), value in zip(GAUGES, self.values, strict=True):
            yield GaugeMetricFamily(name, meaning, value=value)
