"""What can be imported: how a file of each kind is opened, and what refuses it before any row is read."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gridgov.adapters.geojson import read_shapes
from gridgov.adapters.table_files import check_kind, refused
from gridgov.adapters.tables import open_table
from gridgov.db.session import Transactions, city_now
from gridgov.domain.coordinates import Crs
from gridgov.domain.errors import Invalid, Text
from gridgov.domain.jobs import ImportKind
from gridgov.domain.mapping import Mapping as CaseMapping
from gridgov.domain.mapping_file import built_in_mappings, find_mapping, parse_mapping
from gridgov.domain.people_sheet import read_people
from gridgov.services.importing import require_city
from gridgov.services.imports.boundaries import BoundaryImport
from gridgov.services.imports.cases import CaseImport
from gridgov.services.imports.catalogue import CatalogueImport, City
from gridgov.services.imports.outcome import Importer
from gridgov.services.imports.people import PeopleImport
from gridgov.services.imports.units import UnitImport
from gridgov.services.world import World


@dataclass(frozen=True)
class Options:
    """What is said beside the file: for cases the mapping and the compound, for boundaries the coordinate system."""

    mapping: str | None = None
    into: str | None = None
    live: bool = False
    crs: Crs | None = None


@dataclass(frozen=True)
class Desk:
    """The city that is imported into."""

    transaction: Transactions
    world: World


NAMES: Mapping[ImportKind, tuple[str, ...]] = {
    ImportKind.BOUNDARIES: (".geojson", ".json"),
    ImportKind.CATALOGUE: (".toml",),
}


def check_file(kind: ImportKind, path: Path, options: Options) -> None:
    """Raise Invalid or DefinitionError for a file or an option that cannot be right whatever the rows say."""
    _check_options(kind, options)
    if path.stat().st_size == 0:
        raise refused(path.name, "the file is empty", "文件是空的")
    names = NAMES.get(kind)
    if names is None:
        check_kind(path)
    elif path.suffix.lower() not in names:
        listed = " / ".join(names)
        raise refused(path.name, f"a file of {kind} is called {listed}", f"{kind} 文件的扩展名应为 {listed}")


def _check_options(kind: ImportKind, options: Options) -> None:
    needless = {
        "mapping": options.mapping is not None and kind is not ImportKind.CASES,
        "into": options.into is not None and kind is not ImportKind.CASES,
        "live": options.live and kind is not ImportKind.CASES,
        "crs": options.crs is not None and kind is not ImportKind.BOUNDARIES,
    }
    sentence = Text(f"This says nothing about {kind}.", f"该项不适用于 {kind}。")
    if wrong := {name: [sentence] for name, given in needless.items() if given}:
        raise Invalid(wrong)
    if kind is ImportKind.CASES:
        mapping_of(options.mapping)
    if kind is ImportKind.BOUNDARIES and options.crs is None:
        known = ", ".join(Crs)
        raise Invalid({"crs": [Text(f"State the coordinate system: {known}.", f"请注明坐标系:{known}。")]})


def mapping_of(named: str | None) -> CaseMapping:
    """The built-in mapping of that name, else the one that the text states: never a file of this machine.

    Raises Invalid without one, DefinitionError for a text that is none.
    """
    if named is None:
        known = ", ".join(built_in_mappings())
        raise Invalid({"mapping": [Text(f"Name a mapping ({known}) or send one as TOML.", f"请指定映射({known})。")]})
    return find_mapping(named) if named in built_in_mappings() else parse_mapping(named, "mapping")


@contextmanager
def open_import(
    desk: Desk, kind: ImportKind, path: Path, options: Options, mapping: CaseMapping | None = None
) -> Iterator[Importer[Any]]:
    """The file, open and held against the city; `mapping` replaces the one that the options name.

    Raises Invalid, DefinitionError and NotFound with one sentence for what refuses the whole file.
    """
    with desk.transaction() as session:
        require_city(session)
    if kind is ImportKind.CASES:
        with open_table(path) as table:
            cases = CaseImport(path, table, mapping or mapping_of(options.mapping), options.into, options.live)
            with desk.transaction() as session:
                cases.prepare(session, desk.world, desk.world.at(session, city_now(session)))
            yield cases
    else:
        yield OPENED[kind](desk, path, options)


def _units(desk: Desk, path: Path, options: Options) -> Importer[Any]:
    with desk.transaction() as session:
        snapshot = desk.world.at(session, city_now(session))
    with open_table(path) as table:
        return UnitImport(table, snapshot.tree, snapshot.day)


def _people(desk: Desk, path: Path, options: Options, only_posts: bool = False) -> Importer[Any]:
    with open_table(path) as table:
        rows = list(read_people(table, named=not only_posts))
    with desk.transaction() as session:
        tree = desk.world.at(session, city_now(session)).tree
        return PeopleImport(rows, session, tree, only_posts=only_posts)


def _posts(desk: Desk, path: Path, options: Options) -> Importer[Any]:
    return _people(desk, path, options, only_posts=True)


def _boundaries(desk: Desk, path: Path, options: Options) -> Importer[Any]:
    shapes = read_shapes(path)
    with desk.transaction() as session:
        tree = desk.world.at(session, city_now(session)).tree
        return BoundaryImport(shapes, options.crs or Crs.WGS84, session, tree)


def _catalogue(desk: Desk, path: Path, options: Options) -> Importer[Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise refused(path.name, "the file is not UTF-8", "文件不是 UTF-8 编码") from None
    with desk.transaction() as session:
        snapshot = desk.world.at(session, city_now(session))
        definition = snapshot.present_rules(session).definition
    return CatalogueImport(text, City(definition, snapshot.catalogue, snapshot.calendar, snapshot.tree))


OPENED: Mapping[ImportKind, Callable[[Desk, Path, Options], Importer[Any]]] = {
    ImportKind.UNITS: _units,
    ImportKind.PEOPLE: _people,
    ImportKind.POSTS: _posts,
    ImportKind.BOUNDARIES: _boundaries,
    ImportKind.CATALOGUE: _catalogue,
}
