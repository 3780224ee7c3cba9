"""`gridgov pulse`: whether a process beside the web is alive, for the health checks of containers."""

import sys

import click
from sqlalchemy import func, select

from gridgov.cli.running import running_city
from gridgov.db.models import Heartbeat
from gridgov.services.heartbeats import process_name

# A sweeper speaks every few seconds, a worker with each canary, which flies twice a minute (workers.canary).
SILENCE_SECONDS = {"sweeper": 60, "worker": 120}


@click.command(hidden=True)
@click.argument("kind", type=click.Choice(list(SILENCE_SECONDS)))
def pulse(kind: str) -> None:
    """Exit 0 when a process of KIND on this machine has lately said that it is alive."""
    here = process_name(kind).rpartition(":")[0]
    age = func.extract("epoch", func.now() - func.max(Heartbeat.seen_at))
    with running_city() as runtime, runtime.transaction() as session:
        seconds = session.execute(select(age).where(Heartbeat.process.startswith(f"{here}:", autoescape=True))).scalar()
    click.echo(f"{here} was never seen." if seconds is None else f"{here} was seen {float(seconds):.0f} s ago.")
    sys.exit(0 if seconds is not None and seconds <= SILENCE_SECONDS[kind] else 1)
