"""The demonstration's people as logins: which come first, the password they share, and seeding them with it."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from gridgov.adapters.demo_logins import FILE_NAME, DemoLogin, DemoLogins, DemoPost, keep_demo_logins
from gridgov.cities import kinds, roles
from gridgov.cities.plan import CityPlan, PersonPlan, UnitPlan
from gridgov.services.passwords import hash_password
from gridgov.services.seeding import Seeded, is_seeded, seed_city

# The compound that the demonstration is told about: it has a person for every role (issue "The city").
CENTRE = "吉安家园"
# Without the letters and digits that are taken for each other; 12 of these 31 make 59 bits.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def seed_demonstration(session: Session, home: Path, plan: CityPlan, now: datetime) -> Seeded:
    """Seed the city with one password for everybody, kept in `home`; see `seed_city` for what comes back and is raised.

    The file is written before the caller commits: were it the other way round, a crash between the two would
    leave a city that nobody can enter.
    """

    if is_seeded(session, plan):
        return Seeded()
    logins = keep_demo_logins(home, DemoLogins(new_password(), logins_of(plan)))
    return seed_city(session, plan, now, hash_password(logins.password))


def new_password() -> str:
    """A fresh password of three groups that can be read aloud, such as k7mw-3xhd-p9tr."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def logins_of(plan: CityPlan) -> tuple[DemoLogin, ...]:
    """Every person of the plan: first one for each role, then those around 吉安家园 and above it, then the rest."""
    nearness = _Nearness.in_plan(plan)
    near_first = sorted(plan.people, key=nearness.of)
    units = {unit.code: unit for unit in plan.units}
    chosen = list(_one_per_role(near_first))
    first = {person.username for person in chosen}
    rest = (person for person in near_first if person.username not in first)
    return tuple(_login(person, units) for person in (*chosen, *rest))


def useful_logins(logins: DemoLogins) -> tuple[DemoLogin, ...]:
    """The first login of each role: enough to play a case through."""
    found: dict[str, DemoLogin] = {}
    for login in logins.logins:
        if login.posts:
            found.setdefault(login.posts[0].role, login)
    return tuple(found.values())


def summary(logins: DemoLogins, home: Path) -> str:
    """What is printed at each start: the password, a login for every role, and where the others stand."""
    lines = [
        f"  {each.username:<22} {each.posts[0].role:<23} {each.posts[0].unit_zh}" for each in useful_logins(logins)
    ]
    more = f"{len(logins.logins)} logins in all, 全部账号: {home / FILE_NAME}"
    return "\n".join([f"Password of all, 共用密码: {logins.password}", *lines, f"  {more}"])


def _one_per_role(people: list[PersonPlan]) -> Iterator[PersonPlan]:
    for role in roles.ALL:
        yield from [person for person in people if person.posts[0].role == role][:1]


def _login(person: PersonPlan, units: dict[str, UnitPlan]) -> DemoLogin:
    places = [(post.role, units[post.unit_code]) for post in person.posts]
    posts = tuple(DemoPost(role, unit.name_zh, unit.name_en) for role, unit in places)
    return DemoLogin(person.username, person.name_zh, posts)


@dataclass(frozen=True)
class _Nearness:
    """How far a unit is from the centre: 0 inside it, 1 its community, 2 the subdistrict, 3 the city, 4 elsewhere."""

    steps: dict[str, int]

    @classmethod
    def in_plan(cls, plan: CityPlan) -> "_Nearness":
        units = {unit.code: unit for unit in plan.units}
        centre = next((unit.code for unit in plan.units if unit.name_zh == CENTRE), plan.code)
        steps = {code: rung for rung, code in enumerate(_path(units, centre))}
        inside = {code for code in units if centre in _path(units, code)}
        grids = {grid for code in inside if (grid := units[code].grid_code)}
        found = {code: _steps_to(unit, steps) for code, unit in units.items()}
        return cls({**found, **dict.fromkeys(inside, 0), **dict.fromkeys(grids, 0)})

    def of(self, person: PersonPlan) -> int:
        return self.steps[person.posts[0].unit_code]


def _steps_to(unit: UnitPlan, steps: dict[str, int]) -> int:
    """An organisation stands where it hangs: 双圩社区党委 beside 双圩社区. Other territory is elsewhere."""
    place = unit.code if unit.kind in kinds.TERRITORY else unit.parent_code
    return steps.get(place or unit.code, len(steps))


def _path(units: dict[str, UnitPlan], code: str) -> tuple[str, ...]:
    parent = units[code].parent_code
    return (code, *(_path(units, parent) if parent else ()))
