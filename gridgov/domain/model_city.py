"""A city small enough to think about: one of everything, for examples and for proofs without a tree."""

from gridgov.domain.org import Post, Role, Tree, Unit, UnitKind

CITY, SUBDISTRICT, COMMUNITY, GRID, COMPOUND, BUILDING = 1, 2, 3, 4, 5, 6
BRANCH, GROUP, COMMITTEE, PROPERTY, DEPARTMENT, UTILITY = 7, 8, 9, 10, 11, 12

_UNITS = (
    Unit(CITY, "m", UnitKind.CITY, "市", "City", None),
    Unit(SUBDISTRICT, "m.s", UnitKind.SUBDISTRICT, "街道", "Subdistrict", CITY),
    Unit(COMMUNITY, "m.s.c", UnitKind.COMMUNITY, "社区", "Community", SUBDISTRICT),
    Unit(GRID, "m.s.c.g", UnitKind.GRID, "网格", "Grid", COMMUNITY),
    Unit(COMPOUND, "m.s.c.x", UnitKind.COMPOUND, "小区", "Compound", COMMUNITY),
    Unit(BUILDING, "m.s.c.x.b", UnitKind.BUILDING, "一号楼", "Building 1", COMPOUND, grid_id=GRID),
    Unit(BRANCH, "m.s.c.x.branch", UnitKind.BRANCH, "小区支部", "Branch", COMPOUND),
    Unit(GROUP, "m.s.c.x.b.group", UnitKind.BUILDING_GROUP, "楼栋党小组", "Building group", BUILDING),
    Unit(COMMITTEE, "m.s.c.x.committee", UnitKind.COMMITTEE, "业委会", "Committee", COMPOUND),
    Unit(PROPERTY, "m.s.c.x.property", UnitKind.PROPERTY, "物业", "Property", COMPOUND),
)
_TRADES = {
    UnitKind.DEPARTMENT: (
        *("fire", "police", "urban", "housing", "market"),
        *("sanitation", "drainage", "civil_affairs", "justice"),
    ),
    UnitKind.UTILITY: ("gas", "water", "power", "heat"),
}
_STAFF = {
    CITY: (Role.CITY_SUPERVISOR, 2),
    SUBDISTRICT: (Role.SUBDISTRICT_DISPATCHER, 2),
    COMMUNITY: (Role.COMMUNITY_OFFICER, 2),
    GRID: (Role.GRID_WORKER, 1),
    BRANCH: (Role.BRANCH_SECRETARY, 1),
    GROUP: (Role.BUILDING_LEADER, 1),
    COMMITTEE: (Role.COMMITTEE_MEMBER, 1),
    PROPERTY: (Role.PROPERTY_STAFF, 2),
}
_SERVES = {
    UnitKind.BRANCH: (COMPOUND, BRANCH),
    UnitKind.COMMITTEE: (COMPOUND, COMMITTEE),
    UnitKind.PROPERTY: (COMPOUND, PROPERTY),
    UnitKind.BUILDING_GROUP: (BUILDING, GROUP),
}


def model_city() -> Tree:
    """A tree with one compound, every organisation of it, every department and utility, and people for each."""
    outside = tuple(
        Unit(100 + 20 * number + index, f"m.{trade}", kind, trade, trade, CITY, trade=trade)
        for number, (kind, trades) in enumerate(_TRADES.items())
        for index, trade in enumerate(trades)
    )
    staff = {**_STAFF, **{unit.id: (_officer(unit.kind), 1) for unit in outside}}
    posts = tuple(
        Post(1000 + 10 * unit_id + number, role, unit_id)
        for unit_id, (role, count) in staff.items()
        for number in range(count)
    )
    serving: dict[tuple[int, UnitKind], tuple[int, ...]] = {
        (territory, kind): (org,) for kind, (territory, org) in _SERVES.items()
    }
    for kind in _TRADES:
        serving[CITY, kind] = tuple(unit.id for unit in outside if unit.kind is kind)
    return Tree({unit.id: unit for unit in (*_UNITS, *outside)}, serving, posts)


def _officer(kind: UnitKind) -> Role:
    return Role.DEPARTMENT_OFFICER if kind is UnitKind.DEPARTMENT else Role.UTILITY_STAFF
