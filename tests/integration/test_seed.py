"""The demonstration city in the database: all of it, once, with logins that only the data folder knows."""

import stat
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gridgov.adapters.demo_logins import FILE_NAME, DemoLogin, DemoLogins, keep_demo_logins, read_demo_logins
from gridgov.cities.xuanwei import plan_xuanwei
from gridgov.cli.seed import seed
from gridgov.db.models import OrgVersion, Person, PostRow, ServiceRow, UnitRow
from gridgov.db.session import Transactions, make_engine
from gridgov.domain.errors import Conflict
from gridgov.domain.org import Role, Tree, UnitKind
from gridgov.embedded.servers import ServerUrls
from gridgov.services.demo_logins import seed_demonstration, useful_logins
from gridgov.services.passwords import verify_password
from gridgov.services.seeding import Seeded, seed_city
from gridgov.services.world import World
from gridgov.settings import Settings

PLAN = plan_xuanwei()
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
LONG_AGO = datetime(2011, 7, 1, 1, 0, tzinfo=UTC)
TABLES = (UnitRow, ServiceRow, Person, PostRow)


@pytest.fixture(scope="module")
def city(xuanwei_database: str) -> Iterator[Engine]:
    """An engine on the seeded city; these tests roll back what they write."""
    engine = make_engine(xuanwei_database, "xuanwei")
    yield engine
    engine.dispose()


@pytest.fixture
def session(city: Engine) -> Iterator[Session]:
    """A session in the seeded city whose work is rolled back."""
    with Session(city, autoflush=False) as one:
        yield one


def counts(session: Session) -> list[int]:
    """How many rows a seeding writes to."""
    return [session.execute(select(func.count()).select_from(table)).scalar_one() for table in TABLES]


def tree_at(session: Session, settings: Settings, now: datetime) -> Tree:
    """The city as the rules see it."""
    return World(settings.timezone).at(session, now).tree


def test_the_whole_plan_is_written(session: Session) -> None:
    posts = sum(len(person.posts) for person in PLAN.people)
    assert counts(session) == [len(PLAN.units), len(PLAN.services), len(PLAN.people), posts]


def test_there_are_nine_subdistricts_51_communities_and_150_compounds_or_more(session: Session) -> None:
    kinds = Counter(session.execute(select(UnitRow.kind).where(~UnitRow.public_area)).scalars())
    assert (kinds["subdistrict"], kinds["community"]) == (9, 51)
    assert kinds["compound"] >= 150


def test_every_compound_has_exactly_one_branch(session: Session) -> None:
    branches = select(ServiceRow.territory_id).where(ServiceRow.kind == "branch")
    compounds = select(UnitRow.id).where(UnitRow.kind == "compound")
    assert sorted(session.execute(branches).scalars()) == sorted(session.execute(compounds).scalars())


def test_the_database_refuses_a_second_branch_for_a_compound(session: Session) -> None:
    served = session.execute(select(ServiceRow).where(ServiceRow.kind == "branch").limit(1)).scalar_one()
    other = select(UnitRow.id).where(UnitRow.kind == "branch", UnitRow.id != served.org_id).limit(1)
    second = {"org_id": session.execute(other).scalar_one(), "kind": "branch", "territory_id": served.territory_id}
    with pytest.raises(IntegrityError, match="one_branch_per_compound"):
        session.execute(insert(ServiceRow).values(second))


def test_the_tree_has_the_units_of_the_plan(session: Session, settings: Settings) -> None:
    tree = tree_at(session, settings, NOW)
    codes = {unit.id: unit.code for unit in tree.units.values()}
    seen = {
        (u.code, u.kind.value, u.name_zh, u.name_en, codes.get(u.parent_id or 0), u.trade, codes.get(u.grid_id or 0))
        for u in tree.units.values()
    }
    assert seen == {(u.code, u.kind, u.name_zh, u.name_en, u.parent_code, u.trade, u.grid_code) for u in PLAN.units}
    assert {u.code for u in tree.units.values() if u.public_area} == {u.code for u in PLAN.units if u.public_area}


