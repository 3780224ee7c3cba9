"""`gridgov recalculate`: the limits of running cases after an edit of the catalogue, when somebody wants it."""

import json
from collections.abc import Mapping
from typing import Any

import click

from gridgov.cli.running import PATIENT, running_city
from gridgov.db.session import city_now
from gridgov.domain.actors import Signature
from gridgov.services.importing import require_city
from gridgov.services.recalculation import Order, Outcome, as_dict
from gridgov.services.recalculation import recalculate as recalculate_limits
from gridgov.services.world import World


@click.command
@click.option("--category", metavar="CODE", help="Only cases of this category.")
@click.option("--dry-run", is_flag=True, help="Say which cases would change, write nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output, for programs.")
def recalculate(category: str | None, dry_run: bool, as_json: bool) -> None:
    """Work out the frozen limits of open cases again, from the same starts: all in one transaction or none.

    An edit of the catalogue touches no running case by itself.
    """
    with running_city() as runtime, runtime.transaction() as session:
        require_city(session)
        session.execute(PATIENT)
        now = city_now(session)
        world = World(runtime.settings.timezone, email_on=runtime.settings.smtp_url is not None)
        order = Order(category, Signature("system"), dry_run)
        outcome = recalculate_limits(session, world.at(session, now), order, now)
    click.echo(json.dumps(as_dict(outcome), ensure_ascii=False, indent=2) if as_json else _lines(outcome))


def _lines(outcome: Outcome) -> str:
    lines = [_line(case) for case in as_dict(outcome)["cases"]]
    lines += [f"{number}: {why} {why.zh}" for number, why in outcome.left]
    count, seen = len(outcome.lines), outcome.looked_at
    if outcome.dry_run:
        lines.append(f"{count} of {seen} cases would change. 共 {seen} 个案件，{count} 个将变化（未写入）。")
    else:
        lines.append(f"{count} of {seen} cases have changed. 共 {seen} 个案件，已更新 {count} 个。")
    return "\n".join(lines)


def _line(case: Mapping[str, Any]) -> str:
    limits = [f"{each['limit']} {each['from']} → {each['to']}" for each in case["limits"]]
    clocks = [f"{each['clock']} {each['was_due']} → {each['due']}" for each in case["clocks"]]
    return f"{case['number']} {case['category']} {case['state']}: {'; '.join(limits + clocks)}"
