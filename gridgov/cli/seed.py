"""`gridgov seed CITY`: a demonstration city, once."""

from collections.abc import Callable, Mapping
from pathlib import Path

import click

from gridgov.adapters.demo_logins import FILE_NAME, read_demo_logins
from gridgov.bootstrap import Runtime
from gridgov.cities.plan import CityPlan
from gridgov.cities.xuanwei import plan_xuanwei
from gridgov.cli.running import running_city
from gridgov.db.session import city_now
from gridgov.migrations.upgrade import upgrade
from gridgov.services.demo_logins import seed_demonstration, summary
from gridgov.services.seeding import Seeded

PLANS: Mapping[str, Callable[[], CityPlan]] = {"xuanwei": plan_xuanwei}


@click.command
@click.argument("city", type=click.Choice(list(PLANS)))
def seed(city: str) -> None:
    """Write a demonstration city into the database: units, services, and people with posts and one password.

    A second time adds nothing. Rows go to the schema that GRIDGOV_CITY names.
    """
    with running_city() as runtime:
        added, home = _seed(runtime, PLANS[city]()), runtime.settings.home
    click.echo(_report(city, added))
    click.echo(_logins(home))


def _seed(runtime: Runtime, plan: CityPlan) -> Seeded:
    upgrade(runtime.engine, runtime.settings.city)
    with runtime.transaction() as session:
        return seed_demonstration(session, runtime.settings.home, plan, city_now(session))


def _report(city: str, added: Seeded) -> str:
    if added.nothing:
        return f"{city} was there already; nothing was added. {city} 已存在，未添加任何内容。"
    return (
        f"Added to {city}: {added.units} units, {added.services} services, {added.people} people, {added.posts} posts. "
        f"已添加：单位 {added.units}、服务关系 {added.services}、人员 {added.people}、岗位 {added.posts}。"
    )


def _logins(home: Path) -> str:
    kept = read_demo_logins(home)
    if kept is not None:
        return summary(kept, home)
    return (
        f"{home / FILE_NAME} is not there: the city was seeded from another data folder, which has the logins. "
        "账号文件不在此数据目录中，请到当初生成数据的目录查看。"
    )
