"""What a city plan is made of: units, who serves what, and people with posts. Values only, no rule and no row."""

from dataclasses import dataclass

from gridgov.cities.geometry import Point, Ring


@dataclass(frozen=True)
class UnitPlan:
    """One node of the tree: a piece of territory or an organisation that hangs on it.

    `kind` is a word of gridgov.cities.kinds. `invented` says that no public source names the unit. `boundary` is a
    closed ring (first point = last), counter-clockwise, in WGS-84 longitude and latitude with six decimals;
    a unit without one is never found from a point. `trade` says what a department or a utility looks after;
    `grid_code` is the one grid of a building and of nothing else.
    """

    code: str
    kind: str
    name_zh: str
    name_en: str
    parent_code: str | None
    invented: bool
    public_area: bool = False
    boundary: Ring | None = None
    point: Point | None = None
    trade: str | None = None
    grid_code: str | None = None


@dataclass(frozen=True)
class ServicePlan:
    """An organisation answers for a piece of territory; `kind` repeats the kind of the organisation."""

    org_code: str
    kind: str
    territory_code: str


@dataclass(frozen=True)
class GridCompound:
    """A grid and a compound share ground. A compound spans several grids, a grid holds several compounds."""

    grid_code: str
    compound_code: str


@dataclass(frozen=True)
class PostPlan:
    """A role (a word of gridgov.cities.roles) in a unit."""

    role: str
    unit_code: str


@dataclass(frozen=True)
class PersonPlan:
    """An account: a person who does not exist, with one post or two (双向进入、交叉任职)."""

    username: str
    name_zh: str
    posts: tuple[PostPlan, ...]


@dataclass(frozen=True)
class CityPlan:
    """A whole city. Every parent stands before its children in `units`."""

    code: str
    units: tuple[UnitPlan, ...]
    services: tuple[ServicePlan, ...]
    grid_compounds: tuple[GridCompound, ...]
    people: tuple[PersonPlan, ...]
