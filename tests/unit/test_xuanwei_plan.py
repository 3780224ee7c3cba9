"""The demonstration city as a plan: complete, and workable in every compound."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest

from gridgov.cities import kinds, roles
from gridgov.cities.facts import read_facts
from gridgov.cities.layout import lay_out
from gridgov.cities.people import people_of
from gridgov.cities.plan import PersonPlan, UnitPlan
from gridgov.cities.xuanwei import FACTS_FILE, plan_xuanwei
from gridgov.domain.org import Role, UnitKind

PLAN = plan_xuanwei()
UNITS = {unit.code: unit for unit in PLAN.units}
SERVED_BY: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
for service in PLAN.services:
    SERVED_BY[service.territory_code][service.kind].append(service.org_code)
STAFF: dict[str, list[PersonPlan]] = defaultdict(list)
for person in PLAN.people:
    for post in person.posts:
        STAFF[post.unit_code].append(person)

JIAN = "530381.shuanglong.shuangxu.jian"
NAMED_COMMUNITIES = {
    "丰华": {"新南", "丰华", "钟山", "祯祥"},
    "宛水": {"新文"},
    "双龙": {"双圩", "黉街"},
    "西宁": {"锦西"},
}
NAMED_SOMEWHERE = {"板桥", "马房", "虎头", "所乐", "柳林"}


def of_kind(kind: str) -> list[UnitPlan]:
    return [unit for unit in PLAN.units if unit.kind == kind]


def ordinary_compounds() -> list[UnitPlan]:
    return [unit for unit in of_kind(kinds.COMPOUND) if unit.boundary and not unit.public_area]


def children(parent: str, kind: str) -> list[UnitPlan]:
    return [unit for unit in of_kind(kind) if unit.parent_code == parent]


def chain_up(compound: UnitPlan) -> tuple[str, str]:
    """The community and the subdistrict of a compound."""
    community = UNITS[str(compound.parent_code)]
    return community.code, str(community.parent_code)


def handlers(compound: UnitPlan) -> Iterator[str]:
    """Every unit that may be told to do the work in `compound`, fallbacks included."""
    served = SERVED_BY[compound.code]
    for kind in (kinds.PROPERTY, kinds.EMERGENCY_PROPERTY, kinds.COMMITTEE, kinds.BRANCH):
        yield from served[kind]
    yield from chain_up(compound)
    yield from (unit.code for unit in PLAN.units if unit.kind in (kinds.DEPARTMENT, kinds.UTILITY))
    for building in children(compound.code, kinds.BUILDING):
        yield from SERVED_BY[building.code][kinds.BUILDING_GROUP]


def free_of(handler: str, units: Iterable[str]) -> list[PersonPlan]:
    working = {person.username for person in STAFF[handler]}
    return [person for unit in units for person in STAFF[unit] if person.username not in working]


def test_the_plan_is_equal_at_every_call() -> None:
    assert plan_xuanwei() == PLAN


def test_the_nine_subdistricts_and_no_other() -> None:
    names = {unit.name_zh for unit in of_kind(kinds.SUBDISTRICT)}
    assert names == {f"{name}街道" for name in ["丰华", "宛水", "双龙", "西宁", "复兴", "板桥", "虹桥", "来宾", "凤凰"]}


def test_every_named_community_stands_in_its_subdistrict_and_is_not_invented() -> None:
    real = {(UNITS[str(u.parent_code)].name_zh, u.name_zh) for u in of_kind(kinds.COMMUNITY) if not u.invented}
    expected = {(f"{s}街道", f"{c}社区") for s, names in NAMED_COMMUNITIES.items() for c in names}
    assert expected <= real
    assert {zh for _, zh in real - expected} == {f"{name}社区" for name in NAMED_SOMEWHERE}


def test_a_numbered_community_says_that_it_is_an_example() -> None:
    for unit in of_kind(kinds.COMMUNITY):
        assert unit.invented == ("示例" in unit.name_zh) == ("example" in unit.name_en), unit.code


def test_the_named_compounds_stand_in_their_communities() -> None:
    places = {unit.name_zh: UNITS[str(unit.parent_code)].name_zh for unit in ordinary_compounds() if not unit.invented}
    assert places == {
        "吉安家园": "双圩社区",
        "溶剂厂小区": "新文社区",
        "广富佳园": "新文社区",
        "新南社区五组": "新南社区",
    }


def test_the_city_has_the_size_that_the_sources_tell() -> None:
    size = Counter(unit.kind for unit in PLAN.units)
    assert (size[kinds.SUBDISTRICT], size[kinds.COMMUNITY]) == (9, 51)
    assert len(ordinary_compounds()) >= 150
    assert 1000 <= size[kinds.BUILDING] <= 1300
    assert size[kinds.STATION] > 50
    assert size[kinds.TEAM] > 60
    assert len(PLAN.units) <= 3500
    assert 1500 <= len(PLAN.people) <= 2200


def test_every_community_has_four_to_eight_grids() -> None:
    counts = {len(children(community.code, kinds.GRID)) for community in of_kind(kinds.COMMUNITY)}
    assert counts == {4, 5, 6, 7, 8}


def test_every_compound_has_two_to_twelve_buildings() -> None:
    counts = {len(children(compound.code, kinds.BUILDING)) for compound in ordinary_compounds()}
    assert (min(counts), max(counts)) == (2, 12)


def test_codes_user_names_and_names_of_people_are_unique_and_plain() -> None:
    assert len(UNITS) == len(PLAN.units)
    assert len({person.username for person in PLAN.people}) == len(PLAN.people)
    assert len({person.name_zh for person in PLAN.people}) == len(PLAN.people)
    for name in (*UNITS, *(person.username for person in PLAN.people)):
        assert re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)*", name), name


def test_every_kind_and_every_role_is_a_word_of_the_lists_and_all_are_used() -> None:
    assert {unit.kind for unit in PLAN.units} == {*kinds.TERRITORY, *kinds.ORGANISATIONS}
    assert {post.role for person in PLAN.people for post in person.posts} == set(roles.ALL)


def test_a_parent_stands_before_its_children_and_its_code_begins_theirs() -> None:
    seen: set[str] = set()
    for unit in PLAN.units:
        assert (unit.parent_code in seen) != (unit.kind == kinds.CITY), unit.code
        if unit.name_zh != "导入" and unit.parent_code:
            assert unit.code.rpartition(".")[0] == unit.parent_code
        seen.add(unit.code)


def test_posts_services_and_grids_name_units_that_exist() -> None:
    assert {post.unit_code for person in PLAN.people for post in person.posts} <= set(UNITS)
    for service in PLAN.services:
        assert UNITS[service.org_code].kind == service.kind
        assert UNITS[service.territory_code].kind in kinds.TERRITORY
    for link in PLAN.grid_compounds:
        assert UNITS[link.grid_code].parent_code == UNITS[link.compound_code].parent_code


def test_every_organisation_serves_somebody_and_has_people() -> None:
    serving = {service.org_code for service in PLAN.services}
    for unit in PLAN.units:
        if unit.kind in kinds.ORGANISATIONS:
            assert unit.code in serving, unit.code
            assert STAFF[unit.code], unit.code


def test_departments_and_utilities_have_one_unit_for_each_trade() -> None:
    trades = "fire police urban housing market sanitation drainage civil_affairs justice"
    assert {unit.trade for unit in of_kind(kinds.DEPARTMENT)} == set(trades.split())
    assert {unit.trade for unit in of_kind(kinds.UTILITY)} == {"gas", "water", "power", "heat"}
    assert len([unit for unit in PLAN.units if unit.trade]) == 13


def test_every_compound_has_exactly_one_branch_and_at_most_one_committee_and_property() -> None:
    for compound in of_kind(kinds.COMPOUND):
        served = SERVED_BY[compound.code]
        assert len(served[kinds.BRANCH]) == 1, compound.code
        assert len(served[kinds.COMMITTEE]) <= 1, compound.code
        assert len(served[kinds.PROPERTY]) <= 1, compound.code


def test_some_branches_serve_several_compounds() -> None:
    served = Counter(service.org_code for service in PLAN.services if service.kind == kinds.BRANCH)
    joint = [code for code, count in served.items() if count > 1 and "joint" in code]
    assert len(joint) > 10
    assert all(UNITS[code].parent_code in {c.code for c in of_kind(kinds.COMMUNITY)} for code in joint)


def test_compounds_of_every_make_up_exist_so_that_every_fallback_is_used() -> None:
    looked_after = (kinds.PROPERTY, kinds.COMMITTEE, kinds.EMERGENCY_PROPERTY)
    make_ups = {tuple(bool(SERVED_BY[c.code][kind]) for kind in looked_after) for c in ordinary_compounds()}
    assert {
        (True, True, False),
        (True, False, False),
        (False, True, True),
        (False, False, True),
        (False, False, False),
    } <= make_ups


def test_every_community_has_one_public_area_whose_branch_a_community_officer_leads() -> None:
    for community in of_kind(kinds.COMMUNITY):
        (area,) = (unit for unit in children(community.code, kinds.COMPOUND) if unit.public_area)
        assert area.boundary == community.boundary
        (branch,) = SERVED_BY[area.code][kinds.BRANCH]
        assert UNITS[branch].name_zh == f"{community.name_zh}党委"
        (secretary,) = STAFF[branch]
        assert {post.role for post in secretary.posts} == {roles.COMMUNITY_OFFICER, roles.BRANCH_SECRETARY}


def test_imported_cases_have_a_compound_outside_the_map_whose_chain_ends_at_people() -> None:
    unit = UNITS["530381.import"]
    assert (unit.kind, unit.public_area, unit.boundary, unit.invented) == (kinds.COMPOUND, False, None, True)
    community, subdistrict = chain_up(unit)
    assert SERVED_BY[unit.code][kinds.BRANCH] == [f"{community}.party"]
    assert STAFF[community]
    assert STAFF[subdistrict]


def test_the_links_between_grids_and_compounds_are_those_of_the_buildings() -> None:
    links = {(link.grid_code, link.compound_code) for link in PLAN.grid_compounds}
    ordinary = {link for link in links if not UNITS[link[1]].public_area}
    assert len(links) == len(PLAN.grid_compounds)
    assert ordinary == {(unit.grid_code, unit.parent_code) for unit in of_kind(kinds.BUILDING)}
    assert max(Counter(compound for _, compound in ordinary).values()) > 2
    assert max(Counter(grid for grid, _ in ordinary).values()) > 1


def test_jian_has_a_person_for_every_role_at_hand() -> None:
    served = SERVED_BY[JIAN]
    kinds_here = (kinds.PROPERTY, kinds.COMMITTEE, kinds.BRANCH, kinds.EMERGENCY_PROPERTY)
    units = [*(unit for kind in kinds_here for unit in served[kind]), *served[kinds.TEAM], *served[kinds.STATION]]
    for building in children(JIAN, kinds.BUILDING):
        units += [str(building.grid_code), *SERVED_BY[building.code][kinds.BUILDING_GROUP]]
    units += [*chain_up(UNITS[JIAN]), PLAN.code, *(u.code for u in PLAN.units if u.trade)]
    assert {post.role for unit in units for person in STAFF[unit] for post in person.posts} == set(roles.ALL)
    assert all(served[kind] for kind in (*kinds_here, kinds.TEAM, kinds.STATION))


def test_the_people_of_jian_have_user_names_that_one_can_guess() -> None:
    words = """jian.secretary jian.property jian.property2 jian.committee jian.committee2 jian.leader1 jian.leader8
    jian.household jian.grid jian.volunteer jian.station shuangxu.officer1 shuangxu.officer2 shuanglong.dispatcher1
    shuanglong.emergency fire.officer1 gas.staff1 city.supervisor1 city.supervisor3 auditor1 privacy1 admin1"""
    assert set(words.split()) <= {person.username for person in PLAN.people}
    (grid_worker,) = (person for person in PLAN.people if person.username == "jian.grid")
    first_grid = min(str(building.grid_code) for building in children(JIAN, kinds.BUILDING))
    assert [post.unit_code for post in grid_worker.posts] == [first_grid]


def test_every_level_above_a_compound_has_two_people_of_its_own() -> None:
    wanted = {kinds.COMMUNITY: roles.COMMUNITY_OFFICER, kinds.SUBDISTRICT: roles.SUBDISTRICT_DISPATCHER}
    for unit in PLAN.units:
        if unit.kind in wanted:
            holders = [p for p in STAFF[unit.code] if any(post.role == wanted[unit.kind] for post in p.posts)]
            assert len(holders) >= 2, unit.code
    assert len([p for p in STAFF[PLAN.code] if p.posts[0].role == roles.CITY_SUPERVISOR]) == 3


def test_whoever_handles_a_case_somebody_else_can_verify_judge_and_call() -> None:
    for compound in of_kind(kinds.COMPOUND):
        community, subdistrict = chain_up(compound)
        for handler in handlers(compound):
            assert STAFF[handler], handler
            assert free_of(handler, [community, subdistrict]), (compound.code, handler)
            assert free_of(handler, [subdistrict, PLAN.code]), (compound.code, handler)


def test_a_handler_below_the_community_leaves_two_of_its_officers_free() -> None:
    for compound in ordinary_compounds():
        community, subdistrict = chain_up(compound)
        for handler in set(handlers(compound)) - {community}:
            assert len(free_of(handler, [community])) >= 2, (compound.code, handler)
        assert len(free_of(community, [subdistrict])) == 2


def test_two_posts_come_in_four_pairs() -> None:
    pairs = {frozenset(post.role for post in person.posts) for person in PLAN.people if len(person.posts) == 2}
    assert pairs == {
        frozenset({roles.PROPERTY_STAFF, roles.BRANCH_SECRETARY}),
        frozenset({roles.BUILDING_LEADER, roles.COMMITTEE_MEMBER}),
        frozenset({roles.COMMUNITY_OFFICER, roles.BRANCH_SECRETARY}),
        frozenset({roles.COMMUNITY_OFFICER, roles.COMMITTEE_MEMBER}),
    }
    assert max(len(person.posts) for person in PLAN.people) == 2


def test_no_secretary_works_for_the_property_company_of_a_compound_of_the_branch() -> None:
    for compound in ordinary_compounds():
        (branch,) = SERVED_BY[compound.code][kinds.BRANCH]
        for property_code in SERVED_BY[compound.code][kinds.PROPERTY]:
            assert free_of(property_code, [branch]) == STAFF[branch], compound.code


def test_the_words_for_kinds_and_roles_are_those_of_the_domain() -> None:
    assert {*kinds.TERRITORY, *kinds.ORGANISATIONS} == set(UnitKind)
    assert set(roles.ALL) == set(Role)


def test_too_few_names_for_the_people_of_a_city_are_an_error() -> None:
    facts = read_facts(FACTS_FILE)
    few = replace(facts.words, given=facts.words.given[:3])
    with pytest.raises(ValueError, match="shorter"):
        people_of(lay_out(facts), facts.departments, facts.utilities, few)
