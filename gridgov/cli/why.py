"""`gridgov why`: who was told of a case, by which way, and who was not, and why."""

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridgov.cli.running import running_city
from gridgov.db.models import Case
from gridgov.domain.case_number import format_case_number, parse_case_number
from gridgov.domain.errors import NotFound
from gridgov.domain.reasons import STATES, said_of
from gridgov.services.telling import Line, told_of


@click.command
@click.argument("number")
@click.option("--person", metavar="USER", help="Only what concerns this person, by user name.")
def why(number: str, person: str | None) -> None:
    """Say per event who was told of case NUMBER by which channel, what became of it, and why.

    为何通知了某人，或为何没有通知。
    """
    with running_city() as runtime, runtime.transaction() as session:
        lines = told_of(session, _case_id(session, number), person)
    if not lines:
        click.echo("Nobody was told anything of it. 没有任何通知记录。")
    for line in lines:
        click.echo(_sentence(line))


def _case_id(session: Session, number: str) -> int:
    parsed = parse_case_number(number)
    canonical = format_case_number(parsed.day, parsed.sequence)
    found = session.execute(select(Case.id).where(Case.number == canonical)).scalar()
    if found is None:
        raise NotFound(f"There is no case {number}.", f"没有案件 {number}。")
    return found


def _sentence(line: Line) -> str:
    state, reason = STATES[line.state], said_of(line.reason)
    en = f"{state}: {reason}" if reason else str(state)
    zh = f"{state.zh}：{reason.zh}" if reason else state.zh
    return f"{line.seq} {line.action} → {line.who} [{line.channel}] {en} {zh}"
