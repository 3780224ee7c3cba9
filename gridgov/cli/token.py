"""`gridgov token`: a program's credential, for a person or for whoever holds a role somewhere."""

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridgov.bootstrap import Runtime
from gridgov.cli.running import running_city
from gridgov.db.models import Person
from gridgov.domain.errors import NotFound
from gridgov.domain.org import Role
from gridgov.domain.rights import ALL_SCOPES, SCOPES
from gridgov.services.identity import moment_of
from gridgov.services.office_holders import holder_of_role
from gridgov.services.tokens import create_token
from gridgov.services.world import World

MOST_DAYS = 3650


@click.command
@click.option("--user", metavar="NAME", help="Whose token it is, by user name.")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="With --unit: whoever holds this role.")
@click.option("--unit", metavar="CODE", help="A unit's code: the post nearest to it counts.")
@click.option("--days", type=click.IntRange(1, MOST_DAYS), default=30, show_default=True, help="How long it lasts.")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(list(SCOPES)), help="What it may do; all if none.")
def token(user: str | None, role: str | None, unit: str | None, days: int, scopes: tuple[str, ...]) -> None:
    """Make a token and print it as the last word. It is shown this once: only its hash is kept."""
    with running_city() as runtime, runtime.transaction() as session:
        person = _person(runtime, session, user, role, unit)
        clock = moment_of(session).clock
        made = create_token(session, person.id, "gridgov token", list(scopes) or [ALL_SCOPES], days, clock)
        username = person.username
    click.echo(f"Token of {username}, for {days} days, 令牌（{days} 天有效）: {made.secret}")


def _person(runtime: Runtime, session: Session, user: str | None, role: str | None, unit: str | None) -> Person:
    """Who is meant. Raises NotFound, and click.UsageError when it is neither a name nor an office."""
    if user is not None and role is None and unit is None:
        return _named(session, user)
    if user is None and role is not None and unit is not None:
        return _in_office(runtime, session, Role(role), unit)
    raise click.UsageError("Give --user NAME, or --role ROLE and --unit CODE.")


def _named(session: Session, username: str) -> Person:
    person = session.execute(select(Person).where(Person.username == username, Person.active)).scalar()
    if person is None:
        raise NotFound(f"There is nobody with the user name {username}.", f"没有用户名为 {username} 的人员。")
    return person


def _in_office(runtime: Runtime, session: Session, role: Role, unit_code: str) -> Person:
    tree = World(runtime.settings.timezone).at(session, moment_of(session).now).tree
    return session.get_one(Person, holder_of_role(tree, role, unit_code).person_id)
