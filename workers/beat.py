"""Celery's beat as a process: light, because it knows the names of the tasks and nothing of what they do."""

from celery import Celery

from gridgov.adapters.broker import celery_settings
from workers.schedule import BEAT_SCHEDULE


def make_beat_app(broker_url: str) -> Celery:
    """An application that only sends the ticks of the table. Raises ValueError for a broker Celery cannot use."""
    app = Celery("gridgov.beat")
    app.conf.update(celery_settings(broker_url), beat_schedule=BEAT_SCHEDULE)
    return app


def run_beat(app: Celery) -> None:
    """Send ticks until a signal ends it. The schedule lives in memory: there is nothing to lose."""
    app.Beat(scheduler_cls="celery.beat:Scheduler", loglevel="WARNING", quiet=True).run()
