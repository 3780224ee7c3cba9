"""`gridgov work`: a Celery worker."""

import os

import click

from gridgov.adapters.broker import QUEUES
from gridgov.embedded.servers import servers_for
from gridgov.settings import read_settings
from workers.celery_app import make_app, run_worker


@click.command
@click.option("--queues", default=",".join(QUEUES), show_default=True, help="The queues to take from.")
@click.option("--concurrency", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes at work.")
def work(queues: str, concurrency: int) -> None:
    """Take tasks from the queues until a signal ends it."""
    chosen = tuple(name.strip() for name in queues.split(",") if name.strip())
    if not chosen or set(chosen) - set(QUEUES):
        raise click.BadParameter(f"The queues are {', '.join(QUEUES)}.", param_hint="--queues")
    settings = read_settings(os.environ)
    with servers_for(settings) as urls:
        run_worker(make_app(urls.redis_url), settings, urls.database_url, chosen, concurrency)
