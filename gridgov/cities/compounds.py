"""Which compounds a community holds: known ones, then invented ones of every make-up, so that all chains are used."""

from collections.abc import Iterator
from dataclasses import dataclass

from gridgov.cities.facts import CompoundFacts, Name, Words
from gridgov.cities.geometry import Rect
from gridgov.cities.sites import MANAGEMENT, OWNERS, BuildingSite, CompoundSite, GridSite

STREET_MARGIN = 0.12
BUILDING_COUNTS = (4, 6, 8, 5, 10, 3, 7, 12, 6, 4)
COURTYARD_BUILDING_COUNTS = (2, 3)
GROUPLESS_BUILDING = 4

# Property, committee, emergency property, over ten invented compounds.
MAKE_UPS = (
    (True, OWNERS, False),
    (True, MANAGEMENT, False),
    (True, OWNERS, False),
    (True, None, False),
    (False, MANAGEMENT, True),
    (True, OWNERS, False),
    (True, MANAGEMENT, False),
    (False, None, True),
    (True, None, False),
    (False, None, False),
)


@dataclass(frozen=True)
class Slot:
    """Room for one compound inside a community."""

    area: Rect
    courtyard: bool = False


def slots_of(area: Rect, grid_count: int, pattern: int) -> tuple[Slot, ...]:
    """The room for compounds in a community that `Rect.tile(grid_count, rows=2)` cuts into grids.

    Pattern 0: three compounds, each across both rows of grids. 1: four quarters. 2: three compounds, and two old
    courtyards in the last grid.
    """
    if pattern == 0:
        return tuple(Slot(column) for column in area.columns(3))
    upper, lower = area.rows(2)
    if pattern == 1:
        return tuple(Slot(quarter) for quarter in (*upper.columns(2), *lower.columns(2)))
    first, *middle, last = lower.columns(grid_count // 2)
    wide = first.joined(middle[-1]) if middle else first
    courtyards = tuple(Slot(half, courtyard=True) for half in last.columns(2))
    return (*(Slot(half) for half in upper.columns(2)), Slot(wide), *courtyards)


def invented_facts(words: Words, community: str, number: int, courtyard: bool) -> CompoundFacts:
    """Made-up facts for the `number`-th compound of the city; the name is given once in a city of 216 compounds."""
    turn, stem = divmod(number, len(words.stems))
    stem_zh, stem_en = words.stems[stem]
    type_zh, type_en = (words.courtyard_types if courtyard else words.types)[turn]
    has_property, committee, emergency = MAKE_UPS[number % len(MAKE_UPS)]
    counts = COURTYARD_BUILDING_COUNTS if courtyard else BUILDING_COUNTS
    buildings = counts[(number + turn) % len(counts)]
    name = Name(stem_en.lower(), stem_zh + type_zh, f"{stem_en} {type_en}")
    return CompoundFacts(name, community, buildings, has_property, committee, emergency)


@dataclass(frozen=True)
class CommunityGround:
    """What a compound has to know about the community it lies in."""

    code: str
    short: str
    grids: tuple[GridSite, ...]


def compound_site(facts: CompoundFacts, number: int, slot: Slot, ground: CommunityGround, named: bool) -> CompoundSite:
    """The compound on the map, its streets left free around it."""
    code = f"{ground.code}.{facts.name.code}"
    area = slot.area.inset(STREET_MARGIN)
    return CompoundSite(
        code=code,
        short=facts.name.code if named else f"{ground.short}.{facts.name.code}",
        name=facts.name,
        number=number,
        named=named,
        area=area,
        buildings=tuple(_buildings(code, area, facts.buildings, ground.grids, every_group=named)),
        has_property=facts.has_property,
        committee=facts.committee,
        emergency=facts.emergency,
        branch_code=f"{ground.code}.joint" if slot.courtyard else f"{code}.branch",
        joint=slot.courtyard,
    )


def _buildings(
    code: str, area: Rect, count: int, grids: tuple[GridSite, ...], every_group: bool
) -> Iterator[BuildingSite]:
    for number, point in enumerate(area.lattice(count), start=1):
        grid = next(grid for grid in grids if grid.area.contains(point))
        # Every fourth building lacks a group: its cases are verified by the grid worker.
        has_group = every_group or number % GROUPLESS_BUILDING != 0
        yield BuildingSite(f"{code}.b{number}", number, point, grid.code, has_group)
