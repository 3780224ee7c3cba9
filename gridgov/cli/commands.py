"""A group that imports its commands when they are used and turns refusals into a sentence. No command of its own."""

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from gridgov.domain.errors import GridgovError


class Commands(click.Group):
    """Commands by name, each `module:attribute`.

    They are imported late, because `gridgov up` lives as long as the city does and must not carry Flask and Celery.
    What the house refuses (GridgovError, and ValueError for settings) is a sentence on stderr and exit code 1.
    """

    def __init__(self, modules: Mapping[str, str], **settings: Any) -> None:
        """`modules` says where each command is found; `settings` are those of a click.Group."""
        super().__init__(**settings)
        self._modules = dict(modules)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order in which they are given."""
        return [*self._modules, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now; None when there is no such name."""
        if cmd_name not in self._modules:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = self._modules[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that the arguments name."""
        try:
            return super().invoke(ctx)
        except GridgovError as error:
            _refuse(str(error.sentence), error.sentence.zh)
        except ValueError as error:
            _refuse(str(error))
        return None


def _refuse(*sentences: str) -> None:
    for sentence in dict.fromkeys(sentences):
        click.echo(sentence, err=True)
    sys.exit(1)
