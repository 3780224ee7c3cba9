"""Units, people, boundaries and catalogues against a real city: what is taken, refused, said, and done only once."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from gridgov.cities.xuanwei import plan_xuanwei
from gridgov.db.session import Transactions, city_now, make_engine
from gridgov.domain.catalogue_file import load_catalogue
from gridgov.domain.coordinates import Crs, LonLat, from_wgs84
from gridgov.domain.errors import DefinitionError, Invalid
from gridgov.domain.jobs import ImportKind
from gridgov.domain.model_city import BRANCH, BUILDING, COMPOUND
from gridgov.services.imports.kinds import Desk, Options, open_import
from gridgov.services.imports.outcome import Outcome
from gridgov.services.imports.running import look
from gridgov.services.places import load_atlas
from gridgov.services.world import World
from gridgov.workflows import read_text
from tests.factories import ZONE, City, make_city

CITY_CODE = "530381"
PUBLIC = (
    "INSERT INTO units (code, kind, name_zh, name_en, parent_id, public_area, invented)"
    " VALUES ('m.s.c.public', 'compound', '公共', 'Public', 3, true, false)"
)


@dataclass
class Ran:
    """What all chunks of a file came to."""

    outcome: Outcome
    remarks: list[str]

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Added, changed, unchanged, refused."""
        counts = self.outcome.counts
        return counts["added"], counts["changed"], counts["unchanged"], len(self.outcome.refused)

    @property
    def refusals(self) -> list[tuple[int, str | None, str]]:
        return [(row.row_number, row.column, row.reason_en) for row in self.outcome.refused]


@dataclass
class Hand:
    """Somebody who imports files into a city."""

    engine: Engine
    desk: Desk
    folder: Path

    def run(self, kind: ImportKind, content: str, dry_run: bool = False, **options: Any) -> Ran:
        name = {"boundaries": "b.geojson", "catalogue": "c.toml"}.get(kind, "sheet.csv")
        path = self.folder / name
        path.write_text(content, encoding="utf-8")
        whole = Outcome()
        with open_import(self.desk, kind, path, Options(**options)) as importer:
            taken = 0
            for chunk in importer.chunks():
                if dry_run:
                    outcome = look(self.desk, importer, chunk)
                else:
                    with self.desk.transaction() as session:
                        outcome = importer.write(session, chunk, city_now(session))
                taken += len(chunk)
                whole.changes += outcome.changes
                whole.refused += outcome.refused
                whole.counts.update(outcome.counts)
            assert taken == importer.count()
            return Ran(whole, [str(each) for each in importer.remarks()])

    def units(self, *rows: str, headers: str = "code,kind,name_zh,parent_code", **said: Any) -> Ran:
        return self.run(ImportKind.UNITS, "\n".join((headers, *rows)), **said)

    def people(self, *rows: str, headers: str = "username,name,role,unit_code,from,until", **said: Any) -> Ran:
        return self.run(ImportKind.PEOPLE, "\n".join((headers, *rows)), **said)

    def boundaries(self, rings: dict[str, Any], crs: Crs = Crs.WGS84, **said: Any) -> Ran:
        return self.run(ImportKind.BOUNDARIES, geojson(rings), crs=crs, **said)

    def sql(self, statement: str) -> list[Any]:
        with self.engine.begin() as connection:
            result = connection.execute(text(statement))
            return [tuple(row) for row in result] if result.returns_rows else []


