"""An account by hand: who it is for, what the password may be, and that it counts at once."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from gridgov.cities.plan import PostPlan
from gridgov.cli.people import create_user
from gridgov.db.models import OrgVersion, Person
from gridgov.db.session import city_now, make_engine
from gridgov.domain.errors import Conflict, Invalid
from gridgov.domain.org import Role
from gridgov.embedded.servers import ServerUrls
from gridgov.services.passwords import verify_password
from gridgov.services.people import create_person
from gridgov.services.world import World
from gridgov.settings import Settings

SUPERVISOR = [PostPlan("city_supervisor", "530381")]
GOOD = "three old bridges"


@pytest.fixture(scope="module")
def city(xuanwei_database: str) -> Iterator[Engine]:
    """An engine on the seeded city."""
    engine = make_engine(xuanwei_database, "xuanwei")
    yield engine
    engine.dispose()


@pytest.fixture
def session(city: Engine) -> Iterator[Session]:
    """A session in the seeded city whose work is rolled back."""
    with Session(city, autoflush=False) as one:
        yield one


def test_a_new_person_holds_the_post_at_once(session: Session, settings: Settings) -> None:
    world = World(settings.timezone)
    world.at(session, city_now(session))
    person = create_person(session, "li.ming", "李明", GOOD, SUPERVISOR)
    tree = world.at(session, city_now(session)).tree
    assert [(post.role, post.unit_id) for post in tree.posts_of[person.id]] == [(Role.CITY_SUPERVISOR, tree.city.id)]
    assert verify_password(person.password_hash, GOOD)


def test_a_taken_user_name_is_refused(session: Session) -> None:
    with pytest.raises(Conflict, match=r"jian\.secretary is taken"):
        create_person(session, "jian.secretary", "李明", GOOD, SUPERVISOR)


@pytest.mark.parametrize(
    ("username", "post", "field"),
    [
        ("Li Ming", PostPlan("admin", "530381"), "username"),
        ("a", PostPlan("admin", "530381"), "username"),
        ("li.ming", PostPlan("mayor", "530381"), "role"),
        ("li.ming", PostPlan("admin", "nowhere"), "unit"),
    ],
)
def test_what_cannot_be_is_named_by_its_field(session: Session, username: str, post: PostPlan, field: str) -> None:
    before = session.execute(select(OrgVersion.version)).scalar_one()
    with pytest.raises(Invalid) as refused:
        create_person(session, username, "李明", GOOD, [post])
    assert set(refused.value.fields) == {field}
    assert session.execute(select(OrgVersion.version)).scalar_one() == before


def test_the_command_reads_the_password_from_standard_input(
    make_database: Callable[[str], str], xuanwei_template: str, servers: ServerUrls, folder: Path
) -> None:
    arguments = ["li.ming", "--name", "李明", "--role", "admin", "--unit", "530381", "--password-stdin"]
    url = make_database(xuanwei_template)
    environ = {"DATABASE_URL": url, "REDIS_URL": servers.redis_url, "GRIDGOV_HOME": str(folder)}
    result = CliRunner().invoke(create_user, arguments, input=f"{GOOD}\n", env=environ, catch_exceptions=False)
    assert "li.ming can log in now" in result.output
    engine = make_engine(url, "xuanwei")
    with Session(engine) as session:
        person = session.execute(select(Person).where(Person.username == "li.ming")).scalar_one()
        assert (person.name, verify_password(person.password_hash, GOOD)) == ("李明", True)
    engine.dispose()
