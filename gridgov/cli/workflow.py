"""`gridgov workflow`: definitions proved, shown and compared; installed, activated and followed by running cases."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from gridgov.adapters.holiday_tables import build_calendar, official_until, seed_rows
from gridgov.cli.running import PATIENT, running_city
from gridgov.cli.workflow_report import difference_lines, migration_lines, plan_of
from gridgov.db.session import city_now
from gridgov.domain.actors import Signature
from gridgov.domain.calendar import Calendar, HourProfile
from gridgov.domain.catalogue_file import load_catalogue
from gridgov.domain.definition_diff import differences
from gridgov.domain.definition_file import load_definition
from gridgov.domain.drawing import as_markdown as as_table
from gridgov.domain.drawing import as_mermaid
from gridgov.domain.drawing_svg import as_svg
from gridgov.domain.errors import DefinitionError, NotFound
from gridgov.domain.verifier import Report, as_markdown, verify
from gridgov.domain.workflow import Definition
from gridgov.services.case_migration import Order, as_dict, migrate_cases
from gridgov.services.definitions import activate, install
from gridgov.services.importing import require_city
from gridgov.services.world import Snapshot, World
from gridgov.settings import read_settings
from gridgov.workflows import read_text

LANGUAGE = click.option("--lang", "language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
FORMATS = {"table": as_table, "mermaid": as_mermaid, "svg": as_svg}
LONG_AGO = date(1900, 1, 1)


@click.group
def workflow() -> None:
    """Check and show workflow definitions. 流程定义。"""


@workflow.command
@click.argument("file", metavar="NAME|FILE")
@click.option("--on-city", is_flag=True, help="Prove it on the city of the data folder as well: its units and people.")
@click.option("--json", "as_json", is_flag=True, help="The report for programs.")
@LANGUAGE
def check(file: str, on_city: bool, as_json: bool, language: str) -> None:
    """Prove a definition; exit 1 with the shortest counter-example of each proof that does not hold."""
    report = _report(load_definition(_text(file)), on_city)
    click.echo(json.dumps(report.as_dict(), ensure_ascii=False, indent=2) if as_json else as_markdown(report, language))
    sys.exit(0 if report.ok else 1)


@workflow.command
@click.argument("file", metavar="NAME|FILE")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="table", show_default=True)
@LANGUAGE
def show(file: str, form: str, language: str) -> None:
    """Print a definition: its tables in Markdown, a Mermaid diagram or a picture (SVG)."""
    click.echo(FORMATS[form](load_definition(_text(file)), language), nl=False)


@workflow.command
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@LANGUAGE
def diff(old: str, new: str, language: str) -> None:
    """Say in plain words what changes from A to B: files, shipped names, or NAME@VERSION of the city."""
    for line in difference_lines(differences(_definition(old), _definition(new)), language):
        click.echo(line)


@workflow.command("install")
@click.argument("file", metavar="NAME|FILE")
def install_file(file: str) -> None:
    """Store a definition as a new version of the city, once every proof holds there. It is not active yet."""
    text = _text(file)
    with _city() as (session, city, _):
        row, fresh = install(session, city, text, None)
        name, version = row.name, row.version
    there = "installed 已安装" if fresh else "there already 已存在"
    click.echo(f"{name} {version}: {there}. gridgov workflow activate {name} {version}")


@workflow.command("activate")
@click.argument("name")
@click.argument("version", type=int)
def activate_version(name: str, version: int) -> None:
    """Pin new cases to this version from now on; running ones keep theirs."""
    with _city() as (session, city, _):
        activate(session, city, name, version, None)
    click.echo(f"New cases go by {name} {version}. 新案件将按 {name} 第 {version} 版办理。")


@workflow.command("migrate")
@click.argument("name")
@click.argument("old", type=int, metavar="FROM")
@click.argument("new", type=int, metavar="TO")
@click.option("--plan", type=click.Path(path_type=Path, exists=True, dir_okay=False), help='[states] with old = "new".')
@click.option("--dry-run", is_flag=True, help="Say what would become of the cases, write nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output, for programs.")
def migrate_version(name: str, old: int, new: int, plan: Path | None, dry_run: bool, as_json: bool) -> None:
    """Move every open case of one version to another: all in one transaction, or none."""
    mapping = plan_of(plan)
    with _city() as (session, city, now):
        order = Order(name, old, new, mapping, Signature("system"), dry_run)
        outcome = as_dict(migrate_cases(session, city, order, now))
    for line in [json.dumps(outcome, ensure_ascii=False, indent=2)] if as_json else migration_lines(outcome):
        click.echo(line)


@contextmanager
def _city() -> Iterator[tuple[Session, Snapshot, datetime]]:
    """One transaction on the city, what it is now, and the moment; committed at the end."""
    with running_city() as runtime, runtime.transaction() as session:
        require_city(session)
        session.execute(PATIENT)
        now = city_now(session)
        yield session, World(runtime.settings.timezone, runtime.settings.smtp_url is not None).at(session, now), now


def _definition(named: str) -> Definition:
    """A definition of the city where a version is named, else of a file or the package."""
    name, _, version = named.rpartition("@")
    if not name or not version.isdigit() or Path(named).exists():
        return load_definition(_text(named))
    with _city() as (session, city, _now):
        return city.rules(session, name, int(version)).definition


def _report(definition: Definition, on_city: bool) -> Report:
    if not on_city:
        return verify(definition, load_catalogue(read_text("catalogue.toml")), _calendar())
    with running_city() as runtime, runtime.transaction() as session:
        city = World(runtime.settings.timezone).at(session, city_now(session))
    return verify(definition, city.catalogue, city.calendar, city.tree)


def _calendar() -> Calendar:
    """The calendar that a new city begins with: last year, this one and the next."""
    year = datetime.now(UTC).year
    rows = seed_rows(year - 1, year + 1)
    zone = read_settings(os.environ).timezone
    return build_calendar(rows, [HourProfile(LONG_AGO)], zone, official_until(rows))


def _text(file: str) -> str:
    """The text of a file, or of the shipped definition of that name. Raises NotFound and DefinitionError."""
    try:
        return Path(file).read_text(encoding="utf-8") if Path(file).exists() else read_text(f"{file}.toml")
    except UnicodeDecodeError:
        raise DefinitionError(f"{file} is not a text in UTF-8.", f"{file} 不是 UTF-8 文本。") from None
    except OSError as error:
        raise NotFound(f"{file} cannot be read: {error.strerror}.", f"无法读取 {file}：{error.strerror}。") from None
