"""`gridgov prepare`: what `gridgov up` has done in a process of its own, so that it stays small itself."""

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridgov.adapters.demo_logins import read_demo_logins
from gridgov.cities.xuanwei import plan_xuanwei
from gridgov.cli.refreshed import refreshed
from gridgov.cli.running import running_city
from gridgov.db.models import UnitRow
from gridgov.db.session import city_now
from gridgov.migrations.upgrade import upgrade
from gridgov.services.city_time import set_speed
from gridgov.services.demo_logins import seed_demonstration, summary
from gridgov.settings import Settings

FOREIGN_SPEED = (
    "GRIDGOV_SPEED is left alone: only a city on the embedded server may run faster. "
    "GRIDGOV_SPEED 未生效：只有内置数据库上的城市可以加速。"
)


@click.command(hidden=True)
def prepare() -> None:
    """Bring the tables up to date; on our own database, seed an empty one and set the speed of the city's time.

    The demonstration's logins go to standard output, remarks to standard error. A DATABASE_URL gets tables only.
    """
    with running_city() as runtime:
        settings = runtime.settings
        upgrade(runtime.engine, settings.city)
        for line in refreshed(runtime):
            click.echo(line, err=True)
        if settings.database_url is None:
            with runtime.transaction() as session:
                _make_demonstration(session, settings)
        elif settings.speed != 1:
            click.echo(FOREIGN_SPEED, err=True)
    kept = read_demo_logins(settings.home)
    if kept is not None:
        click.echo(summary(kept, settings.home))


def _make_demonstration(session: Session, settings: Settings) -> None:
    # Whoever has put units there, if only a few, wants a city of his own.
    if session.execute(select(UnitRow.id).limit(1)).scalar() is None:
        click.echo("seeding the demonstration city 正在生成演示城市 xuanwei", err=True)
        seed_demonstration(session, settings.home, plan_xuanwei(), city_now(session))
    set_speed(session, settings.speed)
