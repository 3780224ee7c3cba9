"""`gridgov sweep`: the process that makes time pass. No Celery is imported here: it has to stay light."""

import logging
import os
import sys

import click

from gridgov.embedded.servers import servers_for
from gridgov.settings import read_settings
from workers.stop import Stop
from workers.sweeper import run_sweeper

LOG_FORMAT = "%(levelname)s %(name)s %(message)s"


@click.command
def sweep() -> None:
    """Fire what is due and send what waits, until a signal ends it; needs the database only."""
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format=LOG_FORMAT)
    settings, stop = read_settings(os.environ), Stop()
    stop.on_signals()
    with servers_for(settings) as urls:
        run_sweeper(settings, urls.database_url, stop)
