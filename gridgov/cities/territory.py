"""Turns ground into units: city, subdistricts, communities, grids, compounds and buildings, with both their names."""

from collections.abc import Iterator

from gridgov.cities import kinds
from gridgov.cities.plan import GridCompound, UnitPlan
from gridgov.cities.sites import BuildingSite, CitySite, CommunitySite, CompoundSite, GridSite, SubdistrictSite


def territory_of(city: CitySite) -> Iterator[UnitPlan]:
    """Every piece of territory, parents before children."""
    yield UnitPlan(
        city.code,
        kinds.CITY,
        city.name.zh,
        city.name.en,
        None,
        invented=False,
        boundary=city.area.ring,
        point=city.area.centre,
    )
    for subdistrict in city.subdistricts:
        yield _subdistrict(subdistrict, city.code)
        for community in subdistrict.communities:
            yield from _community_with_parts(community, subdistrict.code)
    yield _import_compound(city)


def grid_compounds_of(city: CitySite) -> Iterator[GridCompound]:
    """Which grids each compound lies in: those of its buildings; a public area lies in every grid of its community."""
    for community in city.communities:
        for compound in community.compounds:
            for grid_code in sorted({building.grid_code for building in compound.buildings}):
                yield GridCompound(grid_code, compound.code)
        for grid in community.grids:
            yield GridCompound(grid.code, community.public_area_code)


def community_name(community: CommunitySite) -> tuple[str, str]:
    """The Chinese and the English name, such as 双圩社区; a made-up community says so itself."""
    zh, en = f"{community.name.zh}社区", f"{community.name.en} Community"
    return (zh, en) if community.named else (f"{zh}（示例）", f"{en} (example)")


def _subdistrict(site: SubdistrictSite, city_code: str) -> UnitPlan:
    return UnitPlan(
        site.code,
        kinds.SUBDISTRICT,
        f"{site.name.zh}街道",
        f"{site.name.en} Subdistrict",
        city_code,
        invented=False,
        boundary=site.area.ring,
        point=site.area.centre,
    )


def _community_with_parts(site: CommunitySite, subdistrict_code: str) -> Iterator[UnitPlan]:
    yield _community(site, subdistrict_code)
    yield from (_grid(grid, site) for grid in site.grids)
    yield _public_area(site)
    for compound in site.compounds:
        yield _compound(compound, site.code)
        yield from (_building(building, compound) for building in compound.buildings)


def _community(site: CommunitySite, subdistrict_code: str) -> UnitPlan:
    zh, en = community_name(site)
    return UnitPlan(
        site.code,
        kinds.COMMUNITY,
        zh,
        en,
        subdistrict_code,
        invented=not site.named,
        boundary=site.area.ring,
        point=site.area.centre,
    )


def _grid(grid: GridSite, community: CommunitySite) -> UnitPlan:
    zh, en = community_name(community)
    return UnitPlan(
        grid.code,
        kinds.GRID,
        f"{zh}第{grid.number}网格",
        f"{en}, Grid {grid.number}",
        community.code,
        invented=True,
        boundary=grid.area.ring,
        point=grid.area.centre,
    )


def _public_area(community: CommunitySite) -> UnitPlan:
    zh, en = community_name(community)
    return UnitPlan(
        community.public_area_code,
        kinds.COMPOUND,
        f"{zh}公共区域",
        f"{en}, public area",
        community.code,
        invented=not community.named,
        public_area=True,
        boundary=community.area.ring,
        point=community.area.centre,
    )


def _compound(site: CompoundSite, community_code: str) -> UnitPlan:
    return UnitPlan(
        site.code,
        kinds.COMPOUND,
        site.name.zh,
        site.name.en,
        community_code,
        invented=not site.named,
        boundary=site.area.ring,
        point=site.area.centre,
    )


def _building(building: BuildingSite, compound: CompoundSite) -> UnitPlan:
    return UnitPlan(
        building.code,
        kinds.BUILDING,
        f"{compound.name.zh}{building.number}栋",
        f"{compound.name.en}, Building {building.number}",
        compound.code,
        invented=True,
        point=building.point,
        grid_code=building.grid_code,
    )


def _import_compound(city: CitySite) -> UnitPlan:
    # A child of a community like every compound, so that every chain of an imported case ends at a person.
    parent = city.communities[0]
    return UnitPlan(city.import_code, kinds.COMPOUND, "导入", "Imported cases", parent.code, invented=True)