@pytest.mark.parametrize("now", [LONG_AGO, NOW])
def test_the_tree_has_the_services_of_the_plan_in_every_year(
    session: Session, settings: Settings, now: datetime
) -> None:
    tree = tree_at(session, settings, now)
    planned: dict[tuple[int, UnitKind], list[str]] = {}
    for service in PLAN.services:
        key = (tree.by_code[service.territory_code].id, UnitKind(service.kind))
        planned.setdefault(key, []).append(service.org_code)
    assert {key: [tree.units[org].code for org in orgs] for key, orgs in tree.serving.items()} == {
        key: sorted(codes) for key, codes in planned.items()
    }


@pytest.mark.parametrize("now", [LONG_AGO, NOW])
def test_the_tree_has_the_posts_of_the_plan_in_every_year(session: Session, settings: Settings, now: datetime) -> None:
    tree = tree_at(session, settings, now)
    usernames = dict(session.execute(select(Person.id, Person.username)).all())
    seen = Counter((usernames[post.person_id], post.role, tree.units[post.unit_id].code) for post in tree.posts)
    planned = ((person.username, Role(post.role), post.unit_code) for person in PLAN.people for post in person.posts)
    assert seen == Counter(planned)


def test_the_grids_of_each_compound_are_those_of_the_plan(session: Session, settings: Settings) -> None:
    tree = tree_at(session, settings, NOW)
    seen = {(tree.units[grid].code, tree.units[key].code) for key, grids in tree.grids_of.items() for grid in grids}
    assert seen == {(pair.grid_code, pair.compound_code) for pair in PLAN.grid_compounds}


def test_boundaries_and_points_are_kept(session: Session) -> None:
    kept = session.execute(select(UnitRow.code, UnitRow.boundary, UnitRow.point)).all()
    assert {code: (boundary, point) for code, boundary, point in kept} == {
        unit.code: (unit.boundary and [list(place) for place in unit.boundary], unit.point and list(unit.point))
        for unit in PLAN.units
    }


def test_a_unit_without_a_boundary_has_none_in_sql_too(session: Session) -> None:
    bounded = select(func.count()).where(UnitRow.boundary.is_not(None))
    assert session.execute(bounded).scalar_one() == sum(unit.boundary is not None for unit in PLAN.units)


def test_nobody_has_a_mail_address_and_everybody_the_one_password(session: Session, xuanwei_password: str) -> None:
    assert session.execute(select(func.count(Person.email))).scalar_one() == 0
    (password_hash,) = session.execute(select(Person.password_hash).distinct()).scalars()
    assert verify_password(password_hash, xuanwei_password)


def test_a_second_seed_adds_nothing(session: Session) -> None:
    before = counts(session)
    added = seed_city(session, PLAN, NOW, "another hash")
    assert added == Seeded() and added.nothing
    assert counts(session) == before
    assert session.execute(select(func.count()).where(Person.password_hash == "another hash")).scalar_one() == 0


def test_another_city_in_the_database_is_refused(session: Session) -> None:
    with pytest.raises(Conflict, match="holds the city 530381"):
        seed_city(session, replace(PLAN, code="530382"), NOW, "hash")


def test_seeding_tells_every_process_that_the_city_changed(own_engine: Engine, folder: Path) -> None:
    transaction = Transactions(own_engine)
    with transaction() as session:
        before = session.execute(select(OrgVersion.version)).scalar_one()
    with transaction() as session:
        assert not seed_demonstration(session, folder, PLAN, NOW).nothing
    with transaction() as session:
        assert session.execute(select(OrgVersion.version)).scalar_one() > before


def test_of_two_seedings_at_the_same_time_one_adds_the_city(own_engine: Engine, folder: Path) -> None:
    def one_of_two() -> Seeded:
        with Transactions(own_engine)() as session:
            return seed_demonstration(session, folder, PLAN, NOW)

    with ThreadPoolExecutor(2) as pool:
        seeded = [future.result(timeout=60) for future in [pool.submit(one_of_two) for _ in range(2)]]
    assert sorted(added.people for added in seeded) == [0, len(PLAN.people)]
    with Session(own_engine) as session:
        assert counts(session)[0] == len(PLAN.units)


def test_the_command_seeds_once_and_prints_the_logins_each_time(
    own_database: str, own_engine: Engine, servers: ServerUrls, folder: Path
) -> None:
    environ = {"DATABASE_URL": own_database, "REDIS_URL": servers.redis_url, "GRIDGOV_HOME": str(folder)}
    first = CliRunner().invoke(seed, ["xuanwei"], env=environ, catch_exceptions=False)
    kept = read_demo_logins(folder)
    second = CliRunner().invoke(seed, ["xuanwei"], env=environ, catch_exceptions=False)
    assert kept is not None
    assert "3349 units" in first.output and kept.password in first.output and "jian.secretary" in first.output
    assert "nothing was added" in second.output and kept.password in second.output
    assert read_demo_logins(folder) == kept
    with Session(own_engine) as session:
        assert counts(session)[2] == len(PLAN.people)
        (password_hash,) = session.execute(select(Person.password_hash).distinct()).scalars()
    assert verify_password(password_hash, kept.password)


