"""The city as a value: units, who serves whom, who holds which post. A snapshot; nothing here changes it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from functools import cached_property
from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class UnitKind(StrEnum):
    """What a node of the tree is: territory first, then the organisations that hang on it (workflow.md §1)."""

    CITY = "city"
    SUBDISTRICT = "subdistrict"
    COMMUNITY = "community"
    GRID = "grid"
    COMPOUND = "compound"
    BUILDING = "building"
    BRANCH = "branch"
    BUILDING_GROUP = "building_group"
    COMMITTEE = "committee"
    PROPERTY = "property"
    EMERGENCY_PROPERTY = "emergency_property"
    DEPARTMENT = "department"
    UTILITY = "utility"
    TEAM = "team"
    STATION = "station"


class Role(StrEnum):
    """What a post appoints a person to (workflow.md §1). A resident has no account."""

    HOUSEHOLD_LEAD = "household_lead"
    BUILDING_LEADER = "building_leader"
    GRID_WORKER = "grid_worker"
    BRANCH_SECRETARY = "branch_secretary"
    COMMITTEE_MEMBER = "committee_member"
    PROPERTY_STAFF = "property_staff"
    UTILITY_STAFF = "utility_staff"
    COMMUNITY_OFFICER = "community_officer"
    SUBDISTRICT_DISPATCHER = "subdistrict_dispatcher"
    DEPARTMENT_OFFICER = "department_officer"
    VOLUNTEER = "volunteer"
    CITY_SUPERVISOR = "city_supervisor"
    AUDITOR = "auditor"
    PRIVACY_OFFICER = "privacy_officer"
    ADMIN = "admin"


class Level(IntEnum):
    """Who supervises: the rungs of the ladder."""

    OWNER = 0
    COMMUNITY = 1
    SUBDISTRICT = 2
    CITY = 3


ACTING_ROLE: Mapping[UnitKind, Role] = {
    UnitKind.CITY: Role.CITY_SUPERVISOR,
    UnitKind.SUBDISTRICT: Role.SUBDISTRICT_DISPATCHER,
    UnitKind.COMMUNITY: Role.COMMUNITY_OFFICER,
    UnitKind.GRID: Role.GRID_WORKER,
    UnitKind.BRANCH: Role.BRANCH_SECRETARY,
    UnitKind.BUILDING_GROUP: Role.BUILDING_LEADER,
    UnitKind.COMMITTEE: Role.COMMITTEE_MEMBER,
    UnitKind.PROPERTY: Role.PROPERTY_STAFF,
    UnitKind.EMERGENCY_PROPERTY: Role.PROPERTY_STAFF,
    UnitKind.DEPARTMENT: Role.DEPARTMENT_OFFICER,
    UnitKind.UTILITY: Role.UTILITY_STAFF,
    UnitKind.TEAM: Role.VOLUNTEER,
    UnitKind.STATION: Role.VOLUNTEER,
}
"""In whose post a person acts for a unit of that kind. Compounds and buildings act through others."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A node: `parent_id` is its territory, `grid_id` the grid of a building, `trade` what a department does."""

    id: int
    code: str
    kind: UnitKind
    name_zh: str
    name_en: str
    parent_id: int | None
    grid_id: int | None = None
    trade: str | None = None
    public_area: bool = False


@dataclass(frozen=True, slots=True)
class Post:
    """A person's appointment that is valid at the moment of the snapshot."""

    person_id: int
    role: Role
    unit_id: int


