"""`gridgov logins`: the demonstration's logins once more."""

import os

import click

from gridgov.adapters.demo_logins import FILE_NAME, read_demo_logins
from gridgov.domain.errors import NotFound
from gridgov.services.demo_logins import summary
from gridgov.settings import read_settings


@click.command
def logins() -> None:
    """Print the password of the demonstration and who may use it, as kept in the data folder."""
    home = read_settings(os.environ).home
    kept = read_demo_logins(home)
    if kept is None:
        raise NotFound(f"{home / FILE_NAME} is not there: no demonstration city was seeded from this data folder.",
                       f"没有 {home / FILE_NAME}：此数据目录没有生成过演示城市。")
    click.echo(summary(kept, home))