def test_seeding_from_another_folder_does_not_invent_a_password(
    xuanwei_database: str, servers: ServerUrls, folder: Path
) -> None:
    environ = {"DATABASE_URL": xuanwei_database, "REDIS_URL": servers.redis_url, "GRIDGOV_HOME": str(folder)}
    result = CliRunner().invoke(seed, ["xuanwei"], env=environ, catch_exceptions=False)
    assert "another data folder" in result.output
    assert read_demo_logins(folder) is None


@pytest.fixture(scope="module")
def seeded_home(make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose city was just seeded."""
    home, engine = tmp_path_factory.mktemp("home"), make_engine(make_database(), "xuanwei")
    with Transactions(engine)() as session:
        seed_demonstration(session, home, PLAN, NOW)
    engine.dispose()
    return home


@pytest.fixture
def logins(seeded_home: Path) -> DemoLogins:
    """What the data folder of a seeded city keeps."""
    kept = read_demo_logins(seeded_home)
    assert kept is not None
    return kept


def test_only_the_owner_can_read_the_logins(seeded_home: Path) -> None:
    assert stat.S_IMODE((seeded_home / FILE_NAME).stat().st_mode) == 0o600
    assert [path.name for path in seeded_home.iterdir()] == [FILE_NAME]


def test_the_file_names_everybody_with_all_posts(logins: DemoLogins) -> None:
    units = {unit.code: unit for unit in PLAN.units}
    seen = {(each.username, each.name, *((p.role, p.unit_zh, p.unit_en) for p in each.posts)) for each in logins.logins}
    assert len(logins.logins) == len(PLAN.people)
    assert seen == {
        (
            person.username,
            person.name_zh,
            *((p.role, units[p.unit_code].name_zh, units[p.unit_code].name_en) for p in person.posts),
        )
        for person in PLAN.people
    }


def test_the_first_logins_are_one_for_every_role_around_one_compound(logins: DemoLogins) -> None:
    useful = useful_logins(logins)
    assert useful == logins.logins[: len(Role)]
    assert {login.posts[0].role for login in useful} == set(Role)
    assert {"jian.secretary", "jian.property", "jian.committee", "jian.grid"} <= {login.username for login in useful}
    assert {"shuangxu.officer1", "shuanglong.dispatcher1", "city.supervisor1"} <= {login.username for login in useful}


def test_the_compound_and_the_levels_above_it_come_before_all_the_others(logins: DemoLogins) -> None:
    usernames = [login.username for login in logins.logins]
    near = [place for place, name in enumerate(usernames) if name.startswith(("jian.", "shuanglong.", "city."))]
    assert max(near) < usernames.index("xining.dispatcher1")


def test_the_password_of_each_data_folder_is_another_one(logins: DemoLogins, folder: Path, own_engine: Engine) -> None:
    with Transactions(own_engine)() as session:
        seed_demonstration(session, folder, PLAN, NOW)
    other = read_demo_logins(folder)
    assert other is not None and other.password != logins.password
    assert [len(group) for group in logins.password.split("-")] == [4, 4, 4]


def test_a_password_that_is_kept_stays_when_the_people_change(folder: Path) -> None:
    keep_demo_logins(folder, DemoLogins("first", (DemoLogin("a", "甲", ()),)))
    kept = keep_demo_logins(folder, DemoLogins("second", (DemoLogin("b", "乙", ()),)))
    assert kept == read_demo_logins(folder) == DemoLogins("first", (DemoLogin("b", "乙", ()),))
    assert stat.S_IMODE((folder / FILE_NAME).stat().st_mode) == 0o600


def test_an_edited_file_without_a_password_is_named(folder: Path) -> None:
    (folder / FILE_NAME).write_text("jian.secretary\t李慕青\n", encoding="utf-8")
    with pytest.raises(ValueError, match="demo-logins does not begin with"):
        read_demo_logins(folder)
