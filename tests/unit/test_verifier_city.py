"""On a city: whoever is waited for is there and free of the work, in every compound, for every category."""

from dataclasses import replace

from gridgov.domain.org import Tree, UnitKind
from gridgov.domain.rules import Rules
from gridgov.domain.verifier.city import somebody_is_free, territory_is_complete
from gridgov.domain.verifier.report import Finding
from tests.unit.city_tree import one_community_of_xuanwei, without_staff, xuanwei_tree
from tests.unit.time_world import CALENDAR
from tests.unit.verified import TABLE, catalogue, report_on, shipped

RULES = Rules(shipped(), catalogue(), CALENDAR)


def refused(tree: Tree) -> list[Finding]:
    answers = [*territory_is_complete(RULES, tree), *somebody_is_free(RULES, tree)]
    return [answer for answer in answers if answer is not None]


def units(tree: Tree, *kinds: UnitKind) -> list[int]:
    return [unit.id for unit in tree.units.values() if unit.kind in kinds]


def test_the_whole_demonstration_city_holds() -> None:
    report = report_on(TABLE, xuanwei_tree())
    assert [finding for finding in report.findings if finding.proof in {8, 13}] == []
    looked_at = {line.proof: line.looked_at for line in report.checked}
    compounds = len(units(xuanwei_tree(), UnitKind.COMPOUND))
    assert looked_at[8] > compounds * len(catalogue().categories)


def test_each_level_above_the_branches_needs_somebody_who_can_be_told() -> None:
    tree = one_community_of_xuanwei()
    survivors = [
        tree.units[unit].code
        for unit in units(tree, UnitKind.COMMUNITY, UnitKind.SUBDISTRICT, UnitKind.CITY)
        if not refused(without_staff(tree, unit))
    ]
    assert survivors == []


def test_a_city_with_one_supervisor_is_refused() -> None:
    tree = one_community_of_xuanwei()
    first, *others = (post for post in tree.posts if post.unit_id == tree.city.id and post.role == "city_supervisor")
    lonely = replace(tree, posts=tuple(post for post in tree.posts if post not in others), _paths={})
    assert first in lonely.posts
    assert 13 in {finding.proof for finding in refused(lonely)}


def test_a_branch_or_property_that_nobody_is_left_in_falls_back_to_the_levels_above() -> None:
    tree = one_community_of_xuanwei()
    empty = without_staff(tree, *units(tree, UnitKind.BRANCH, UnitKind.PROPERTY, UnitKind.BUILDING_GROUP))
    assert refused(empty) == []


def test_when_all_who_could_judge_work_for_the_handler_the_judge_is_missed() -> None:
    tree = one_community_of_xuanwei()
    branch = tree.units[units(tree, UnitKind.BRANCH)[0]]
    above = {*units(tree, UnitKind.COMMUNITY, UnitKind.SUBDISTRICT, UnitKind.CITY)}
    judges = {person for unit in above for person in tree.acting[unit]}
    posts = tuple(replace(post, unit_id=branch.id) for post in tree.posts if post.person_id in judges)
    entangled = Tree(tree.units, tree.serving, (*tree.posts, *posts))
    found = {(finding.proof, str(finding.sentence)) for finding in refused(entangled)}
    assert (8, "Nobody free is left as judge.") in found or (8, "Nobody free is left as verifier.") in found


def test_a_compound_without_a_branch_or_with_two_is_refused_by_name() -> None:
    tree = one_community_of_xuanwei()
    compound, other = units(tree, UnitKind.COMPOUND)[:2]
    key = (compound, UnitKind.BRANCH)
    none = Tree(tree.units, {each: orgs for each, orgs in tree.serving.items() if each != key}, tree.posts)
    two = Tree(
        tree.units, {**tree.serving, key: (*tree.serving[key], tree.serving[other, UnitKind.BRANCH][0])}, tree.posts
    )
    for broken in (none, two):
        assert (tree.units[compound].code,) in {finding.path for finding in refused(broken)}


def test_a_community_without_a_public_area_is_refused() -> None:
    tree = one_community_of_xuanwei()
    plain = {key: replace(unit, public_area=False) for key, unit in tree.units.items()}
    assert "A community needs a public area." in {
        str(found.sentence) for found in refused(replace(tree, units=plain, _paths={}))
    }
