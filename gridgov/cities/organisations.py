"""Turns ground into organisations and says what each serves: branches, committees, property, departments, teams."""

from collections.abc import Iterator

from gridgov.cities import kinds
from gridgov.cities.facts import Name
from gridgov.cities.plan import ServicePlan, UnitPlan
from gridgov.cities.sites import MANAGEMENT, OWNERS, CitySite, CommunitySite, CompoundSite, SubdistrictSite
from gridgov.cities.territory import community_name

Organisation = tuple[UnitPlan, tuple[str, ...]]

COMMITTEE_NAMES = {
    OWNERS: ("业主委员会", "Owners' Committee"),
    MANAGEMENT: ("物业管理委员会", "Property Management Committee"),
}


def organisations_of(city: CitySite, departments: tuple[Name, ...], utilities: tuple[Name, ...]) -> list[Organisation]:
    """Every organisation with the codes of the territory that it serves."""
    found = [*_trades(city, kinds.DEPARTMENT, departments), *_trades(city, kinds.UTILITY, utilities)]
    for subdistrict in city.subdistricts:
        found.extend(_of_subdistrict(subdistrict))
    for community in city.communities:
        found.extend(_of_community(community, city))
        for compound in community.compounds:
            found.extend(_of_compound(compound))
    return found


def services_of(organisation: Organisation) -> Iterator[ServicePlan]:
    """One service for each piece of territory that the organisation answers for."""
    unit, territory_codes = organisation
    for territory_code in territory_codes:
        yield ServicePlan(unit.code, unit.kind, territory_code)


def _trades(city: CitySite, kind: str, trades: tuple[Name, ...]) -> Iterator[Organisation]:
    for trade in trades:
        zh, en = f"{city.name.zh}{trade.zh}（示例）", f"{city.name.en} {trade.en} (example)"
        unit = UnitPlan(f"{city.code}.{trade.code}", kind, zh, en, city.code, invented=True, trade=trade.code)
        yield unit, (city.code,)


def _organisation(kind: str, code: str, parent_code: str, name: tuple[str, str], *serves: str) -> Organisation:
    return UnitPlan(code, kind, *name, parent_code, invented=True), serves


def _of_subdistrict(site: SubdistrictSite) -> Iterator[Organisation]:
    zh, en = f"{site.name.zh}街道", f"{site.name.en} Subdistrict"
    compounds = [compound for community in site.communities for compound in community.compounds]
    left_alone = (compound.code for compound in compounds if compound.emergency)
    emergency_name = (f"{zh}应急物业", f"{en} Emergency Property Service")
    yield _organisation(kinds.EMERGENCY_PROPERTY, site.emergency_code, site.code, emergency_name, *left_alone)
    team_name = (f"{zh}志愿服务总队", f"{en} Volunteer Brigade")
    yield _organisation(kinds.TEAM, f"{site.code}.team", site.code, team_name, site.code)


def _of_community(site: CommunitySite, city: CitySite) -> Iterator[Organisation]:
    zh, en = community_name(site)
    imported = (city.import_code,) if site == city.communities[0] else ()
    party_name = (f"{zh}党委", f"{en} Party Committee")
    yield _organisation(kinds.BRANCH, site.party_code, site.code, party_name, site.public_area_code, *imported)
    if site.joint_compounds:
        courtyards = (compound.code for compound in site.joint_compounds)
        joint_name = (f"{zh}老旧院落联合党支部", f"{en} Joint Branch of the Courtyards")
        yield _organisation(kinds.BRANCH, site.joint_branch_code, site.code, joint_name, *courtyards)
    yield _organisation(kinds.TEAM, f"{site.code}.team", site.code, (f"{zh}志愿服务队", f"{en} Volunteers"), site.code)
    station_name = (f"{zh}红色驿站", f"{en} Red Station")
    yield _organisation(kinds.STATION, f"{site.code}.station", site.code, station_name, site.code)


def _of_compound(site: CompoundSite) -> Iterator[Organisation]:
    code, zh, en = site.code, site.name.zh, site.name.en
    if not site.joint:
        yield _organisation(kinds.BRANCH, site.branch_code, code, (f"{zh}党支部", f"{en} Branch"), code)
    if site.committee:
        committee_zh, committee_en = COMMITTEE_NAMES[site.committee]
        name = (f"{zh}{committee_zh}", f"{en} {committee_en}")
        yield _organisation(kinds.COMMITTEE, site.committee_code, code, name, code)
    if site.has_property:
        name = (f"{zh}物业服务中心", f"{en} Property Service")
        yield _organisation(kinds.PROPERTY, site.property_code, code, name, code)
    if site.named:
        yield _organisation(kinds.TEAM, f"{code}.team", code, (f"{zh}志愿服务队", f"{en} Volunteers"), code)
        yield _organisation(kinds.STATION, f"{code}.station", code, (f"{zh}红色驿站", f"{en} Red Station"), code)
    for building in site.grouped_buildings:
        name = (f"{zh}{building.number}栋党小组", f"{en}, Building {building.number} Group")
        yield _organisation(kinds.BUILDING_GROUP, building.group_code, building.code, name, building.code)
