"""Sheets of units and people against a real city: what is taken, refused, said, and done only once."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from gridgov.cities.xuanwei import plan_xuanwei
from gridgov.db.session import city_now, make_engine
from gridgov.domain.jobs import ImportKind
from gridgov.domain.model_city import BRANCH
from tests.integration.import_hand import Hand, hand_of, model_hand


@pytest.fixture
def hand(own_engine: Engine, folder: Path) -> Hand:
    """An import into the model city."""
    return model_hand(own_engine, folder)


@pytest.fixture
def xuanwei(make_database: Callable[[str], str], xuanwei_template: str, folder: Path) -> Iterator[Hand]:
    """An import into the seeded city."""
    engine = make_engine(make_database(xuanwei_template), "xuanwei")
    yield hand_of(engine, folder)
    engine.dispose()


def test_a_whole_city_as_sheets_changes_nothing_in_the_city_that_it_was_seeded_from(xuanwei: Hand) -> None:
    plan = plan_xuanwei()
    serves: dict[str, list[str]] = {}
    for service in plan.services:
        serves.setdefault(service.org_code, []).append(service.territory_code)
    headers = "code,kind,name_zh,name_en,parent_code,grid_code,trade,public_area,serves"
    rows = [
        f'{unit.code},{unit.kind},"{unit.name_zh}","{unit.name_en}",{unit.parent_code or ""},{unit.grid_code or ""},'
        f"{unit.trade or ''},{'是' if unit.public_area else ''},{' '.join(serves.get(unit.code, ()))}"
        for unit in reversed(plan.units)
    ]
    ran = xuanwei.units(*rows, headers=headers)
    assert ran.refusals == []
    assert ran.counts == (0, 0, len(plan.units), 0)
    posts = [
        f"{person.username},{person.name_zh},{post.role},{post.unit_code}"
        for person in plan.people
        for post in person.posts
    ]
    ran = xuanwei.people(*posts, headers="username,name,role,unit_code")
    assert (ran.counts, ran.refusals) == ((0, 0, len(posts), 0), [])
    rings = {unit.code: [list(pair) for pair in unit.boundary] for unit in plan.units if unit.boundary}
    ran = xuanwei.boundaries(rings)
    assert (ran.counts, ran.refusals) == ((0, 0, len(rings), 0), [])


def test_units_may_stand_in_any_order_and_serve_what_the_same_sheet_makes(hand: Hand) -> None:
    headers = "code,kind,name_zh,parent_code,grid_code,serves"
    rows = (
        "m.s.c.y.branch,支部,新村支部,m.s.c.y,,m.s.c.y",
        "m.s.c.y.1,楼栋,一号楼,m.s.c.y,m.s.c.g2,",
        "m.s.c.y,小区,新村,m.s.c,,",
        "m.s.c.g2,网格,二网格,m.s.c,,",
    )
    dry = hand.units(*rows, headers=headers, dry_run=True)
    assert (dry.counts, dry.remarks) == ((4, 0, 0, 0), [])
    assert hand.units(*rows, headers=headers).counts == (4, 0, 0, 0)
    with hand.desk.transaction() as session:
        tree = hand.desk.world.at(session, city_now(session)).tree
    compound, building = tree.by_code["m.s.c.y"], tree.by_code["m.s.c.y.1"]
    assert (building.parent_id, building.grid_id) == (compound.id, tree.by_code["m.s.c.g2"].id)
    assert [tree.units[org].code for (at, _), orgs in tree.serving.items() if at == compound.id for org in orgs] == [
        "m.s.c.y.branch"
    ]
    assert hand.units(*rows, headers=headers).counts == (0, 0, 4, 0)


def test_a_column_that_the_sheet_does_not_have_is_left_alone(hand: Hand) -> None:
    assert hand.units("m.s.c.x.b,building,一幢,m.s.c.x").counts == (0, 1, 0, 0)
    assert hand.sql("SELECT name_zh, name_en, grid_id FROM units WHERE code = 'm.s.c.x.b'") == [
        ("一幢", "Building 1", 4)
    ]
    hand.units("m.s.c.x.b,building,一幢,m.s.c.x,", headers="code,kind,name_zh,parent_code,grid_code")
    assert hand.sql("SELECT grid_id FROM units WHERE code = 'm.s.c.x.b'") == [(None,)]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("m.s.c.y,compound,新村,m.s.c.y", "parent_code", "below itself"),
        ("m.s.c,community,社区,m.s.c.x", "parent_code", "below itself"),
        ("m.s.c.y,compound,新村,m.s.nowhere", "parent_code", "no unit m.s.nowhere"),
        ("m.s.c.y,compound,新村,m.s", "parent_code", "lies in a community"),
        ("m.s.c.y,compound,新村,", "parent_code", "only the city"),
        ("n,city,另一市,", "parent_code", "another city"),
        ("m.s.c.x,building,一号楼,m.s.c", "kind", "stays one"),
        ("m.new,department,新局,m", "trade", "names its trade"),
        ("m s,compound,新村,m.s.c", "code", "a code has"),
        ("m.s.c.y,compound,,m.s.c", "name_zh", "empty"),
    ],
)
def test_a_unit_that_cannot_stand_there_is_refused(hand: Hand, row: str, column: str, reason: str) -> None:
    ran = hand.units(row, "m.s.c.z,compound,好村,m.s.c")
    assert ran.counts == (1, 0, 0, 1)
    ((number, where, why),) = ran.refusals
    assert (number, where, reason in why) == (2, column, True), why


def test_two_units_below_each_other_and_what_hangs_on_them_are_refused(hand: Hand) -> None:
    ran = hand.units("a,community,甲,b", "b,subdistrict,乙,a", "c,grid,丙,a", "m.s.c.z,compound,好村,m.s.c")
    assert ran.counts == (1, 0, 0, 3)
    assert sorted(why for _, _, why in ran.refusals) == [
        "a would lie below itself",
        "b would lie below itself",
        "there is no unit a, or its row was refused",
    ]


def test_a_compound_has_one_branch(hand: Hand) -> None:
    rows = ("m.s.c.x.second,branch,第二支部,m.s.c.x,m.s.c.x", "m.s.c.x,compound,小区,m.s.c,m.s.c.x")
    ran = hand.units(*rows, headers="code,kind,name_zh,parent_code,serves")
    assert [(where, "already" in why or "only an organisation" in why) for _, where, why in ran.refusals] == [
        ("serves", True),
        ("serves", True),
    ]


def test_the_second_row_of_a_code_is_refused(hand: Hand) -> None:
    ran = hand.units("m.s.c.y,compound,新村,m.s.c", "m.s.c.y,compound,旧村,m.s.c")
    assert ran.refusals == [(3, "code", "m.s.c.y stands in row 2 already")]
    assert hand.sql("SELECT name_zh FROM units WHERE code = 'm.s.c.y'") == [("新村",)]


def test_people_get_accounts_and_dated_posts(hand: Hand) -> None:
    rows = (
        "li.na,李娜,网格员,m.s.c.g,2026-01-01,2027-01-01",
        "li.na,李娜,支部书记,m.s.c.x.branch,,",
        "wang,王伟,volunteer,m.s.c.x,,",
    )
    dry = hand.people(*rows, dry_run=True)
    assert (dry.counts, dry.outcome.counts["people_added"]) == ((3, 0, 0, 0), 2)
    assert hand.sql("SELECT count(*) FROM people WHERE username IN ('li.na', 'wang')") == [(0,)]
    ran = hand.people(*rows)
    assert (ran.counts, ran.remarks) == ((3, 0, 0, 0), ["2 new people have no password yet and cannot log in."])
    posts = "SELECT role, valid_from::text, valid_to::text FROM posts JOIN people p ON p.id = person_id"
    assert hand.sql(f"{posts} WHERE username = 'li.na' ORDER BY role") == [
        ("branch_secretary", None, None),
        ("grid_worker", "2026-01-01", "2027-01-01"),
    ]
    version = hand.sql("SELECT version FROM org_version")
    assert hand.people(*rows).counts == (0, 0, 3, 0)
    assert hand.sql("SELECT version FROM org_version") == version


def test_a_new_name_and_a_new_end_are_changes(hand: Hand) -> None:
    hand.people("li.na,李娜,grid_worker,m.s.c.g,2026-01-01,")
    ran = hand.people("li.na,李那,grid_worker,m.s.c.g,2026-01-01,2026-12-01")
    assert (ran.counts, ran.outcome.changes[0].fields) == ((0, 1, 0, 0), ("name", "until"))
    assert hand.sql("SELECT name FROM people WHERE username = 'li.na'") == [("李那",)]
    assert hand.sql("SELECT valid_to::text FROM posts WHERE valid_from = '2026-01-01'") == [("2026-12-01",)]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("li.na,李娜,emperor,m.s.c.g,,", "role", "is no role"),
        ("Li Na,李娜,grid_worker,m.s.c.g,,", "username", "a user name has"),
        ("li.na,李娜,grid_worker,m.nowhere,,", "unit_code", "no unit"),
        ("li.na,李娜,grid_worker,m.s.c.x,,", "unit_code", "works at a grid"),
        ("li.na,李娜,grid_worker,m.s.c.g,2026-02-01,2026-01-01", "until", "over before it begins"),
        ("li.na,李娜,grid_worker,m.s.c.g,soon,", "from", "not a date"),
        ("li.na,,grid_worker,m.s.c.g,,", "name", "empty"),
        ("person1070,人1070,branch_secretary,m.s.c.x.branch,2026-01-01,", "from", "stands already"),
    ],
)
def test_a_person_that_cannot_be_is_refused(hand: Hand, row: str, column: str, reason: str) -> None:
    ran = hand.people(row, "wang,王伟,volunteer,m.s.c.x,,")
    assert ran.counts == (1, 0, 0, 1)
    ((number, where, why),) = ran.refusals
    assert (number, where, reason in why) == (2, column, True), why


def test_a_substitute_stands_for_somebody_who_holds_the_post_and_not_for_ever(hand: Hand) -> None:
    headers = "username,name,role,unit_code,from,until,substitute_for"
    post = "branch_secretary,m.s.c.x.branch"
    ran = hand.people(
        f"li.na,李娜,{post},2026-01-01,2026-02-01,person{1000 + 10 * BRANCH}",
        f"wang,王伟,{post},2026-01-01,,person{1000 + 10 * BRANCH}",
        f"zhao,赵敏,{post},2026-01-01,2026-02-01,person1030",
        headers=headers,
    )
    assert ran.counts == (1, 0, 0, 2)
    assert [why for _, _, why in ran.refusals] == [
        "a substitute's post needs an end",
        "person1030 holds no such post",
    ]


def test_a_sheet_of_posts_makes_nobody_up(hand: Hand) -> None:
    content = "username,role,unit_code\nperson1070,volunteer,m.s.c.x\nnobody1,volunteer,m.s.c.x\n"
    ran = hand.run(ImportKind.POSTS, content)
    assert (ran.counts, ran.refusals) == ((1, 0, 0, 1), [(3, "username", "there is nobody called nobody1")])
    assert hand.sql("SELECT name FROM people WHERE username = 'person1070'") == [("人1070",)]
