"""`gridgov workflow`: definitions proved and shown, before any city uses them."""

import json
import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import click

from gridgov.adapters.holiday_tables import build_calendar, official_until, seed_rows
from gridgov.cli.running import running_city
from gridgov.db.session import city_now
from gridgov.domain.calendar import Calendar, HourProfile
from gridgov.domain.catalogue_file import load_catalogue
from gridgov.domain.definition_file import load_definition
from gridgov.domain.drawing import as_markdown as as_table
from gridgov.domain.drawing import as_mermaid
from gridgov.domain.drawing_svg import as_svg
from gridgov.domain.errors import DefinitionError, NotFound
from gridgov.domain.verifier import Report, as_markdown, verify
from gridgov.domain.workflow import Definition
from gridgov.services.world import World
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
