"""`gridgov create-user`: an account by hand."""

import sys

import click

from gridgov.cities.plan import PostPlan
from gridgov.cli.running import running_city
from gridgov.domain.org import Role
from gridgov.services.people import create_person


@click.command("create-user")
@click.argument("username")
@click.option("--name", help="The person's name; the user name when left out.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="What the post is.")
@click.option("--unit", required=True, metavar="CODE", help="The code of the unit, such as 530381.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of standard input.")
def create_user(username: str, name: str | None, role: str, unit: str, password_stdin: bool) -> None:
    """Add an account with one post. The password is asked for, never given on the command line."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else _asked()
    with running_city() as runtime, runtime.transaction() as session:
        create_person(session, username, name or username, password, [PostPlan(role, unit)])
    click.echo(f"{username} can log in now. {username} 现在可以登录。")


def _asked() -> str:
    answer: str = click.prompt("Password 密码", hide_input=True, confirmation_prompt="Again 再次输入")
    return answer
