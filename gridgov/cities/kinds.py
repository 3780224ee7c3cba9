"""The words for the kinds of unit that a city plan uses (workflow.md §1). No rule about them belongs here."""

from typing import Final

CITY: Final = "city"
SUBDISTRICT: Final = "subdistrict"
COMMUNITY: Final = "community"
GRID: Final = "grid"
COMPOUND: Final = "compound"
BUILDING: Final = "building"

BRANCH: Final = "branch"
BUILDING_GROUP: Final = "building_group"
COMMITTEE: Final = "committee"
PROPERTY: Final = "property"
EMERGENCY_PROPERTY: Final = "emergency_property"
DEPARTMENT: Final = "department"
UTILITY: Final = "utility"
TEAM: Final = "team"
STATION: Final = "station"

TERRITORY: Final = (CITY, SUBDISTRICT, COMMUNITY, GRID, COMPOUND, BUILDING)
ORGANISATIONS: Final = (
    BRANCH,
    BUILDING_GROUP,
    COMMITTEE,
    PROPERTY,
    EMERGENCY_PROPERTY,
    DEPARTMENT,
    UTILITY,
    TEAM,
    STATION,
)