@dataclass(frozen=True, slots=True)
class Shift:
    """Who is on duty for a unit from `begins_at` until just before `ends_at` (aware)."""

    unit_id: int
    person_id: int
    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Tree:
    """The city at one moment: every unit, every service and every post that is valid then.

    `serving` maps (territory id, kind of organisation) to the organisations that serve it, in code order;
    `shifts` are those of the two days that begin with the snapshot's.
    """

    units: Mapping[int, Unit]
    serving: Mapping[tuple[int, UnitKind], tuple[int, ...]]
    posts: tuple[Post, ...]
    version: int = 0
    shifts: tuple[Shift, ...] = ()
    _paths: dict[int, tuple[int, ...]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def by_code(self) -> Mapping[str, Unit]:
        """Every unit by its readable code."""
        return {unit.code: unit for unit in self.units.values()}

    @cached_property
    def city(self) -> Unit:
        """The root."""
        return next(unit for unit in self.units.values() if unit.kind is UnitKind.CITY)

    @cached_property
    def posts_at(self) -> Mapping[int, tuple[Post, ...]]:
        """The posts of each unit that has any."""
        return _grouped((post.unit_id, post) for post in self.posts)

    @cached_property
    def posts_of(self) -> Mapping[int, tuple[Post, ...]]:
        """The posts of each person who has any."""
        return _grouped((post.person_id, post) for post in self.posts)

    def acts_for(self, person_id: int) -> list[int]:
        """The units that the person may act for."""
        posts = self.posts_of.get(person_id, ())
        return [post.unit_id for post in posts if ACTING_ROLE.get(self.units[post.unit_id].kind) is post.role]

    @cached_property
    def acting(self) -> Mapping[int, tuple[int, ...]]:
        """The people who may act for each unit: those who hold its acting role there, by person id."""
        return {
            unit_id: tuple(sorted({post.person_id for post in posts if self._acts(post)}))
            for unit_id, posts in self.posts_at.items()
            if any(map(self._acts, posts))
        }

    @cached_property
    def shifts_at(self) -> Mapping[int, tuple[Shift, ...]]:
        """The shifts of each unit that has a roster."""
        return _grouped((shift.unit_id, shift) for shift in self.shifts)

    def on_duty(self, unit_id: int, at: datetime) -> tuple[int, ...]:
        """Who is on duty for the unit at `at` and still acts for it; empty where no roster covers the moment."""
        present = (shift for shift in self.shifts_at.get(unit_id, ()) if shift.begins_at <= at < shift.ends_at)
        acting = self.acting.get(unit_id, ())
        return tuple(sorted({shift.person_id for shift in present if shift.person_id in acting}))

    @cached_property
    def grids_of(self) -> Mapping[int, tuple[int, ...]]:
        """The grids that a compound's buildings lie in, in code order; a public area lies in all of its community's."""
        found: dict[int, set[int]] = {}
        public = {unit.parent_id: unit.id for unit in self.units.values() if unit.public_area}
        for unit in self.units.values():
            if unit.kind is UnitKind.BUILDING and unit.parent_id is not None and unit.grid_id is not None:
                found.setdefault(unit.parent_id, set()).add(unit.grid_id)
            if unit.kind is UnitKind.GRID and unit.parent_id in public:
                found.setdefault(public[unit.parent_id], set()).add(unit.id)
        return {key: tuple(sorted(ids, key=lambda i: self.units[i].code)) for key, ids in found.items()}

    @cached_property
    def territories_of(self) -> Mapping[int, tuple[int, ...]]:
        """The territories that each organisation serves."""
        return _grouped((org, territory) for (territory, _), orgs in self.serving.items() for org in orgs)

    def path(self, unit_id: int) -> tuple[int, ...]:
        """The unit's own id, its parent's, … up to the city's."""
        if unit_id not in self._paths:
            parent = self.units[unit_id].parent_id
            self._paths[unit_id] = (unit_id, *(self.path(parent) if parent is not None else ()))
        return self._paths[unit_id]

    def above(self, unit_id: int, kind: UnitKind) -> int | None:
        """The nearest unit of that kind on the way up, the unit itself included."""
        return next((each for each in self.path(unit_id) if self.units[each].kind is kind), None)

    def served_by(self, territory_id: int, kind: UnitKind) -> tuple[int, ...]:
        """The organisations of that kind that serve the territory itself, in code order."""
        return self.serving.get((territory_id, kind), ())

    def level_of(self, unit_id: int) -> Level:
        """The unit's own rung: community and the branch of a public area 1, subdistrict 2, city 3, others 0."""
        unit = self.units[unit_id]
        if unit.kind is UnitKind.BRANCH:
            served = self.territories_of.get(unit_id, ())
            return Level.COMMUNITY if any(self.units[t].public_area for t in served) else Level.OWNER
        return OWN_LEVEL.get(unit.kind, Level.OWNER)

    def _acts(self, post: Post) -> bool:
        return ACTING_ROLE.get(self.units[post.unit_id].kind) is post.role


OWN_LEVEL: Mapping[UnitKind, Level] = {
    UnitKind.COMMUNITY: Level.COMMUNITY,
    UnitKind.SUBDISTRICT: Level.SUBDISTRICT,
    UnitKind.CITY: Level.CITY,
}


def _grouped(pairs: Iterable[tuple[Key, Value]]) -> Mapping[Key, tuple[Value, ...]]:
    found: dict[Key, list[Value]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}
