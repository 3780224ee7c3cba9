"""宣威, the demonstration city. The facts stand in xuanwei.toml; this puts the plan together and adds nothing."""

from gridgov.cities.facts import read_facts
from gridgov.cities.layout import lay_out
from gridgov.cities.organisations import organisations_of, services_of
from gridgov.cities.people import people_of
from gridgov.cities.plan import CityPlan
from gridgov.cities.territory import grid_compounds_of, territory_of

FACTS_FILE = "xuanwei.toml"


def plan_xuanwei() -> CityPlan:
    """The whole city: nine subdistricts, 51 communities, some 200 compounds, and people for every role.

    Equal at every call: nothing is drawn by chance and no clock is read. Territory comes before organisations.
    """
    facts = read_facts(FACTS_FILE)
    city = lay_out(facts)
    organisations = organisations_of(city, facts.departments, facts.utilities)
    return CityPlan(
        code=city.code,
        units=(*territory_of(city), *(unit for unit, _ in organisations)),
        services=tuple(service for organisation in organisations for service in services_of(organisation)),
        grid_compounds=tuple(grid_compounds_of(city)),
        people=people_of(city, facts.departments, facts.utilities, facts.words),
    )
