"""`gridgov qr`: sheets to hang up, one for each building of a compound."""

from dataclasses import dataclass
from pathlib import Path

import click
from sqlalchemy.orm import Session

from gridgov.adapters.qr_svg import sheet_svg
from gridgov.bootstrap import Runtime
from gridgov.cli.running import running_city
from gridgov.db.queries.residents import codes_at
from gridgov.domain.errors import NotFound
from gridgov.domain.org import Tree, Unit, UnitKind
from gridgov.domain.qr_places import codes_within
from gridgov.services.identity import moment_of
from gridgov.services.qr_codes import make_missing
from gridgov.services.world import World

LINES = (
    "扫码上报身边的事，无需注册",
    "Scan to report; no account is needed",
    "紧急情况请拨打 110 · 119 · 120",
)


@dataclass(frozen=True)
class Sheet:
    """A file to print."""

    name: str
    svg: str


@click.command
@click.option("--compound", required=True, metavar="CODE", help="The code of the compound.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="The folder; qr-CODE when left out.")
def qr(compound: str, out: Path | None) -> None:
    """Write an A4 sheet (SVG) with the QR code of each building of a compound, and one of the compound itself.

    A place that has no code yet gets one. Codes lead to GRIDGOV_PUBLIC_URL.
    """
    folder = out or Path(f"qr-{compound}")
    with running_city() as runtime:
        sheets = _sheets(runtime, compound)
    folder.mkdir(parents=True, exist_ok=True)
    for sheet in sheets:
        (folder / sheet.name).write_text(sheet.svg, encoding="utf-8")
        click.echo(str(folder / sheet.name))
    click.echo(f"{len(sheets)} sheets, 共 {len(sheets)} 张")


def _sheets(runtime: Runtime, compound: str) -> list[Sheet]:
    with runtime.transaction() as session:
        now = moment_of(session).now
        tree = World(runtime.settings.timezone).at(session, now).tree
        places = codes_within(_compound(tree, compound).id, tree)
        make_missing(session, places, now)
        return [_sheet(tree, unit_id, code, runtime.settings.public_url) for unit_id, code in _hanging(session, places)]


def _compound(tree: Tree, code: str) -> Unit:
    unit = tree.by_code.get(code)
    if unit is None or unit.kind is not UnitKind.COMPOUND:
        raise NotFound(f"There is no compound with the code {code}.", f"没有代码为 {code} 的小区。")
    return unit


def _hanging(session: Session, places: list[int]) -> list[tuple[int, str]]:
    rows = session.execute(codes_at(places, in_use=True)).scalars()
    return sorted((row.unit_id, row.code) for row in rows)


def _sheet(tree: Tree, unit_id: int, code: str, public_url: str) -> Sheet:
    unit = tree.units[unit_id]
    compound = tree.units[tree.above(unit_id, UnitKind.COMPOUND) or unit_id]
    names = dict.fromkeys((compound.name_zh, unit.name_zh, " · ".join(dict.fromkeys((compound.name_en, unit.name_en)))))
    url = f"{public_url}/q/{code}"
    return Sheet(f"{unit.code}.svg", sheet_svg(url, tuple(names), (*LINES, url)))
