"""Celery's application, built for one broker, and what a worker process is given. The values: adapters.broker."""

import warnings
from collections.abc import Callable
from typing import Any

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import worker_process_init, worker_ready

from gridgov.adapters.broker import QUEUES, celery_settings
from gridgov.adapters.file_store import FileStore
from gridgov.adapters.mail import mailer_for
from gridgov.db.session import SWEEP_TIMEOUT_MS, Transactions, make_engine
from gridgov.services.heartbeats import process_name
from gridgov.services.world import World
from gridgov.settings import Settings
from gridgov.tasks import close, escalate, housekeeping, imports, notify, reconcile
from gridgov.tasks.runtime import TaskRuntime, configure, forget_parents
from workers.canary import Canary, end_process

TASK_MODULES = (close, escalate, housekeeping, imports, notify, reconcile)
WORKER_ARGUMENTS = (
    *("--quiet", "worker", "--pool", "prefork", "--loglevel", "WARNING"),
    # Chatter between workers has stopped them from consuming (reliability.md C5); the heartbeat stays.
    *("--without-gossip", "--without-mingle"),
)


def make_app(broker_url: str) -> Celery:
    """The application on that broker, with every task. Raises ValueError for a broker that Celery cannot use."""
    app = Celery("gridgov")
    app.conf.update(celery_settings(broker_url))
    app.finalize()
    return app


def run_worker(
    app: Celery, settings: Settings, database_url: str, queues: tuple[str, ...] = QUEUES, concurrency: int = 2
) -> None:
    """Work until a signal ends it, with `concurrency` children."""
    configure(runtime_factory(settings, database_url))
    # It warns a superuser because of pickle; messages here are JSON, and small machines know no other user.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    worker_process_init.connect(_in_child, weak=False)
    worker_ready.connect(_at_work, weak=False)
    app.worker_main([*WORKER_ARGUMENTS, "--concurrency", str(concurrency), "--queues", ",".join(queues)])


def runtime_factory(settings: Settings, database_url: str) -> Callable[[], TaskRuntime]:
    """How a child makes its runtime when its first task starts. Raises ValueError for an unusable GRIDGOV_SMTP_URL."""
    mailer = mailer_for(settings.smtp_url)

    def make() -> TaskRuntime:
        engine = make_engine(database_url, settings.city, SWEEP_TIMEOUT_MS, pool_size=1)
        world = World(settings.timezone, email_on=mailer is not None)
        process = process_name("worker")
        city, files = (settings.city, settings.public_url), FileStore(settings.files)
        days = settings.contact_days
        return TaskRuntime(engine, Transactions(engine), world, mailer, *city, process, files, days)

    return make


def _in_child(**_: object) -> None:
    forget_parents()


def _at_work(sender: Any, **_: object) -> None:
    """The worker takes tasks from now on: watch that it goes on doing so."""
    Canary(sender.app, sender.hostname, end_process).start()
