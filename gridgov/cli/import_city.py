"""`gridgov import units|people|posts|boundaries|catalogue FILE`: what an import over HTTP does, at once and here."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from gridgov.adapters.refused_rows import RefusedRows
from gridgov.adapters.table_files import Progress
from gridgov.cli.import_progress import Teller, telling
from gridgov.cli.import_report import errors_file
from gridgov.cli.running import running_city
from gridgov.db.session import city_now
from gridgov.domain.coordinates import Crs
from gridgov.domain.errors import Invalid, Text
from gridgov.domain.jobs import ImportKind
from gridgov.domain.mapping import Rejected
from gridgov.services.imports.kinds import Desk, Options, check_file, open_import
from gridgov.services.imports.outcome import Importer, Tally
from gridgov.services.imports.running import look
from gridgov.services.world import World

SHOWN = 20
HELP = {
    ImportKind.UNITS: "Import units: code, kind, name_zh, parent_code (name_en, grid_code, trade …).",
    ImportKind.PEOPLE: "Import people and their posts: username, name, role, unit_code (from, until, substitute_for).",
    ImportKind.POSTS: "Import posts of people who are there: username, role, unit_code (from, until, substitute_for).",
    ImportKind.BOUNDARIES: "Import boundaries: a GeoJSON FeatureCollection whose features have a property code.",
    ImportKind.CATALOGUE: "Import a catalogue (TOML): proved, then active. Running cases keep their limits.",
}


@dataclass
class Import:
    """One run of a command over one file."""

    desk: Desk
    dry_run: bool
    refused_rows: RefusedRows
    tally: Tally = field(default_factory=Tally)
    refused: list[Rejected] = field(default_factory=list)
    count: int = 0

    def run(self, importer: Importer[Any], teller: Teller) -> None:
        """Take every chunk, each in a transaction of its own."""
        total = importer.count()
        done = 0
        for chunk in importer.chunks():
            self._chunk(importer, chunk)
            done += len(chunk)
            teller.tell(done, Progress(done, total, "rows"))
        self.tally.remark(importer.remarks())

    def _chunk(self, importer: Importer[Any], chunk: Any) -> None:
        if self.dry_run:
            outcome = look(self.desk, importer, chunk)
        else:
            with self.desk.transaction() as session:
                outcome = importer.write(session, chunk, city_now(session))
        self.tally.add(outcome)
        self.count += len(outcome.refused)
        self.refused += outcome.refused[: SHOWN - len(self.refused)]
        if not self.dry_run:
            self.refused_rows.add(outcome.refused)

    def lines(self, file: str, seconds: float) -> Iterator[str]:
        """What came of it, line by line."""
        if self.dry_run:
            yield "A dry run: nothing was written. 试运行：未写入任何数据。"
        counts = self.tally.as_plain()["counts"]
        yield (
            f"{file}: added 新增 {counts['added']:,}; changed 修改 {counts['changed']:,}; "
            f"unchanged 不变 {counts['unchanged']:,}; removed 删除 {counts['removed']:,}; refused 未导入 {self.count:,}"
        )
        for change in self.tally.examples[:SHOWN]:
            fields = f" ({', '.join(change['fields'])})" if change["fields"] else ""
            yield f"  row 行 {change['row'] or '—'}, {change['key']}: {change['verdict']}{fields}"
        for row in self.refused:
            yield f"  row 行 {row.row_number or '—'}, {row.column or '—'}: {row.reason_en} {row.reason_zh}"
        for remark in self.tally.remarks[:SHOWN]:
            yield f"  {remark['en']} {remark['zh']}"
        if self.refused_rows.count:
            yield f"All refused rows 全部未导入的行: {self.refused_rows.path}"
        yield f"Time 用时: {seconds:.1f} s"

    def as_json(self, file: str) -> str:
        """The same as one JSON object."""
        path = str(self.refused_rows.path) if self.refused_rows.count else None
        plain = {"file": file, "dry_run": self.dry_run, "refused": self.count, "errors_file": path}
        return json.dumps({**plain, **self.tally.as_plain()}, ensure_ascii=False, indent=2)


def command_of(kind: ImportKind) -> click.Command:
    """The command that imports files of that kind."""

    def run(file: Path, dry_run: bool, errors: Path | None, as_json: bool, crs: str | None = None) -> None:
        _import(kind, file, Options(crs=Crs(crs) if crs else None), dry_run, errors, as_json)

    parameters: list[click.Parameter] = [
        click.Argument(["file"], type=click.Path(path_type=Path)),
        click.Option(["--dry-run"], is_flag=True, help="Look at everything, write nothing."),
        click.Option(["--errors"], type=click.Path(path_type=Path), help="Where refused rows go; FILE.errors.csv."),
        click.Option(["--json", "as_json"], is_flag=True, help="Print the summary as JSON."),
    ]
    if kind is ImportKind.BOUNDARIES:
        known = click.Choice([crs.value for crs in Crs])
        parameters.append(click.Option(["--crs"], type=known, required=True, help="The file's coordinate system."))
    return click.Command(kind.value, callback=run, params=parameters, help=HELP[kind])


def _import(kind: ImportKind, file: Path, options: Options, dry_run: bool, errors: Path | None, as_json: bool) -> None:
    if not file.is_file():
        raise Invalid({"file": [Text(f"There is no file {file}.", f"没有文件 {file}。")]})
    began = time.monotonic()
    check_file(kind, file, options)
    with running_city() as runtime, RefusedRows(errors_file(file, errors)) as refused:
        desk = Desk(runtime.transaction, World(runtime.settings.timezone))
        work = Import(desk, dry_run, refused)
        with open_import(desk, kind, file, options) as importer, telling(file.name) as teller:
            work.run(importer, teller)
    lines = [work.as_json(file.name)] if as_json else work.lines(file.name, time.monotonic() - began)
    for line in lines:
        click.echo(line)


COMMANDS = tuple(command_of(kind) for kind in HELP)
"""One for each kind but cases, whose own command is import_cases'."""