def geojson(rings: dict[str, Any]) -> str:
    features = [
        {
            "type": "Feature",
            "properties": {"code": code},
            "geometry": ring if isinstance(ring, dict) else {"type": "Polygon", "coordinates": [ring]},
        }
        for code, ring in rings.items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def square(lon: float, lat: float, size: float = 0.01) -> list[list[float]]:
    return [[lon, lat], [lon + size, lat], [lon + size, lat + size], [lon, lat + size], [lon, lat]]


def hand_of(engine: Engine, folder: Path) -> Hand:
    return Hand(engine, Desk(Transactions(engine), World(ZONE)), folder)


@pytest.fixture
def hand(own_engine: Engine, folder: Path) -> Hand:
    """An import into the model city."""
    with Transactions(own_engine)() as session:
        make_city(session)
        session.execute(text(PUBLIC))
        session.execute(text("UPDATE org_version SET version = version + 1"))
    return hand_of(own_engine, folder)


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


def test_boundaries_are_kept_in_wgs84_whatever_they_are_stated_in(hand: Hand) -> None:
    ring = square(104.1, 26.2)
    shifted = [list(from_wgs84(LonLat(*corner), Crs.BD09)) for corner in ring]
    assert hand.boundaries({"m.s.c.x": shifted}, Crs.BD09, dry_run=True).counts == (1, 0, 0, 0)
    assert hand.sql("SELECT count(*) FROM units WHERE boundary IS NOT NULL") == [(0,)]
    assert hand.boundaries({"m.s.c.x": shifted}, Crs.BD09).counts == (1, 0, 0, 0)
    ((kept,),) = hand.sql("SELECT boundary FROM units WHERE code = 'm.s.c.x'")
    assert kept == ring
    assert hand.boundaries({"m.s.c.x": ring}).counts == (0, 0, 1, 0)
    assert hand.boundaries({"m.s.c.x": square(104.1, 26.3)}).counts == (0, 1, 0, 0)


def test_a_point_becomes_the_units_point(hand: Hand) -> None:
    assert hand.boundaries({"m.s.c.x.b": {"type": "Point", "coordinates": [104.1, 26.2]}}).counts == (1, 0, 0, 0)
    assert hand.sql("SELECT point FROM units WHERE code = 'm.s.c.x.b'") == [([104.1, 26.2],)]


CROSSED = [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]


@pytest.mark.parametrize(
    ("code", "ring", "column", "reason"),
    [
        ("m.s.c.x", CROSSED, "geometry", "Self-intersection"),
        ("m.s.c.x", [*square(104, 26)[:-1], [0, 0]], "geometry", "not closed"),
        ("m.s.c.x", [[0, 0], [1, 1], [0, 0]], "geometry", "corners"),
        ("m.s.c.x", square(104, 95), "geometry", "no place on earth"),
        ("m.s.c.x", {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}, "geometry", "neither a polygon"),
        ("m.s.c.x", {"type": "Polygon", "coordinates": [square(1, 1), square(1, 1, 0.001)]}, "geometry", "holes"),
        ("m.s.c.x", {"type": "Point", "coordinates": ["1", True]}, "geometry", "a position"),
        ("m.nowhere", square(104, 26), "code", "no unit"),
        ("m.s.c.x.branch", square(104, 26), "code", "no boundary"),
        (7, square(104, 26), "code", "no unit 7"),
        (None, square(104, 26), "code", "no property code"),
        ("\ud800", square(104, 26), "code", "no property code"),
        ("m\0", square(104, 26), "code", "no property code"),
    ],
)
def test_a_shape_that_is_no_boundary_is_refused(hand: Hand, code: Any, ring: Any, column: str, reason: str) -> None:
    ran = hand.boundaries({code: ring, "m.s.c.g": square(104, 26)})
    assert ran.counts == (1, 0, 0, 1)
    ((number, where, why),) = ran.refusals
    assert (number, where, reason in why) == (1, column, True), why


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("[]", "no GeoJSON FeatureCollection"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        (
            '{"type": "FeatureCollection", "features": [], "crs": {"properties": {"name": "EPSG:3857"}}}',
            "longitude and latitude",
        ),
    ],
)
def test_a_file_that_is_no_feature_collection_is_refused_whole(hand: Hand, content: str, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        hand.run(ImportKind.BOUNDARIES, content, crs=Crs.WGS84)


def test_overlaps_gaps_and_what_sticks_out_are_said(hand: Hand) -> None:
    hand.units("m.s.c.g2,grid,二网格,m.s.c")
    ran = hand.boundaries(
        {
            "m.s.c": square(104.1, 26.2, 0.02),
            "m.s.c.g": square(104.1, 26.2, 0.011),
            "m.s.c.g2": square(104.11, 26.2, 0.011),
        }
    )
    assert ran.counts == (3, 0, 0, 0)
    assert [remark.split(" by ")[0] for remark in ran.remarks if " by " in remark] == [
        "m.s.c.g and m.s.c.g2 overlap",
        "m.s.c.g2 lies outside m.s.c",
    ]
    (gap,) = (remark for remark in ran.remarks if "lie in no grid" in remark)
    missing = int(gap.split(" m²")[0].replace(",", ""))
    # Of 0.02° × 0.02° the two leave 0.02 × 0.009: about 2,000 m by 1,000 m.
    assert missing == pytest.approx(0.02 * 0.009 * 111_320**2 * 0.897, rel=0.01)


def catalogue(version: int, edit: Callable[[str], str] = lambda body: body) -> str:
    return edit(read_text("catalogue.toml").replace("\nversion = 1\n", f"\nversion = {version}\n"))


def test_a_catalogue_is_proved_and_then_active_once(xuanwei: Hand) -> None:
    body = catalogue(2, lambda text: text.replace('handle = "2 h u"', 'handle = "1 h u"', 1))
    total = len(load_catalogue(body).categories)
    dry = xuanwei.run(ImportKind.CATALOGUE, body, dry_run=True)
    assert dry.counts == (0, 1, total - 1, 0)
    assert (dry.outcome.changes[0].key, dry.outcome.changes[0].fields) == ("0101", ("limits",))
    assert xuanwei.sql("SELECT version FROM catalogues WHERE active") == [(1,)]
    assert xuanwei.run(ImportKind.CATALOGUE, body).counts == (0, 1, total - 1, 0)
    assert xuanwei.sql("SELECT version, active FROM catalogues ORDER BY 1") == [(1, False), (2, True)]
    assert xuanwei.run(ImportKind.CATALOGUE, body).counts == (0, 0, total, 0)
    with xuanwei.desk.transaction() as session:
        assert xuanwei.desk.world.at(session, city_now(session)).catalogue.version == 2


def test_a_catalogue_keeps_its_version_for_ever(hand: Hand) -> None:
    ran = hand.run(ImportKind.CATALOGUE, catalogue(1, lambda text: text + "# a remark\n"))
    assert ran.refusals == [(0, None, "version has to be 2 at least.")]


def test_a_catalogue_that_the_loader_refuses_names_the_column(hand: Hand) -> None:
    with pytest.raises(DefinitionError, match=r"0101.*evidence"):
        hand.run(ImportKind.CATALOGUE, catalogue(2, lambda text: text.replace('evidence = "after"\n', "", 1)))


def without(code: str) -> Callable[[str], str]:
    def edit(body: str) -> str:
        head, *rows = body.split("[[categories]]")
        return "[[categories]]".join([head, *(row for row in rows if f'code = "{code}"' not in row)])

    return edit


def report(hand: Hand, category: str) -> City:
    with hand.desk.transaction() as session:
        snapshot = hand.desk.world.at(session, city_now(session))
        city = City(session, hand.desk.world, snapshot)
        city.report(category)
        return city


def test_a_category_that_a_case_has_cannot_go_and_another_can(hand: Hand) -> None:
    report(hand, "0402")
    ran = hand.run(ImportKind.CATALOGUE, catalogue(2, without("0402")))
    assert ran.refusals == [(0, None, "Category 0402 is needed by cases and cannot go.")]
    ran = hand.run(ImportKind.CATALOGUE, catalogue(2, without("0403")))
    assert (ran.refusals, ran.outcome.counts["removed"]) == ([], 1)


def test_a_running_case_keeps_the_limit_that_was_frozen(hand: Hand) -> None:
    report(hand, "0101")
    before = hand.sql("SELECT promised_at, due_at, facts FROM cases")
    hand.run(ImportKind.CATALOGUE, catalogue(2, lambda text: text.replace('handle = "2 h u"', 'handle = "1 h u"', 1)))
    assert hand.sql("SELECT version FROM catalogues WHERE active") == [(2,)]
    assert hand.sql("SELECT promised_at, due_at, facts FROM cases") == before


def test_a_catalogue_that_a_proof_refuses_changes_nothing(hand: Hand) -> None:
    ran = hand.run(ImportKind.CATALOGUE, catalogue(2, without("0401")))
    assert ran.outcome.refused
    assert all(each.reason_en.startswith("Proof 11") for each in ran.outcome.refused)
    assert hand.sql("SELECT version FROM catalogues") == [(1,)]


def test_a_point_finds_the_building_whose_own_boundary_holds_it(hand: Hand) -> None:
    hand.boundaries({"m.s.c.x": square(104.1, 26.2), "m.s.c.x.b": square(104.102, 26.202, 0.001)})
    with Session(hand.engine) as session:
        atlas = load_atlas(session, hand.desk.world.at(session, city_now(session)).tree)
    inside, beside = atlas.place_at(104.1025, 26.2025), atlas.place_at(104.109, 26.209)
    assert (inside.compound_id, inside.building_id) == (COMPOUND, BUILDING)
    assert (beside.compound_id, beside.building_id) == (COMPOUND, None)
