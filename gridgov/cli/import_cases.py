"""`gridgov import cases FILE`: the cases of another system, in batches that each stand or fall alone."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import click
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from gridgov.adapters.refused_rows import RefusedRows
from gridgov.adapters.table_files import Progress
from gridgov.adapters.tables import OpenTable, open_table
from gridgov.bootstrap import Runtime
from gridgov.cli.import_city import COMMANDS
from gridgov.cli.import_progress import Teller, telling
from gridgov.cli.import_report import Report, errors_file
from gridgov.cli.running import running_city
from gridgov.db.session import city_now
from gridgov.domain.errors import Conflict
from gridgov.domain.mapping import ImportedCase, Mapping, Rejected, absent_columns, locate_columns
from gridgov.domain.mapping_file import find_mapping
from gridgov.domain.mapping_rows import read_cases
from gridgov.services.import_life import Ground
from gridgov.services.import_screen import Screen, require_known_words
from gridgov.services.import_summary import Summary
from gridgov.services.importing import ground_of, import_batch, look_through, require_city
from gridgov.services.world import World

BATCH = 500
SHOWN = 5
Rows = Iterator[ImportedCase | Rejected]
Chunk = list[ImportedCase | Rejected]


@click.group("import")
def imports() -> None:
    """Bring in what another system knows."""


for command in COMMANDS:
    imports.add_command(command)


@imports.command("cases")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--mapping", "mapping_name", required=True, metavar="NAME|FILE.toml", help="boston311, messages or a file."
)
@click.option("--into", metavar="UNIT", help="The code of a compound; else the one the city keeps for imports.")
@click.option("--live", is_flag=True, help="Cases without an end stay open, with fresh clocks from now.")
@click.option("--dry-run", is_flag=True, help="Read and compare everything, write nothing.")
@click.option(
    "--errors", "errors_path", type=click.Path(path_type=Path), help="Where refused rows go; FILE.errors.csv."
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def cases(
    file: Path, mapping_name: str, into: str | None, live: bool, dry_run: bool, errors_path: Path | None, as_json: bool
) -> None:
    """Import the cases in FILE (CSV or XLSX); a second time imports nothing twice.

    Refused rows go to a file of their own with the reason; the rest is imported.
    """
    began = time.monotonic()
    mapping = find_mapping(mapping_name)
    with open_table(file) as table, RefusedRows(errors_file(file, errors_path)) as refused:
        rows = read_cases(table, mapping)
        opened = time.monotonic() - began
        with running_city() as runtime, telling(file.name) as teller:
            work = Work(runtime, table, mapping, into, live, dry_run, None if dry_run and not errors_path else refused)
            report = work.run(rows, teller, opened)
    for line in (report.as_json(),) if as_json else report.lines():
        click.echo(line)


@dataclass
class Work:
    """One run of the command over one open table."""

    runtime: Runtime
    table: OpenTable
    mapping: Mapping
    into: str | None
    live: bool
    dry_run: bool
    refused: RefusedRows | None
    summary: Summary = field(default_factory=Summary)
    first_refused: list[Rejected] = field(default_factory=list)

    def run(self, rows: Rows, teller: Teller, opened: float) -> Report:
        """Import all rows; opening the file took `opened` seconds. Raises what refuses the whole import."""
        began, settings = time.monotonic(), self.runtime.settings
        world = World(settings.timezone)
        into = self._into(world)
        screen = Screen(settings.timezone, locate_columns(self.table.headers, self.mapping))
        try:
            for chunk, position in self._batches(rows):
                self._batch(world, screen, chunk)
                teller.tell(self.summary.rows, position)
        except DBAPIError as error:
            raise self._broken_off(error) from error
        return self._report(into, opened + time.monotonic() - began)

    def _batches(self, rows: Rows) -> Iterator[tuple[Chunk, Progress]]:
        """The rows in batches, each with how far the reading is."""
        while chunk := list(islice(rows, BATCH)):
            yield chunk, self.table.progress()

    def _into(self, world: World) -> str:
        """The code of the compound, after everything was looked at that could refuse the whole import."""
        with self.runtime.transaction() as session:
            require_city(session)
            ground = self._ground(session, world)
            require_known_words(self.mapping, ground.rules.catalogue)
            return ground.tree.units[ground.place.compound_id].code

    def _ground(self, session: Session, world: World) -> Ground:
        snapshot = world.at(session, city_now(session))
        return ground_of(session, snapshot, self.into, self.live)

    def _batch(self, world: World, screen: Screen, chunk: Chunk) -> None:
        with self.runtime.transaction() as session:
            if self.dry_run:
                session.execute(text("SET TRANSACTION READ ONLY"))
            now = city_now(session)
            if self.dry_run:
                batch = look_through(session, screen, chunk, now)
            else:
                batch = import_batch(session, self._ground(session, world), screen, chunk, now)
        self.summary.add(batch, now)
        self.first_refused += batch.refused[: SHOWN - len(self.first_refused)]
        if self.refused is not None:
            self.refused.add(batch.refused)

    def _broken_off(self, error: DBAPIError) -> Conflict:
        rows = self.summary.rows
        return Conflict(
            f"The database stopped after {rows:,} rows, which are kept; run the same command again to go on. "
            f"({str(error.orig).splitlines()[0]})",
            f"数据库在第 {rows:,} 行后中断，已导入的行保留；请再次运行同一命令继续。",
        )

    def _report(self, into: str, seconds: float) -> Report:
        refused = self.refused
        return Report(
            file=self.table.name,
            mapping=self.mapping.source,
            into=into,
            live=self.live,
            dry_run=self.dry_run,
            absent_columns=absent_columns(self.table.headers, self.mapping),
            summary=self.summary,
            seconds=seconds,
            errors_file=refused.path if refused is not None and refused.count else None,
            first_refused=tuple(self.first_refused),
        )
