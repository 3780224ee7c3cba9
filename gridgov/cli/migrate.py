"""`gridgov migrate`: the city's schema, brought to the newest revision."""

import click

from gridgov.cli.refreshed import refreshed
from gridgov.cli.running import running_city
from gridgov.migrations.upgrade import upgrade


@click.command
def migrate() -> None:
    """Bring the tables of the city up to date, and add what is shipped anew; harmless when they are."""
    with running_city() as runtime:
        city = runtime.settings.city
        upgrade(runtime.engine, city)
        added = refreshed(runtime)
    for line in added:
        click.echo(line)
    click.echo(f"The tables of {city} are up to date. {city} 的数据表已是最新。")
