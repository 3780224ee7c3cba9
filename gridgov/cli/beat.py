"""`gridgov beat`: Celery's ticks."""

import os

import click

from gridgov.embedded.servers import servers_for
from gridgov.settings import read_settings
from workers.beat import make_beat_app, run_beat


@click.command
def beat() -> None:
    """Send the regular ticks until a signal ends it; nothing depends on them, and two of it are fine."""
    with servers_for(read_settings(os.environ)) as urls:
        run_beat(make_beat_app(urls.redis_url))
