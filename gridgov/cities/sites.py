"""The city as ground: what lies where, before it becomes units, services and people. Values and their codes only."""

from dataclasses import dataclass

from gridgov.cities.facts import Name
from gridgov.cities.geometry import Point, Rect

OWNERS = "owners"
MANAGEMENT = "management"


@dataclass(frozen=True)
class BuildingSite:
    """A building 楼栋: a point in one compound and one grid; `has_group` says whether a 楼栋党小组 serves it."""

    code: str
    number: int
    point: Point
    grid_code: str
    has_group: bool

    @property
    def group_code(self) -> str:
        return f"{self.code}.group"


@dataclass(frozen=True)
class CompoundSite:
    """A compound 小区 with what it has and lacks; `short` begins the user names of its people.

    `number` counts the compounds of the city. `joint` compounds are old courtyards that share the branch of
    their community's courtyards (联合党支部). `committee` is OWNERS 业委会, MANAGEMENT 物管会 or None.
    """

    code: str
    short: str
    name: Name
    number: int
    named: bool
    area: Rect
    buildings: tuple[BuildingSite, ...]
    has_property: bool
    committee: str | None
    emergency: bool
    branch_code: str
    joint: bool

    @property
    def property_code(self) -> str:
        return f"{self.code}.property"

    @property
    def committee_code(self) -> str:
        return f"{self.code}.committee"

    @property
    def grouped_buildings(self) -> tuple[BuildingSite, ...]:
        """The buildings that a building group serves."""
        return tuple(building for building in self.buildings if building.has_group)


@dataclass(frozen=True)
class GridSite:
    """A grid 网格: one cell of its community."""

    code: str
    number: int
    area: Rect


@dataclass(frozen=True)
class CommunitySite:
    """A community 社区; `number` counts the communities of the city from 0."""

    code: str
    short: str
    name: Name
    number: int
    named: bool
    area: Rect
    grids: tuple[GridSite, ...]
    compounds: tuple[CompoundSite, ...]

    @property
    def public_area_code(self) -> str:
        return f"{self.code}.pa"

    @property
    def party_code(self) -> str:
        """The community's party committee, which is the branch of the public area."""
        return f"{self.code}.party"

    @property
    def joint_branch_code(self) -> str:
        return f"{self.code}.joint"

    @property
    def joint_compounds(self) -> tuple[CompoundSite, ...]:
        """The old courtyards that share one branch; empty in most communities."""
        return tuple(compound for compound in self.compounds if compound.joint)


@dataclass(frozen=True)
class SubdistrictSite:
    """A subdistrict 街道 with its communities."""

    code: str
    name: Name
    area: Rect
    communities: tuple[CommunitySite, ...]

    @property
    def emergency_code(self) -> str:
        """The property company that steps in where none is left (应急物业)."""
        return f"{self.code}.emergency"


@dataclass(frozen=True)
class CitySite:
    """The whole ground of a city."""

    code: str
    name: Name
    area: Rect
    subdistricts: tuple[SubdistrictSite, ...]

    @property
    def import_code(self) -> str:
        """The compound that keeps imported cases; it has no place on the map."""
        return f"{self.code}.import"

    @property
    def communities(self) -> tuple[CommunitySite, ...]:
        """Every community, subdistrict by subdistrict."""
        return tuple(community for subdistrict in self.subdistricts for community in subdistrict.communities)

    @property
    def compounds(self) -> tuple[CompoundSite, ...]:
        """Every compound that is not a public area, community by community."""
        return tuple(compound for community in self.communities for compound in community.compounds)
