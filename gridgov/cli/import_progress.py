"""How far an import is, on stderr: a bar on a terminal, a plain line now and then anywhere else."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from gridgov.adapters.table_files import Progress as Position

LINE_ROWS = 1_000
LINE_SECONDS = 2.0


class Teller(Protocol):
    """Somebody who is told how far the import is."""

    def tell(self, rows: int, position: Position) -> None:
        """`rows` of the file are done; the reading stands at `position`."""


@contextmanager
def telling(name: str) -> Iterator[Teller]:
    """A bar for the file `name` where stderr is a terminal, else lines."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Lines()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[rows]}"))
    with Progress(*columns, TimeRemainingColumn(), console=console) as progress:
        yield Bar(progress, name)


class Lines:
    """A line for every thousand rows, or after two seconds."""

    def __init__(self) -> None:
        """Nothing was said yet."""
        self._rows = 0
        self._said_at = time.monotonic()

    def tell(self, rows: int, position: Position) -> None:
        """Say so when it is time."""
        if rows - self._rows < LINE_ROWS and time.monotonic() - self._said_at < LINE_SECONDS:
            return
        self._rows, self._said_at = rows, time.monotonic()
        click.echo(f"{rows:,} rows 行{_share(position)}", err=True)


class Bar:
    """A bar of rich."""

    def __init__(self, progress: Progress, name: str) -> None:
        """The bar stands at nothing."""
        self._progress = progress
        self._task = progress.add_task(name, total=None, rows="")

    def tell(self, rows: int, position: Position) -> None:
        """Move the bar."""
        self._progress.update(self._task, completed=position.done, total=position.total, rows=f"{rows:,} rows 行")


def _share(position: Position) -> str:
    return f" · {min(position.done * 100 // position.total, 100)} %" if position.total else ""
