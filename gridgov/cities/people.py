"""Gives every unit its people: user names, invented names and posts, with some people in two posts.

Two posts never take the last free judge away: both of a community's first officers stay clear of every compound.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from gridgov.cities import roles
from gridgov.cities.facts import Name, Words
from gridgov.cities.plan import PersonPlan, PostPlan
from gridgov.cities.sites import MANAGEMENT, CitySite, CommunitySite, CompoundSite, SubdistrictSite

Draft = tuple[str, tuple[PostPlan, ...]]


def people_of(
    city: CitySite, departments: tuple[Name, ...], utilities: tuple[Name, ...], words: Words
) -> tuple[PersonPlan, ...]:
    """Everybody who has an account, in a fixed order.

    Raises ValueError when the word lists hold fewer names than there are people.
    """
    drafts = [*_city_people(city, departments, utilities)]
    for subdistrict in city.subdistricts:
        drafts.extend(_subdistrict_people(subdistrict))
        for community in subdistrict.communities:
            drafts.extend(_community_people(community))
    names = islice(_person_names(words), len(drafts))
    return tuple(PersonPlan(username, name, posts) for (username, posts), name in zip(drafts, names, strict=True))


def _person_names(words: Words) -> Iterator[str]:
    surnames, given = words.surnames, words.given
    for number in range(len(surnames) * len(given)):
        turn, surname = divmod(number, len(surnames))
        yield surnames[surname] + given[(turn + 7 * surname) % len(given)]


def _person(username: str, role: str, unit_code: str, *more: PostPlan) -> Draft:
    return username, (PostPlan(role, unit_code), *more)


def _numbered(stem: str, count: int) -> Iterator[str]:
    """officer1, officer2 …"""
    return (f"{stem}{number}" for number in range(1, count + 1))


def _counted(stem: str, count: int) -> Iterator[str]:
    """property, property2 …: most units have one, so the first goes without a number."""
    return (stem if number == 1 else f"{stem}{number}" for number in range(1, count + 1))


def _staff(usernames: Iterable[str], role: str, unit_code: str) -> Iterator[Draft]:
    return (_person(username, role, unit_code) for username in usernames)


def _city_people(city: CitySite, departments: tuple[Name, ...], utilities: tuple[Name, ...]) -> Iterator[Draft]:
    yield from _staff(_numbered("city.supervisor", 3), roles.CITY_SUPERVISOR, city.code)
    yield _person("auditor1", roles.AUDITOR, city.code)
    yield _person("privacy1", roles.PRIVACY_OFFICER, city.code)
    yield _person("admin1", roles.ADMIN, city.code)
    for department in departments:
        unit_code = f"{city.code}.{department.code}"
        yield from _staff(_numbered(f"{department.code}.officer", 2), roles.DEPARTMENT_OFFICER, unit_code)
    for utility in utilities:
        yield from _staff(_numbered(f"{utility.code}.staff", 2), roles.UTILITY_STAFF, f"{city.code}.{utility.code}")


def _subdistrict_people(site: SubdistrictSite) -> Iterator[Draft]:
    short = site.name.code
    yield from _staff(_numbered(f"{short}.dispatcher", 2), roles.SUBDISTRICT_DISPATCHER, site.code)
    yield from _staff(_counted(f"{short}.emergency", 2), roles.PROPERTY_STAFF, site.emergency_code)
    yield _person(f"{short}.brigade", roles.VOLUNTEER, f"{site.code}.team")


def _community_people(site: CommunitySite) -> Iterator[Draft]:
    yield from _officers(site)
    yield from _grid_workers(site)
    yield _person(f"{site.short}.volunteer", roles.VOLUNTEER, f"{site.code}.team")
    yield _person(f"{site.short}.station", roles.VOLUNTEER, f"{site.code}.station")
    if site.joint_compounds:
        yield _person(f"{site.short}.joint.secretary", roles.BRANCH_SECRETARY, site.joint_branch_code)
    manager_of, secretary_of = _manager_and_secretary(site)
    for compound in site.compounds:
        second = PostPlan(roles.BRANCH_SECRETARY, secretary_of.branch_code) if secretary_of else None
        yield from _property_staff(compound, second if compound is manager_of else None)
        if not compound.joint and compound is not secretary_of:
            yield _person(f"{compound.short}.secretary", roles.BRANCH_SECRETARY, compound.branch_code)
        yield from _compound_people(compound)


def _officers(site: CommunitySite) -> Iterator[Draft]:
    first, second, chair = _numbered(f"{site.short}.officer", 3)
    secretary = PostPlan(roles.BRANCH_SECRETARY, site.party_code)
    yield _person(first, roles.COMMUNITY_OFFICER, site.code, secretary)
    yield _person(second, roles.COMMUNITY_OFFICER, site.code)
    chaired = [compound for compound in site.compounds if compound.committee == MANAGEMENT]
    if chaired:
        # A 物管会 is chaired by the residents' committee of its community (domain.md §3.2).
        posts = (PostPlan(roles.COMMITTEE_MEMBER, compound.committee_code) for compound in chaired[:1])
        yield _person(chair, roles.COMMUNITY_OFFICER, site.code, *posts)


def _grid_workers(site: CommunitySite) -> Iterator[Draft]:
    usernames = {grid.code: f"{site.short}.grid{grid.number}" for grid in site.grids}
    for compound in site.compounds:
        if compound.named:
            usernames[min(building.grid_code for building in compound.buildings)] = f"{compound.short}.grid"
    for grid_code, username in usernames.items():
        yield _person(username, roles.GRID_WORKER, grid_code)


def _manager_and_secretary(site: CommunitySite) -> tuple[CompoundSite | None, CompoundSite | None]:
    """In every fourth community a property manager is secretary of the branch of another compound, where both exist."""
    invented = [compound for compound in site.compounds if not compound.named and not compound.joint]
    managers = [compound for compound in invented if compound.has_property]
    others = [compound for compound in invented if managers and compound is not managers[0]]
    if site.number % 4 != 0 or not others:
        return None, None
    return managers[0], others[-1]


def _property_staff(site: CompoundSite, second: PostPlan | None) -> Iterator[Draft]:
    if not site.has_property:
        return
    first, other = _counted(f"{site.short}.property", 2)
    yield _person(first, roles.PROPERTY_STAFF, site.property_code, *([second] if second else []))
    if site.named or site.number % 2 == 0:
        yield _person(other, roles.PROPERTY_STAFF, site.property_code)


def _compound_people(site: CompoundSite) -> Iterator[Draft]:
    leader_sits_in_committee = site.committee is not None and (site.named or site.number % 3 == 0)
    yield from _building_leaders(site, leader_sits_in_committee)
    if site.committee:
        seats = 1 if leader_sits_in_committee and not site.named else 2
        yield from _staff(_counted(f"{site.short}.committee", seats), roles.COMMITTEE_MEMBER, site.committee_code)
    if site.named:
        yield _person(f"{site.short}.volunteer", roles.VOLUNTEER, f"{site.code}.team")
        yield _person(f"{site.short}.station", roles.VOLUNTEER, f"{site.code}.station")
    households = 3 if site.named else int(site.number % 10 == 0)
    usernames = _counted(f"{site.short}.household", households)
    for username, building in zip(usernames, site.grouped_buildings, strict=False):
        yield _person(username, roles.HOUSEHOLD_LEAD, building.group_code)


def _building_leaders(site: CompoundSite, last_sits_in_committee: bool) -> Iterator[Draft]:
    seat = PostPlan(roles.COMMITTEE_MEMBER, site.committee_code)
    for building in site.grouped_buildings:
        second = [seat] if last_sits_in_committee and building is site.grouped_buildings[-1] else []
        username = f"{site.short}.leader{building.number}"
        yield _person(username, roles.BUILDING_LEADER, building.group_code, *second)
