"""The law of this package: a command reads the environment, opens what it needs, calls a service, says what happened.

Only the names of the commands stand here: a module is imported when its command is used.
"""

import click

from gridgov.cli.commands import Commands

COMMANDS = {
    "up": "gridgov.cli.up:up",
    "prepare": "gridgov.cli.prepare:prepare",
    "migrate": "gridgov.cli.migrate:migrate",
    "seed": "gridgov.cli.seed:seed",
    "import": "gridgov.cli.import_cases:imports",
    "doctor": "gridgov.cli.doctor:doctor",
    "why": "gridgov.cli.why:why",
    "token": "gridgov.cli.token:token",
    "create-user": "gridgov.cli.people:create_user",
    "qr": "gridgov.cli.qr:qr",
    "workflow": "gridgov.cli.workflow:workflow",
    "recalculate": "gridgov.cli.recalculate:recalculate",
    "web": "gridgov.cli.web:web",
    "sweep": "gridgov.cli.sweep:sweep",
    "work": "gridgov.cli.work:work",
    "beat": "gridgov.cli.beat:beat",
    "pulse": "gridgov.cli.pulse:pulse",
    "play": "gridgov.cli.play:play",
    "played": "gridgov.cli.play:played",
}


@click.command(cls=Commands, modules=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="gridgov")
def main() -> None:
    """Grid governance: no case can be forgotten. 网格化治理：件件有着落。

    Everything is set by environment variables; without any, the servers are our own and live in .gridgov.
    """
