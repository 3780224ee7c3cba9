"""Lays a city out: cuts its ground into subdistricts, communities and grids and numbers what has no known name."""

from collections.abc import Iterator
from itertools import count

from gridgov.cities.compounds import CommunityGround, Slot, compound_site, invented_facts, slots_of
from gridgov.cities.facts import CityFacts, CompoundFacts, Name, SubdistrictFacts
from gridgov.cities.geometry import Rect
from gridgov.cities.sites import CitySite, CommunitySite, CompoundSite, GridSite, SubdistrictSite

NUMERALS = "一二三四五六七八九"
GRID_COUNTS = (4, 5, 6, 4, 5, 8, 5, 4, 7, 5)
GRIDS_AROUND_NAMED_COMPOUNDS = 6
GRID_ROWS = 2
COMMUNITY_ROWS = 2
SUBDISTRICT_ROWS = 3


def lay_out(facts: CityFacts) -> CitySite:
    """The city on the map, the same for the same facts."""
    return CitySite(facts.name.code, facts.name, facts.bounds, tuple(_Layout(facts).subdistricts()))


class _Layout:
    """Carries the two running numbers of a city, of its communities and of its compounds."""

    def __init__(self, facts: CityFacts) -> None:
        self._facts = facts
        self._community_numbers = count()
        self._compound_numbers = count()

    def subdistricts(self) -> Iterator[SubdistrictSite]:
        areas = self._facts.bounds.tile(len(self._facts.subdistricts), SUBDISTRICT_ROWS)
        for facts, area in zip(self._facts.subdistricts, areas, strict=True):
            code = f"{self._facts.name.code}.{facts.name.code}"
            yield SubdistrictSite(code, facts.name, area, tuple(self._communities(facts, code, area)))

    def _communities(self, facts: SubdistrictFacts, parent_code: str, area: Rect) -> Iterator[CommunitySite]:
        for place, ground in enumerate(area.tile(facts.community_count, COMMUNITY_ROWS)):
            named = place < len(facts.communities)
            name = facts.communities[place] if named else _numbered_name(facts.name, place)
            short = name.code if named else f"{facts.name.code}{place + 1}"
            yield self._community(f"{parent_code}.{name.code}", short, name, named, ground)

    def _community(self, code: str, short: str, name: Name, named: bool, area: Rect) -> CommunitySite:
        number = next(self._community_numbers)
        known = tuple(compound for compound in self._facts.compounds if compound.community == name.code)
        grid_count = GRIDS_AROUND_NAMED_COMPOUNDS if known else GRID_COUNTS[number % len(GRID_COUNTS)]
        grids = tuple(_grids(code, area, grid_count))
        slots = slots_of(area, grid_count, 0 if known else number % 3)
        compounds = tuple(self._compounds(CommunityGround(code, short, grids), known, slots))
        return CommunitySite(code, short, name, number, named, area, grids, compounds)

    def _compounds(
        self, ground: CommunityGround, known: tuple[CompoundFacts, ...], slots: tuple[Slot, ...]
    ) -> Iterator[CompoundSite]:
        for place, slot in enumerate(slots):
            number = next(self._compound_numbers)
            named = place < len(known)
            invented = invented_facts(self._facts.words, ground.code, number, slot.courtyard)
            yield compound_site(known[place] if named else invented, number, slot, ground, named)


def _numbered_name(subdistrict: Name, place: int) -> Name:
    return Name(
        f"c{place + 1:02}",
        f"{subdistrict.zh}第{NUMERALS[place]}",
        f"{subdistrict.en} No. {place + 1}",
    )


def _grids(code: str, area: Rect, grid_count: int) -> Iterator[GridSite]:
    for number, cell in enumerate(area.tile(grid_count, GRID_ROWS), start=1):
        yield GridSite(f"{code}.g{number:02}", number, cell)
